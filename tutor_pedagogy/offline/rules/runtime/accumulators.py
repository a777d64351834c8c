"""Names without a first value: a loop changes, fills or asks about what no line before it has begun."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.engine.spelling import edit_distance
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Function
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext
_LONG_NAME = 7
"""Letters from which on two slips still leave the same word."""
_FILLED_BY = {"append": "[]", "extend": "[]", "insert": "[]", "add": "set()"}


@runtime_rule(
    "no-value-before-loop",
    ("NameError", "UnboundLocalError"),
    r"(?:local variable|name) '(?P<name>\w+)'",
    before=("name-misspelt",),
)
def no_value_before_loop(case: CrashContext) -> Match | None:
    """Find the loop before which a name that is only ever changed should get its first value."""
    name, program = case.match["name"], case.program
    here, statement = program.function_at(case.line), program.statement_at(case.line)
    if statement is None or name in BUILTINS or _is_slip_of_another(case, name):
        return None
    bound = [(line, value) for line, value in program.assignments(name) if program.function_at(line) is here]
    outside = [line for line, _ in program.assignments(name) if here is not None and program.function_at(line) is None]
    loops = [node for node in (statement, *program.above(statement)) if isinstance(node, ast.For | ast.While)]
    loops = [loop for loop in loops if program.function_at(loop.lineno) is here and _is_asked_in(loop, case.line)]
    filled = _filled_as(case, name, here)
    if not loops or (outside and not filled):
        return None
    end = loops[-1].end_lineno or 0
    is_begun_inside = bool(bound) and all(
        _changes_itself(case, line, name) or (value is not None and case.line <= line <= end) for line, value in bound
    )
    if not is_begun_inside and (bound or not filled):
        return None
    loop = _loop_that_starts_anew(loops, name)
    line = program.line(loop.lineno)
    indent = line[: len(line) - len(line.lstrip())]
    first = filled or _start_for(case, bound, name)
    return Match(
        lines=(loop.lineno,),
        expression=line.strip(),
        edit=program.edit(loop.lineno, f"{indent}{name} = {first}\n{line}") if first else None,
        slots={"name": Code(name)},
    )


def _is_slip_of_another(case: CrashContext, name: str) -> bool:
    most = 1 if len(name) < _LONG_NAME else 2
    others = case.program.bound_names - {name}
    return len(name) > 3 and any(edit_distance(name, other) <= most for other in others)  # noqa: PLR2004 - short names differ by little


def _is_asked_in(loop: ast.For | ast.While, line: int) -> bool:
    """Tell whether a line belongs to what a loop runs in each round: its body, or the condition of a `while`."""
    return line >= loop.body[0].lineno or (isinstance(loop, ast.While) and line >= loop.lineno)


def _filled_as(case: CrashContext, name: str, here: Function | None) -> str | None:
    """Give the empty value of the kind that a name is filled as, by a method or by keys; None for neither."""
    for node in case.program.nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)) if (
                owner == name and method in _FILLED_BY and case.program.function_at(node.lineno) is here
            ):
                return _FILLED_BY[method]
            case ast.Subscript(value=ast.Name(id=owner), ctx=ast.Store()) if (
                owner == name and case.program.function_at(node.lineno) is here
            ):
                return "{}"
    return None


def _start_for(case: CrashContext, bound: list[tuple[int, ast.expr | None]], name: str) -> str | None:
    """Give the value to start from: the other truth value, nothing of what is added; None where it cannot be told."""
    truths = {value.value for _, value in bound if isinstance(value, ast.Constant) and isinstance(value.value, bool)}
    if len(truths) == 1:
        return str(not truths.pop())
    if not all(_changes_itself(case, line, name) for line, _ in bound):
        return None
    return '""' if any(mark in case.program.line(line) for line, _ in bound for mark in "\"'") else "0"


def _changes_itself(case: CrashContext, line: int, name: str) -> bool:
    statement = case.program.statement_at(line)
    match statement:
        case ast.AugAssign(target=ast.Name(id=target)):
            return target == name
        case ast.Assign(targets=[ast.Name(id=target)], value=value):
            return target == name and any(isinstance(n, ast.Name) and n.id == name for n in walk(value))
    return False


def _loop_that_starts_anew(loops: list[ast.For | ast.While], name: str) -> ast.For | ast.While:
    """Give the loop before which a value begins: the inner one where the outer one uses the value up in each round."""
    inner = loops[0]
    for outer in loops[1:]:
        after = [s for s in outer.body if s.lineno > (inner.end_lineno or 0)]
        if any(isinstance(n, ast.Name) and n.id == name for s in after for n in walk(s)):
            return inner
        inner = outer
    return inner
