"""Missing attributes: misspelt, never set, of another type, of None, of a class."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_stored
from tutor_pedagogy.offline.rules.runtime.none_values import none_match
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

HAS_NO = re.compile(r"'(?P<type>[\w.]+)' object has no attribute '(?P<name>\w+)'")
_TYPES: dict[str, type] = {each.__name__: each for each in (str, list, dict, tuple, set, int, float, range)}
_OTHER_TYPES = frozenset(("numpy.ndarray", "ndarray", "bool", "generator", "dict_keys", "map", "filter", "zip"))
"""Further types whose attributes a program cannot change."""
_PLOTS = frozenset(("Axes", "AxesSubplot", "Axes3D"))
_USUAL = {
    attribute: advice
    for advice, attributes in {
        "`+`": "str.append",
        "a list": "tuple.append int.append",
        "square brackets with a key": "dict.append dict.add",
        "`add`": "set.append",
        "`in`": "dict.has_key str.contains list.contains",
        "`append`": "list.add list.push",
        "`len`": "list.length str.length list.size list.len",
        "a slice": "str.reverse",
        "a loop that splits each of its strings": "list.split",
        "`sorted`": "str.sort tuple.sort dict.sort list.sorted",
        "`reversed`": "list.reversed",
        "a loop over the items": "list.replace list.lower list.upper list.strip",
        "`join` of the string between the items": "list.join",
        "`index`": "list.find",
        "`str`": "int.split",
        "a dictionary": "list.keys list.items",
        "`np.append`": "numpy.ndarray.append ndarray.append",
        "`np.where`": "numpy.ndarray.index",
    }.items()
    for attribute in attributes.split()
}
"""The usual replacement for each missing attribute that students often expect."""


@runtime_rule(
    "attribute-of-none",
    ("AttributeError",),
    r"'(?P<type>NoneType)' object has no attribute '(?P<name>\w+)'",
    before=("not-offered-by-object",),
)
def attribute_of_none(case: CrashContext) -> Match | None:
    """Return the source of the None whose attribute is read."""
    node = case.attribute(case.match["name"])
    return none_match(case, node and node.value, node, attribute=Code(case.match["name"]))


@runtime_rule(
    "attribute-misspelt", ("AttributeError",), HAS_NO, before=("method-of-another-kind", "attribute-never-set")
)
def attribute_misspelt(case: CrashContext) -> Match | None:
    """Return the use of an attribute that is spelt almost like an existing one, or the line that misspells it."""
    given, name = case.match["type"], case.match["name"]
    own = [] if given in _TYPES else own_attributes(case.classes.get(given))
    if given == "super":
        own = [name for each in case.classes.values() for name in own_attributes(each)]
    if _is_only_changed(case, name):
        own = [attribute for attribute in own if attribute != name]
    choices = own or [attribute for attribute in dir(_TYPES.get(given)) if given in _TYPES and attribute[0] != "_"]
    folded = {choice.lower(): choice for choice in choices}
    close = [folded[name.lower()]] if name.lower() in folded else get_close_matches(name, choices, 1, 0.75)
    if name in choices or not close or f"{given}.{name}" in _USUAL:
        return None
    stored = _stored_under_wrong_name(case, name, close[0]) if given not in _TYPES else None
    if stored is not None:
        edit = case.substitute(stored.lineno, f".{close[0]}", f".{name}")
        return case.at(stored, edit=edit, attribute=Code(close[0]), owner=Code(given), type="", used=Code(name))
    line = _only_line_with(case, name, close[0]) if given not in _TYPES else None
    if line is not None:
        edit = case.substitute(line, f".{close[0]}", f".{name}")
        return case.at(line, edit=edit, attribute=Code(close[0]), owner=Code(given), type="", used=Code(name))
    node = case.attribute(name)
    slots = {"attribute": Code(name), "owner": case.code(node and node.value, given), "type": case.type_words}
    if node is None:
        return case.here(slots=slots)
    return case.here(node, replace=(node, f"{case.text(node.value)}.{close[0]}"), slots=slots)


def _stored_under_wrong_name(case: CrashContext, used: str, written: str) -> ast.Attribute | None:
    """Return the only use of an attribute if it stores the variable that has the name which is missing."""
    nodes = [node for node in case.program.each(ast.Attribute) if node.attr == written]
    statement = case.program.parents.get(nodes[0]) if len(nodes) == 1 else None
    match statement:
        case ast.Assign(targets=[ast.Attribute() as target], value=ast.Name(id=value)) if value == used:
            return target
    return None


def _is_only_changed(case: CrashContext, name: str) -> bool:
    """Return whether each line that stores an attribute only changes it, such as with `+=`: none gives it a value."""
    stores = [node for node in case.program.each(ast.Attribute) if is_stored(node, name)]
    return bool(stores) and all(isinstance(case.program.parents.get(each), ast.AugAssign) for each in stores)


def _only_line_with(case: CrashContext, used: str, written: str) -> int | None:
    """Return the line of the name `written` if it is the only one and the code uses the name `used` several times."""
    lines = [token.line for token in case.program.tokens if token.type == "name" and token.text == written]
    uses = sum(node.attr == used for node in case.program.each(ast.Attribute))
    return lines[0] if len(lines) == 1 and uses > 1 else None


def own_attributes(owner: ast.ClassDef | None) -> list[str]:
    """Return the names of the methods, attributes and variables that a class of the program defines."""
    found: list[str] = []
    for inner in walk(owner) if owner is not None else ():
        match inner:
            case ast.FunctionDef(name=name) | ast.Attribute(attr=name, ctx=ast.Store()):
                found.append(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.append(name)
    return found


_RENAMED = {
    "list.push": "append",
    "list.add": "append",
    "set.append": "add",
    "set.push": "add",
    "dict.iteritems": "items",
    "dict.itervalues": "values",
    "dict.iterkeys": "keys",
    "list.find": "index",
    "str.toUpperCase": "upper",
    "str.toLowerCase": "lower",
    "str.to_upper": "upper",
    "str.trim": "strip",
    "str.strp": "strip",
    "str.startsWith": "startswith",
    "str.endsWith": "endswith",
    "str.indexOf": "find",
    "list.indexOf": "index",
    "list.addAll": "extend",
    "list.concat": "extend",
}
"""The method of Python in place of one that a type does not have, if it takes the same arguments."""
_CALLS = {"length": "len", "size": "len", "len": "len", "sum": "sum", "max": "max", "min": "min", "sorted": "sorted"}
"""The built-in function in place of an attribute or method without arguments."""


def is_renamed(type_name: str, attribute: str) -> bool:
    """Return whether a type has a method that does what is expected of this name, which it does not have."""
    return f"{type_name}.{attribute}" in _RENAMED


def _usual_edit(case: CrashContext, node: ast.Attribute | None) -> Edit | None:
    """Return the edit that uses Python's own way in place of an attribute that a type does not have, or None."""
    if node is None:
        return None
    owner, key, call = case.text(node.value), f"{case.match['type']}.{node.attr}", case.program.parents.get(node)
    if key in _RENAMED:
        return case.rewrite(node, f"{owner}.{_RENAMED[key]}")
    held = case.value(node.value) if case.match["type"] == "dict" else None
    if isinstance(held, dict) and node.attr in held:
        return case.rewrite(node, f'{owner}["{node.attr}"]')
    is_sized = case.match["type"] not in ("int", "float", "NoneType")
    match call:
        case ast.Call(func=called, args=arguments) if called is node:
            new = _call_meant(case, owner, key, arguments) if is_sized else None
            return case.rewrite(call, new)
        case _ if node.attr in _CALLS and is_sized:
            return case.rewrite(node, f"{_CALLS[node.attr]}({owner})")
    return None


