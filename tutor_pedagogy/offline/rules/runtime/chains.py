"""Chains of objects that link to each other: an empty chain, and a search that goes past the end."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_stored
from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_NONE = r"^'NoneType' object has no attribute '(?P<name>\w+)'"
_AFTER = ("attribute-of-none", "value-from-elsewhere", "none-looked-into")


def _walk_over(case: CrashContext, name: str) -> tuple[ast.While, ast.Attribute] | None:
    """Return the loop that moves a variable along a chain, and the link that it follows; or None."""
    for loop in case.program.each(ast.While):
        if case.program.function_at(loop.lineno) is not case.function or not loop.lineno <= case.line:
            continue
        for statement in loop.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id=target)], value=ast.Attribute(value=ast.Name(id=source)) as link):
                    if target == source == name:
                        return loop, link
    return None


@runtime_rule("chain-still-empty", ("AttributeError",), _NONE, before=(*_AFTER, "chain-end-not-tested"))
def chain_still_empty(case: CrashContext) -> Match | None:
    """Return the line that starts a walk at the first object of a chain, which does not have one yet."""
    failed = case.attribute(case.match["name"])
    if failed is None or not isinstance(failed.value, ast.Name):
        return None
    name = failed.value.id
    found = _walk_over(case, name)
    owner = case.class_of(case.function)
    if found is None or owner is None or found[0].lineno != case.line:
        return None
    starts = [(line, value) for line, value in case.bound(name) if value is not None and line < found[0].lineno]
    match starts:
        case [(line, ast.Attribute(value=ast.Name(id="self"), attr=held) as start)] if _begins_as_none(owner, held):
            slots: dict[str, str | ast.AST] = {"name": failed.value, "first": start, "use": failed}
            slots |= {"class_name": Code(owner.name), "method": Code(getattr(case.function, "name", ""))}
            edit = _first_stored(case, found[0], start, line)
            return replace(case.at(start, edit=edit, slots=slots), is_proved=edit is not None)
    return None


def _begins_as_none(owner: ast.ClassDef, name: str) -> bool:
    """Return whether the `__init__` of a class sets an attribute to None."""
    for method in owner.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            for node in walk(method):
                match node:
                    case ast.Assign(targets=targets, value=ast.Constant(value=None)):
                        if any(is_stored(each, name) for each in targets):
                            return True
    return False


def _first_stored(case: CrashContext, loop: ast.While, start: ast.Attribute, line: int) -> Edit | None:
    """Return the edit that stores the new object as the first one, if the line after the loop links it to the last."""
    body = case.function.body if case.function is not None else []
    at = body.index(loop) if loop in body else -1
    match body[at + 1 :] if at >= 0 else []:
        case [ast.Assign(targets=[ast.Attribute(value=ast.Name())], value=ast.Name(id=new)), *others]:
            if not all(_is_count(each) for each in others):
                return None
            first = case.text(start)
            inner = case.program.line(line)
            indent = inner[: len(inner) - len(inner.lstrip())]
            steps = [f"{first} = {new}", *(case.text(each) for each in others), "return"]
            return case.insert_line(
                line, "\n".join([f"if {first} is None:", *(f"{indent}    {each}" for each in steps)])
            )
    return None


def _is_count(statement: ast.stmt) -> bool:
    """Return whether a statement only counts in an attribute of the object, so that it holds for a first object too."""
    match statement:
        case ast.AugAssign(target=ast.Attribute(value=ast.Name(id="self")), value=ast.Constant()):
            return statement.lineno == statement.end_lineno
    return False


@runtime_rule("chain-end-not-tested", ("AttributeError",), _NONE, before=_AFTER)
def chain_end_not_tested(case: CrashContext) -> Match | None:
    """Return the condition of a search along a chain that reads a value before it asks whether there is an object."""
    failed = case.attribute(case.match["name"])
    if failed is None or not isinstance(failed.value, ast.Name):
        return None
    found = _walk_over(case, failed.value.id)
    if found is None or not _is_none(case, failed.value) or found[0].test.lineno != case.line:
        return None
    loop, link = found
    if not any(node is failed for node in walk(loop.test)) or case.text(loop.test) == case.text(failed):
        return None
    slots: dict[str, str | ast.AST] = {"name": failed.value, "use": failed, "link": link}
    return replace(case.at(loop.test, slots=slots), is_proved=True)


def _is_none(case: CrashContext, node: ast.expr) -> bool:
    """Return whether an expression is None on the failing line, as the message says; False if it is another value."""
    value = case.value(node)
    return value is None or value is UNKNOWN
