"""Edits with which the tests pass by a trick, and edits that their rule would explain by what is not there."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.trials.kinds import JOINED, NAME, OTHER_END, RETURN, SORTED, STEP, TURNED
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program

TRICKED = frozenset((JOINED, STEP, RETURN, TURNED, OTHER_END, SORTED))
"""The kinds of which `is_trick` can refuse an edit."""
_TURNING = (TURNED, OTHER_END, SORTED)
_JOINS = re.compile(r"\b(?:and|or|not)\b")
_PAST_THE_END = re.compile(r"\brange\((?:0, ?)?len\((?P<name>\w+)\) ?\+ ?1\)")
_RETURNED = re.compile(r"^[ \t]*return (\w+)[ \t]*$", re.MULTILINE)
_TAKES = frozenset(("remove", "pop", "clear", "popleft"))
_INDEX = re.compile(r"\[-?\d+\]$")


def is_trick(program: Program, rule: str, edit: Edit) -> bool:
    """Return whether an edit gives the right results without mending what its rule speaks of.

    It joins conditions where none are joined, has a loop go past the end of its list, returns an argument that the
    function has emptied, or turns a comparison where a line that should turn the result is without effect.
    """
    function = program.function_at(edit.line)
    if rule == JOINED:
        return _JOINS.search(edit.before) is None
    if function is None:
        return False
    if rule == STEP:
        return _goes_past_the_end(function, edit)
    if rule == RETURN:
        returned = _RETURNED.findall(edit.after)
        return bool(returned) and _empties(function, returned[-1])
    return rule in _TURNING and _has_uncalled_method(function)


def fixed_number(rule: str, expression: str | None) -> str:
    """Return the fixed value that an edit replaces by a name; "" if it replaces a name."""
    is_fixed = rule == NAME and expression is not None and not re.search(r"[^\W\d]", expression)
    return expression if is_fixed and expression is not None else ""


def is_other_part(program: Program, rule: str, edit: Edit) -> bool:
    """Return whether an edit that moves a number by one takes another part of a loop's item, such as `item[1]`."""
    if rule != STEP or "\n" in edit.before + edit.after:
        return False
    return any(
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and _INDEX.search(program.segment(node)) is not None
        and program.segment(node) not in edit.after
        and _is_item(program, node.value)
        for node in program.expressions_at(edit.line)
    )


def _is_item(program: Program, name: ast.Name) -> bool:
    """Return whether a name is the variable of a loop around it."""
    function = program.function_at(name.lineno)
    if function is None:
        return False
    loops = [node for node in walk(function) if isinstance(node, ast.For)]
    return any(isinstance(loop.target, ast.Name) and loop.target.id == name.id for loop in loops)


def _goes_past_the_end(function: Function, edit: Edit) -> bool:
    found = _PAST_THE_END.search(edit.after)
    loop = next((node for node in walk(function) if isinstance(node, ast.For) and node.lineno == edit.line), None)
    if found is None or loop is None or not isinstance(loop.target, ast.Name):
        return False
    name, variable = found["name"], loop.target.id
    for node in walk(loop):
        match node:
            case ast.Subscript(value=ast.Name(id=owner), slice=ast.Name(id=index)) if (owner, index) == (
                name,
                variable,
            ):
                return True
    return False


def _empties(function: Function, name: str) -> bool:
    """Return whether a function takes items out of an argument in a loop."""
    if name not in [argument.arg for argument in function.args.args]:
        return False
    for loop in (node for node in walk(function) if isinstance(node, Loop)):
        for node in walk(loop):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)) if owner == name:
                    if method in _TAKES:
                        return True
                case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=owner))]) if owner == name:
                    return True
    return False


def _has_uncalled_method(function: Function) -> bool:
    """Return whether a statement names a method that changes a list, and does not call it."""
    return any(
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Attribute) and node.value.attr in IN_PLACE
        for node in walk(function)
    )
