"""Functions whose body is still empty: nothing is written yet, so there is no mistake to find."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic.case_values import smallest_case

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_protocol import Certainty

UNWRITTEN = Rule("logic.nothing-written-yet", "logic")
_LONGEST = 60


def unwritten(program: Program, symptom: Symptom) -> tuple[Rule, Match, Certainty] | None:
    """Return the function that a failing test calls, if nothing is written in it yet; else None."""
    function = symptom.function_in(program)
    if function is None or symptom.call is None or not is_empty(function):
        return None
    smallest = smallest_case(program, function.name)
    call, expected = (smallest.given, smallest.expected) if smallest is not None else (symptom.call, symptom.expected)
    slots: dict[str, Any] = {"function": Code(function.name)}
    if expected and max(len(call), len(expected)) <= _LONGEST and "`" not in call + expected:
        slots |= {"call": Code(call), "expected": Code(expected)}
    return UNWRITTEN, program.on_line(function, **slots), "certain"


def is_empty(function: Function) -> bool:
    """Return whether a function does nothing: `pass`, `...`, a docstring, or a `return` without a value."""
    return all(_does_nothing(statement) for statement in function.body)


def _does_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(value=ast.Constant()) | ast.Return(value=None | ast.Constant(value=None)):
            return True
    return False
