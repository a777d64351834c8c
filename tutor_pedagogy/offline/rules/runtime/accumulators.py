"""Variables without an initial value: a loop updates or reads a name that no line above sets."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.engine.program import BUILTINS, Loop
from tutor_pedagogy.offline.engine.spelling import edit_distance
from tutor_pedagogy.offline.rules.runtime.initial_values import is_string_item
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import Binding

_SHORT_NAME = 3
"""The maximum length of names that are too short for a spelling comparison."""
_LONG_NAME = 7
"""The minimum length of names in which two typing errors still leave the name recognisable."""
_OF_PRODUCTS = (ast.Mult, ast.Div, ast.FloorDiv, ast.Pow)
"""The operators for which 0 is no first value."""
_FILLED_BY = {"append": "[]", "extend": "[]", "insert": "[]", "add": "set()"}


@runtime_rule(
    "no-value-before-loop",
    ("NameError", "UnboundLocalError"),
    r"(?:local variable|name) '(?P<name>\w+)'",
    before=("name-misspelt",),
)
def no_value_before_loop(case: CrashContext) -> Match | None:
    """Return the loop above which a name that is only updated should get its initial value."""
    name, program, statement = case.match["name"], case.program, case.statement
    if statement is None or name in BUILTINS or _is_slip_of_another(case, name):
        return None
    bound = case.bound(name)
    is_global = case.function and any(program.function_at(line) is None for line, _ in program.assignments(name))
    loops = [node for node in (statement, *program.above(statement)) if isinstance(node, Loop)]
    loops = [
        each for each in loops if program.function_at(each.lineno) is case.function and _is_repeated(each, case.line)
    ]
    filled = _filled_as(case, name)
    if not loops or (is_global and not filled):
        return None
    end = loops[-1].end_lineno or 0
    is_set_inside = bool(bound) and all(
        _changes_itself(case, line, name) or (value is not None and case.line <= line <= end) for line, value in bound
    )
    if not is_set_inside and (bound or not filled):
        return None
    loop = _loop_that_starts_anew(loops, name)
    first = filled or _initial_value(case, bound, name)
    if filled and _is_looked_into(case, name):
        first = None  # An empty collection has no item either.
    return case.at(loop, edit=case.insert_line(loop.lineno, f"{name} = {first}") if first else None, name=Code(name))


def _is_slip_of_another(case: CrashContext, name: str) -> bool:
    """Return whether a name is a misspelling of another name in the program."""
    most = 1 if len(name) < _LONG_NAME else 2
    others = case.program.bound_names - {name}
    return len(name) > _SHORT_NAME and any(edit_distance(name, other) <= most for other in others)


def _is_repeated(loop: Loop, line: int) -> bool:
    """Return whether a line runs in every iteration of a loop: it is in the body or in a `while` condition."""
    return line >= loop.body[0].lineno or (isinstance(loop, ast.While) and line >= loop.lineno)


def _filled_as(case: CrashContext, name: str) -> str | None:
    """Return the empty collection that fits the use of a name with a method or with keys, or None."""
    for node in case.program.each(ast.Call, ast.Subscript):
        if case.program.function_at(node.lineno) is case.function:
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)) if owner == name:
                    if method in _FILLED_BY:
                        return _FILLED_BY[method]
                case ast.Subscript(value=ast.Name(id=owner), ctx=ast.Store()) if owner == name:
                    return "{}"
    return None


def _initial_value(case: CrashContext, bound: list[Binding], name: str) -> str | None:
    """Return the initial value of a name: the opposite of the only truth value it gets, or that of a sum; else None."""
    truths = {value.value for _, value in bound if isinstance(value, ast.Constant) and isinstance(value.value, bool)}
    if len(truths) == 1:
        return str(not truths.pop())
    if not all(_changes_itself(case, line, name) for line, _ in bound):
        return None
    if any(quote in case.program.line(line) for line, _ in bound for quote in "\"'"):
        return '""'
    operations = [each for line, _ in bound if (each := _operation(case, line)) is not None]
    added = [operand for operator, operand in operations if isinstance(operator, ast.Add)]
    if any(isinstance(each, ast.Name) and is_string_item(case, each.id) for each in added):
        return '""'
    if any(isinstance(each, ast.List | ast.ListComp) for each in added):
        return "[]"
    return None if any(isinstance(operator, _OF_PRODUCTS) for operator, _ in operations) else "0"


def _operation(case: CrashContext, line: int) -> tuple[ast.operator, ast.expr] | None:
    """Return the operator and the right operand with which the statement on a line changes a variable, or None."""
    match case.program.statement_at(line):
        case ast.AugAssign(op=operator, value=operand) | ast.Assign(value=ast.BinOp(op=operator, right=operand)):
            return operator, operand
    return None


def _is_looked_into(case: CrashContext, name: str) -> bool:
    """Return whether the failing line takes an item of a variable at an index."""
    return any(
        isinstance(node.value, ast.Name) and node.value.id == name and isinstance(node.ctx, ast.Load)
        for node in case.subscripts
    )


def _changes_itself(case: CrashContext, line: int, name: str) -> bool:
    """Return whether the statement on a line computes a variable's new value from its old one."""
    match case.program.statement_at(line):
        case ast.AugAssign(target=ast.Name(id=target)):
            return target == name
        case ast.Assign(targets=[ast.Name(id=target)], value=value):
            return target == name and name in names_in(value)
    return False


def _loop_that_starts_anew(loops: list[Loop], name: str) -> Loop:
    """Return the loop before which the variable must be set: the inner one if the outer one uses its result."""
    inner = loops[0]
    for outer in loops[1:]:
        if name in names_in(*(after for after in outer.body if after.lineno > (inner.end_lineno or 0))):
            return inner
        inner = outer
    return inner