def _call_meant(case: CrashContext, owner: str, key: str, arguments: list[ast.expr]) -> str | None:
    """Return the expression that is meant by the call of a method that a type does not have, or None."""
    method = key.rpartition(".")[2]
    given = [case.text(each) for each in arguments]
    if key.endswith("ndarray.append"):
        is_plain = isinstance(case.statement, ast.Expr) and case.statement.lineno == case.statement.end_lineno
        modules = [name.asname for each in case.program.each(ast.Import) for name in each.names if name.name == "numpy"]
        is_plain = is_plain and len(given) == 1 and len(modules) == 1 and owner.isidentifier()
        return f"{owner} = {modules[0] or 'numpy'}.append({owner}, {given[0]})" if is_plain else None
    if not given:
        sorting = f"{owner} = sorted({owner})" if key in ("str.sort", "tuple.sort", "dict.sort") else None
        return f"{_CALLS[method]}({owner})" if method in _CALLS else sorting
    if method in ("has_key", "contains", "includes"):
        return f"{given[0]} in {owner}"
    return {"str.append": f"{owner} += {given[0]}", "list.join": f"{given[0]}.join({owner})"}.get(key)


@runtime_rule("method-of-another-kind", ("AttributeError",), HAS_NO, before=("not-offered-by-object",))
def method_of_another_kind(case: CrashContext) -> Match | None:
    """Return the use of an attribute that this built-in type does not have."""
    is_known = case.match["type"] in _OTHER_TYPES.union(_TYPES)
    if not is_known:
        return None
    found = _not_offered(case, "its own methods, which `dir` lists")
    return replace(found, edit=None, is_symptom=True) if _is_of_loop(case) else found


