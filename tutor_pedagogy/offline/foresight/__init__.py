"""Foresight: the exceptions that a program will raise, found by abstract interpretation, without running it.

Values are known by their types only. What cannot be known is taken to be right, so that an exception found is certain,
or nearly so. It is worded as Python would word it, and finds its rule among the rules for exceptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.foresight.interpreter import AbstractInterpreter
from tutor_pedagogy.offline.foresight.loop_bounds import crashes_in_loops

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.program import Program


def predicted_crashes(program: Program) -> list[Crash]:
    """Return every crash that is sure to come, in no order; none if the code does not parse."""
    if program.tree is None:
        return []
    return [*AbstractInterpreter(program, program.tree).crashes(), *crashes_in_loops(program)]


def foresee(program: Program) -> Crash | None:
    """Return the crash nearest to the cursor, None if no crash is sure to come."""
    return min(predicted_crashes(program), key=lambda crash: _distance(program, crash), default=None)


def _distance(program: Program, crash: Crash) -> tuple[bool, bool, int]:
    """Return the order: on the cursor's line, in its function, lines in between."""
    here = program.cursor_line
    elsewhere = program.function_at(crash.line) is not program.function_at(here)
    return crash.line != here, elsewhere, abs(crash.line - here)
