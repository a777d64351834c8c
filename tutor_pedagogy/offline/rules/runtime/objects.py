"""Objects of the code's own classes that are none: a bare value or the class in their place, half of the set-up."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.operands import kind
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Function
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext
_HAS_NO = re.compile(r"^'(?P<type>str|int|float|bool|list|tuple|dict)' object has no attribute '(?P<name>\w+)'")


@runtime_rule("value-handed-for-object", ("AttributeError",), _HAS_NO, before=("method-of-another-kind",))
def value_handed_for_object(case: CrashContext) -> Match | None:
    """Find the call that hands a constant to a parameter which is used as an object of the code's own class."""
    failed, function = _failed_on(case), case.program.function_at(case.line)
    owner = _owner_of(case, case.match["name"])
    if failed is None or owner is None or function is None or not isinstance(failed.value, ast.Name):
        return None
    given = [arg.arg for arg in function.args.args if arg.arg != "self"]
    if failed.value.id not in given or not case.crash.callers:
        return None
    at, caller = given.index(failed.value.id), case.crash.callers[-1]
    for node in case.program.nodes:
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args) if (
                name == function.name and node.lineno == caller and at < len(args)
            ):
                if isinstance(args[at], ast.Constant):
                    return Match(
                        lines=(caller,),
                        expression=case.text(node),
                        slots={
                            "value": Code(case.text(args[at])),
                            "kind": kind(case.match["type"]),
                            "class_name": Code(owner.name),
                            "use": Code(case.text(failed)),
                        },
                    )
    return None


def _failed_on(case: CrashContext) -> ast.Attribute | None:
    name = case.match["name"]
    return next((n for n in case.likely(ast.Attribute) if isinstance(n, ast.Attribute) and n.attr == name), None)


def _owner_of(case: CrashContext, attribute: str) -> ast.ClassDef | None:
    """Give the class of the code that has a method or stores an attribute of this name."""
    for node in case.program.nodes:
        is_method = isinstance(node, ast.FunctionDef) and node.name == attribute
        is_stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr == attribute
        if is_method or is_stored:
            for up in case.program.above(node):
                if isinstance(up, ast.ClassDef):
                    return up
    return None


@runtime_rule("value-in-place-of-object", ("AttributeError",), _HAS_NO, before=("method-of-another-kind",))
def value_in_place_of_object(case: CrashContext) -> Match | None:
    """Find the line that stores a bare value where an object of the code's own class is used later."""
    failed = _failed_on(case)
    owner = _owner_of(case, case.match["name"])
    if failed is None or owner is None:
        return None
    for line, value in _stored_as(case, failed.value):
        return Match(
            lines=(line,),
            expression=case.program.line(line).strip(),
            slots={
                "name": Code(case.text(failed.value)),
                "value": Code(case.text(value)),
                "class_name": Code(owner.name),
                "use": Code(case.text(failed)),
            },
        )
    return None


def _stored_as(case: CrashContext, receiver: ast.expr) -> list[tuple[int, ast.expr]]:
    """Give the one line that stores a parameter or a constant in a name or an attribute; empty where it is not one."""
    stored: list[tuple[int, ast.expr]] = []
    here = case.program.function_at(case.line)
    match receiver:
        case ast.Name(id=name):
            bound = [item for item in case.program.assignments(name) if case.program.function_at(item[0]) is here]
            stored = [(line, value) for line, value in bound if value is not None]
            if len(stored) != len(bound):
                return []
        case ast.Attribute(attr=attribute):
            stored = [
                (node.lineno, node.value)
                for node in case.program.nodes
                if isinstance(node, ast.Assign)
                and any(isinstance(target, ast.Attribute) and target.attr == attribute for target in node.targets)
            ]
            stored = [(line, value) for line, value in stored if not _is_none(value)]
    bare = [(line, value) for line, value in stored if _is_bare(case.program.function_at(line), value)]
    return bare if len(bare) == 1 else []


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_bare(function: Function | None, value: ast.expr) -> bool:
    if isinstance(value, ast.Constant):
        return value.value is not None
    parameters = {arg.arg for arg in function.args.args} if function is not None else set()
    return isinstance(value, ast.Name) and value.id in parameters


@runtime_rule(
    "class-under-a-name",
    ("AttributeError",),
    r"type object '(?P<type>\w+)' has no attribute '(?P<name>\w+)'",
    before=("not-in-class",),
)
def class_under_a_name(case: CrashContext) -> Match | None:
    """Find the name that stands for a class, where the call that makes an object is missing."""
    failed = _failed_on(case)
    if failed is None or not isinstance(failed.value, ast.Name):
        return None
    name = failed.value.id
    for line, value in case.program.assignments(name):
        if isinstance(value, ast.Name) and value.id == case.match["type"] and line < case.line:
            return Match(
                lines=(line,),
                expression=case.program.line(line).strip(),
                slots={"name": Code(name), "class_name": Code(value.id)},
            )
    return None


@runtime_rule(
    "parent-not-set-up",
    ("AttributeError",),
    r"'(?P<type>\w+)' object has no attribute '(?P<name>\w+)'",
    before=("attribute-never-set",),
)
def parent_not_set_up(case: CrashContext) -> Match | None:
    """Find the set-up of a class that leaves out the one of its parent, which stores the missing value."""
    classes = {node.name: node for node in case.program.each(ast.ClassDef)}
    own = classes.get(case.match["type"])
    set_up = _set_up(own) if own is not None else None
    if own is None or set_up is None:
        return None
    for base in own.bases:
        parent = classes.get(base.id) if isinstance(base, ast.Name) else None
        above = _set_up(parent) if parent is not None else None
        if parent is None or above is None or any(isinstance(n, ast.Name) and n.id == "super" for n in walk(set_up)):
            continue
        if any(isinstance(n, ast.Attribute) and n.attr == case.match["name"] for n in walk(above)):
            return Match(
                lines=(set_up.lineno,),
                expression=case.program.line(set_up.lineno).strip(),
                slots={
                    "attribute": Code(case.match["name"]),
                    "class_name": Code(own.name),
                    "parent": Code(parent.name),
                },
            )
    return None


def _set_up(owner: ast.ClassDef) -> ast.FunctionDef | None:
    return next((n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None)