def _is_of_loop(case: CrashContext) -> bool:
    """Return whether the owner of the attribute is a loop's variable: a new value of it changes nothing else."""
    node = case.attribute(case.match["name"])
    statement = case.statement
    if node is None or not isinstance(node.value, ast.Name) or not isinstance(statement, ast.Expr):
        return False
    name = node.value.id
    return any(
        isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and loop.target.id == name
        for loop in case.loops_above(node)
    )


def _not_offered(case: CrashContext, advice: str) -> Match:
    """Return a match of the missing attribute. It names the usual replacement, else the given advice."""
    node = case.attribute(case.match["name"])
    return case.here(
        node,
        edit=_usual_edit(case, node),
        attribute=Code(case.match["name"]),
        owner=case.code(node and node.value, ""),
        type=case.type_words,
        usual=_USUAL.get(f"{case.match['type']}.{case.match['name']}", advice),
    )


@runtime_rule("attribute-never-set", ("AttributeError",), HAS_NO, before=("not-offered-by-object",))
def attribute_never_set(case: CrashContext) -> Match | None:
    """Return the line of the class at which the attribute should be set, else the use of the attribute."""
    name, owner = case.match["name"], case.classes.get(case.match["type"])
    if owner is None:
        return None
    slots = {"attribute": Code(name), "class_name": Code(owner.name)}
    for inner in walk(owner):
        match inner:
            case ast.FunctionDef(name=method) if re.fullmatch(r"_{1,2}ini?t_{0,2}|init", method):
                if method != "__init__":
                    return case.at(inner, edit=case.substitute(inner.lineno, method, "__init__"), slots=slots)
            case ast.Name(id=variable, ctx=ast.Store()) if variable == name:
                return case.at(inner.lineno, replace=(inner, f"self.{name}"), slots=slots)
    attribute = case.attribute(name)
    last = _end_of_set_up(case, attribute, owner) if attribute is not None else None
    return case.at(last, slots=slots) if last is not None else case.here(attribute, slots=slots)


def _end_of_set_up(case: CrashContext, attribute: ast.Attribute, owner: ast.ClassDef) -> ast.stmt | None:
    """Return the last statement of `__init__` if the missing attribute should be set after it, else None.

    That statement must set an attribute, and the code must use the missing attribute several times.
    """
    around = case.program.parents.get(attribute)
    uses = [node for node in case.program.each(ast.Attribute) if node.attr == attribute.attr]
    is_called = isinstance(around, ast.Call) and around.func is attribute
    if is_called or len(uses) == 1 or _is_of_another(case, attribute.attr, owner):
        return None
    for node in case.program.each(ast.FunctionDef):
        match node:
            case ast.FunctionDef(name="__init__", body=[*_, ast.Assign(targets=[ast.Attribute()]) as last]):
                if case.class_of(node) is owner:
                    return last
    return None


def _is_of_another(case: CrashContext, attribute: str, owner: ast.ClassDef) -> bool:
    """Return whether another class sets an attribute of this name, so that the object may have the wrong class."""
    for node in case.program.each(ast.Attribute):
        if node.attr == attribute and isinstance(node.ctx, ast.Store) and case.text(node.value) == "self":
            owners = [up for up in case.program.above(node) if isinstance(up, ast.ClassDef)]
            if owners and owners[0] is not owner:
                return True
    return False


@runtime_rule("not-offered-by-object", ("AttributeError",), HAS_NO)
def not_offered_by_object(case: CrashContext) -> Match | None:
    """Return the use of an attribute that the object does not have."""
    is_plot = case.match["type"] in _PLOTS
    return _not_offered(case, f"`set_{case.match['name']}`" if is_plot else "what its documentation offers")


@runtime_rule("not-in-class", ("AttributeError",), r"type object '(?P<type>\w+)' has no attribute '(?P<name>\w+)'")
def not_in_class(case: CrashContext) -> Match | None:
    """Return the use of an attribute that the class does not have."""
    name, owner = case.match["name"], case.classes.get(case.match["type"])
    node = case.attribute(name)
    if node is None:
        return None
    known = [
        inner.id if isinstance(inner, ast.Name) else inner.name
        for inner in (walk(owner) if owner is not None else ())
        if isinstance(inner, ast.FunctionDef) or (isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store))
    ]
    close = next(iter(get_close_matches(name, known, 1, 0.7)), None)
    new = f"{case.text(node.value)}.{close}" if close else None
    return case.here(node, replace=(node, new), attribute=Code(name), class_name=Code(case.match["type"]))
