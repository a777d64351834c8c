"""Candidates of integers: the numbers that may be meant in place of one, by the part that it plays."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.rules.logic.trials.kinds import NUMBER, START, STEP

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

Option = tuple[int, float, str]
"""Another number, with its weight and its kind."""


def other_numbers(program: Program, node: ast.Constant, value: int) -> list[Option]:
    """Return the numbers that may be meant in place of an integer; none for the data of the program."""
    parent = program.parents.get(node)
    match parent:
        case ast.Compare() | ast.AugAssign() | ast.Return():
            found = _alone(parent, value)
        case ast.Call() if is_call_of(parent, "range"):
            is_start = len(parent.args) > 1 and parent.args[0] is node
            weights = {0: 0.6, 1: 0.65, 2: 0.7}
            found = [(other, weights.get(other, 0.5) if is_start else 0.85, STEP) for other in _near(value)]
        case ast.Subscript(slice=index) if index is node:
            weight = 0.35 if isinstance(program.parents.get(parent), ast.Assign) else 0.5
            found = [(other, weight, STEP) for other in (*_near(value), -1)]
        case ast.Slice():
            found = [(other, 0.65, STEP) for other in _near(value)]
        case ast.BinOp(op=operator, right=right):
            found = _in_operation(value, operator, is_right=right is node)
        case ast.Assign(targets=[ast.Subscript()]):
            found = [(1, 0.6, NUMBER)] if value != 1 else [(0, 0.3, NUMBER)]
        case ast.Assign(targets=[ast.Name(id=name)]):
            found = _starts(program, name, value, parent)
        case _:
            found = []
    return found


def _near(value: int) -> list[int]:
    """Return the next numbers, without negative ones."""
    return [other for other in (value + 1, value - 1) if other >= 0]


def _alone(parent: ast.Compare | ast.AugAssign | ast.Return, value: int) -> list[Option]:
    match parent:
        case ast.Compare(left=ast.BinOp(op=ast.Mod())):
            return [(0, 0.75, NUMBER)] if value else [(1, 0.4, NUMBER)]
        case ast.Compare():
            return [(other, 0.35 if value == 0 else 0.5, NUMBER) for other in (value + 1, value - 1)]
        case ast.AugAssign():
            return [(1, 0.6, NUMBER)] if value != 1 else [(2, 0.3, NUMBER)]
    return [(other, 0.55, NUMBER) for other in (value + 1, value - 1)]


_UNITS = {100: (60, 10, 1000), 60: (100, 3600), 10: (100,), 1000: (100, 60), 3600: (60,), 24: (12,), 12: (24,)}
"""Factors that are taken for one another."""


def _in_operation(value: int, operator: ast.operator, *, is_right: bool) -> list[Option]:
    if isinstance(operator, ast.Add | ast.Sub):
        return [(2, 0.4, STEP)] if value == 1 and is_right else [(value - 1, 0.4, NUMBER), (value + 1, 0.35, NUMBER)]
    beside = [(other, 0.4, NUMBER) for other in (value + 1, value - 1) if other > 1]
    return [*((other, 0.5, NUMBER) for other in _UNITS.get(value, ())), *beside]


def _starts(program: Program, name: str, value: int, statement: ast.Assign) -> list[Option]:
    """Return other start values: a sum or a count begins at 0, a product at 1, an index that is not found at -1."""
    function = program.function_at(statement.lineno)
    others = [line for line, _ in program.assignments(name) if line != statement.lineno]
    if not any(program.function_at(line) is function for line in others):
        return []
    kinds = {
        type(node.op)
        for node in program.each(ast.AugAssign)
        if isinstance(node.target, ast.Name) and node.target.id == name and program.function_at(node.lineno) is function
    }
    natural = 1 if ast.Mult in kinds else 0
    found = []
    for other in dict.fromkeys((0, 1, value + 1, value - 1)):
        if other != value and (other >= 0 or not kinds):
            weight = 0.55 if not kinds else 0.9 if other == natural else 0.25
            found.append((other, weight, START))
    return found
