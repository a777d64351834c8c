"""Attributes that are not there: misspelt, of another kind of value, on None, on a function, in another module."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.names import FUNCTIONS
from tutor_pedagogy.offline.rules.runtime.operands import kind, none_site
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext

_HAS_NO = re.compile(r"'(?P<type>[\w.]+)' object has no attribute '(?P<name>\w+)'")
_MODULE = re.compile(
    r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'|partially initialized module '(?P<half>[\w.]+)'"
)
_TYPES: dict[str, type] = {
    "str": str,
    "list": list,
    "dict": dict,
    "tuple": tuple,
    "set": set,
    "int": int,
    "float": float,
    "range": range,
}
_PLOTS = frozenset(("Axes", "AxesSubplot", "Axes3D"))
_USUAL = {
    ("str", "append"): "`+`",
    ("tuple", "append"): "a list",
    ("dict", "append"): "square brackets with a key",
    ("set", "append"): "`add`",
    ("dict", "has_key"): "`in`",
    ("list", "add"): "`append`",
    ("list", "push"): "`append`",
    ("list", "length"): "`len`",
    ("str", "length"): "`len`",
    ("list", "size"): "`len`",
    ("str", "reverse"): "a slice",
    ("list", "split"): "`split` on the text, before",
    ("str", "sort"): "`sorted`",
    ("tuple", "sort"): "`sorted`",
    ("str", "contains"): "`in`",
    ("list", "contains"): "`in`",
    ("list", "replace"): "a loop over the items",
    ("list", "lower"): "a loop over the items",
    ("list", "upper"): "a loop over the items",
    ("int", "append"): "a list",
    ("list", "len"): "`len`",
    ("list", "join"): "`join` of the text between the items",
    ("list", "find"): "`index`",
    ("dict", "sort"): "`sorted`",
    ("int", "split"): "`str`",
    ("list", "strip"): "a loop over the items",
    ("dict", "add"): "square brackets with a key",
    ("list", "keys"): "a dictionary",
    ("list", "items"): "a dictionary",
    ("numpy.ndarray", "append"): "`np.append`",
    ("ndarray", "append"): "`np.append`",
    ("numpy.ndarray", "index"): "`np.where`",
}


@runtime_rule(
    "attribute-of-none",
    ("AttributeError",),
    r"'(?P<type>NoneType)' object has no attribute '(?P<name>\w+)'",
    before=("not-offered-by-object",),
)
def attribute_of_none(case: CrashContext) -> Match | None:
    node = _attribute(case, case.match["name"])
    if node is None:
        return case.here(
            name=Code(case.marked or "it"),
            source="a place that never gave it a value",
            attribute=Code(case.match["name"]),
        )
    site = none_site(case, node.value)
    if site is None:
        return case.here(
            node,
            name=Code(case.text(node.value)),
            source="a place that never gave it a value",
            attribute=Code(node.attr),
        )
    return Match(
        lines=site.lines, expression=site.expression, edit=site.edit, slots={**site.slots, "attribute": Code(node.attr)}
    )


def _attribute(case: CrashContext, name: str) -> ast.Attribute | None:
    return next((n for n in case.likely(ast.Attribute) if isinstance(n, ast.Attribute) and n.attr == name), None)


@runtime_rule("attribute-misspelt", ("AttributeError",), _HAS_NO, before=("method-of-another-kind",))
def attribute_misspelt(case: CrashContext) -> Match | None:
    given, name = case.match["type"], case.match["name"]
    node = _attribute(case, name)
    if given in _TYPES:
        choices = [attribute for attribute in dir(_TYPES[given]) if not attribute.startswith("_")]
    else:
        choices = _own_attributes(case, given)
    if name in choices:
        return None
    folded = {choice.lower(): choice for choice in choices}
    close = [folded[name.lower()]] if name.lower() in folded else get_close_matches(name, choices, 1, 0.75)
    if not close or (given, name) in _USUAL:
        return None
    edit = None
    if node is not None:
        edit = case.rewrite(node, f"{case.text(node.value)}.{close[0]}")
    if given not in _TYPES:
        defined = _misspelt_where_set(case, name, close[0])
        if defined is not None:
            return Match(
                lines=defined,
                expression=case.program.line(defined[0]).strip(),
                slots={"attribute": Code(close[0]), "owner": Code(given), "kind": kind(given)},
            )
    return case.here(
        node,
        edit=edit,
        attribute=Code(name),
        owner=Code(case.text(node.value) if node is not None else given),
        kind=kind(given),
    )


def _misspelt_where_set(case: CrashContext, used: str, written: str) -> tuple[int] | None:
    """Give the line that sets an attribute or a method, where its spelling is found nowhere else but the other is."""
    tokens = [token for token in case.program.tokens if token.kind == "name"]
    set_at = [token.line for token in tokens if token.text == written]
    uses = sum(isinstance(node, ast.Attribute) and node.attr == used for node in case.program.nodes)
    return (set_at[0],) if len(set_at) == 1 and uses > 1 else None


def _own_attributes(case: CrashContext, name: str) -> list[str]:
    found: list[str] = []
    for node in case.program.nodes:
        if isinstance(node, ast.ClassDef) and node.name == name:
            for inner in walk(node):
                if isinstance(inner, ast.FunctionDef):
                    found.append(inner.name)
                elif isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
                    found.append(inner.attr)
                elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                    found.append(inner.id)
    return found


@runtime_rule("method-of-another-kind", ("AttributeError",), _HAS_NO, before=("not-offered-by-object",))
def method_of_another_kind(case: CrashContext) -> Match | None:
    given, name = case.match["type"], case.match["name"]
    if given not in _TYPES and given not in (
        "numpy.ndarray",
        "ndarray",
        "bool",
        "generator",
        "dict_keys",
        "map",
        "filter",
        "zip",
    ):
        return None
    node = _attribute(case, name)
    return case.here(
        node,
        attribute=Code(name),
        owner=Code(case.text(node.value) if node is not None else "the value"),
        kind=kind(given),
        usual=_USUAL.get((given, name), "something that this kind of value offers"),
    )


@runtime_rule("attribute-never-set", ("AttributeError",), _HAS_NO, before=("not-offered-by-object",))
def attribute_never_set(case: CrashContext) -> Match | None:
    given, name = case.match["type"], case.match["name"]
    classes = [node for node in case.program.nodes if isinstance(node, ast.ClassDef)]
    if not any(node.name == given for node in classes):
        return None
    for node in case.program.nodes:
        if isinstance(node, ast.ClassDef) and node.name == given:
            for inner in walk(node):
                if (
                    isinstance(inner, ast.FunctionDef)
                    and re.fullmatch(r"_{1,2}ini?t_{0,2}|init", inner.name)
                    and inner.name != "__init__"
                ):
                    line = case.program.line(inner.lineno)
                    return Match(
                        lines=(inner.lineno,),
                        expression=line.strip(),
                        edit=case.program.edit(inner.lineno, line.replace(inner.name, "__init__", 1)),
                        slots={"attribute": Code(name), "class_name": Code(given)},
                    )
                if isinstance(inner, ast.Name) and inner.id == name and isinstance(inner.ctx, ast.Store):
                    return Match(
                        lines=(inner.lineno,),
                        expression=case.program.line(inner.lineno).strip(),
                        edit=case.rewrite(inner, f"self.{name}"),
                        slots={"attribute": Code(name), "class_name": Code(given)},
                    )
            break
    attribute = _attribute(case, name)
    built = _end_of_set_up(case, attribute, given) if attribute is not None else None
    if built is not None:
        return Match(
            lines=(built.lineno,),
            expression=case.program.line(built.lineno).strip(),
            slots={"attribute": Code(name), "class_name": Code(given)},
        )
    return case.here(attribute, attribute=Code(name), class_name=Code(given))


def _end_of_set_up(case: CrashContext, attribute: ast.Attribute, class_name: str) -> ast.stmt | None:
    """Give the last line of a class's set-up that stores a value, where several lines count on a missing one."""
    around = case.program.parents.get(attribute)
    uses = sum(isinstance(node, ast.Attribute) and node.attr == attribute.attr for node in case.program.nodes)
    is_called = isinstance(around, ast.Call) and around.func is attribute
    if is_called or uses < 2 or _is_of_another(case, attribute.attr, class_name):  # noqa: PLR2004 - one use may be the slip
        return None
    for node in case.program.nodes:
        match node:
            case ast.FunctionDef(name="__init__", body=[*_, ast.Assign(targets=[ast.Attribute()]) as last]):
                owner = case.program.parents.get(node)
                if isinstance(owner, ast.ClassDef) and owner.name == class_name:
                    return last
    return None


