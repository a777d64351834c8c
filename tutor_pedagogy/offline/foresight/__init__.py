"""Foresight: predicts the exceptions that a program will raise, by abstract interpretation, without running it.

Only the types of values are tracked. A value of unknown type is assumed to cause no exception, so that a predicted
exception is certain or nearly so. Its message is worded as Python words it, so that the rules for exceptions apply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.foresight.interpreter import AbstractInterpreter
from tutor_pedagogy.offline.foresight.loop_bounds import crashes_in_loops

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.program import Program


def predicted_crashes(program: Program) -> list[Crash]:
    """Return every predicted crash, in no particular order; none if the code does not parse."""
    if program.tree is None:
        return []
    return [*AbstractInterpreter(program, program.tree).crashes(), *crashes_in_loops(program)]


def foresee(program: Program) -> Crash | None:
    """Return the predicted crash nearest to the cursor; None if no crash is predicted."""
    return min(predicted_crashes(program), key=lambda crash: _distance(program, crash), default=None)


def _distance(program: Program, crash: Crash) -> tuple[bool, bool, int]:
    """Return the sort key of a crash: first on the cursor's line, then in its function, then by distance in lines."""
    here = program.cursor_line
    elsewhere = program.function_at(crash.line) is not program.function_at(here)
    return crash.line != here, elsewhere, abs(crash.line - here)