def _is_of_another(case: CrashContext, attribute: str, class_name: str) -> bool:
    """Tell whether another class stores an attribute of this name, so that it may be the object that is wrong."""
    for node in case.program.each(ast.Attribute):
        if node.attr == attribute and isinstance(node.ctx, ast.Store) and case.text(node.value) == "self":
            owners = [up.name for up in case.program.above(node) if isinstance(up, ast.ClassDef)]
            if owners and owners[0] != class_name:
                return True
    return False


@runtime_rule("not-offered-by-object", ("AttributeError",), _HAS_NO)
def not_offered_by_object(case: CrashContext) -> Match | None:
    given, name = case.match["type"], case.match["name"]
    node = _attribute(case, name)
    usual = _USUAL.get((given, name)) or (f"`set_{name}`" if given in _PLOTS else "what its documentation offers")
    return case.here(
        node,
        attribute=Code(name),
        owner=Code(case.text(node.value) if node is not None else "the value"),
        kind=kind(given),
        usual=usual,
    )


@runtime_rule(
    "file-named-like-module", ("AttributeError", "ImportError"), r"partially initialized module '(?P<half>[\w.]+)'"
)
def file_named_like_module(case: CrashContext) -> Match | None:
    half = case.match.groupdict().get("half")
    return case.here(module=Code(half)) if half else None


@runtime_rule("not-in-module", ("AttributeError",), _MODULE)
def not_in_module(case: CrashContext) -> Match | None:
    name, module = case.match["name"], case.match["module"]
    if case.match["half"]:
        return None
    node = _attribute(case, name)
    real = FUNCTIONS.get(name)
    owner = Code(case.text(node.value) if node is not None else module)
    slots = {"attribute": Code(name), "module": Code(module), "owner": owner}
    if real and real != module:
        return case.here(node, slots=slots, advice=f"`{name}` lives in the module `{real}`")
    return case.here(node, slots=slots, advice=f"look it up with `dir` on the module `{module}`")
