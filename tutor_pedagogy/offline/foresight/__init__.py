"""What will go wrong, read off the code alone: the program is gone through in thought and never run.

Values are known by their kind only. What cannot be known is taken to be right, so that what is found is certain, or
nearly so; it is said in the words in which Python would say it, and finds its rule in the run-time catalogue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.foresight.interpreter import AbstractInterpreter
from tutor_pedagogy.offline.foresight.loop_bounds import crashes_in_loops

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.program import Program


def predicted_crashes(program: Program) -> list[Crash]:
    """Give every crash that is sure to come, in no order; none where the code does not parse."""
    if program.tree is None:
        return []
    return [*AbstractInterpreter(program, program.tree).crashes(), *crashes_in_loops(program)]


def foresee(program: Program) -> Crash | None:
    """Give the crash that the student comes to first, counted from the cursor; None where none is sure."""
    return min(predicted_crashes(program), key=lambda crash: _distance(program, crash), default=None)


def _distance(program: Program, crash: Crash) -> tuple[bool, bool, int]:
    """Order by: on the cursor's line, in its function, lines in between."""
    here = program.cursor_line
    elsewhere = program.function_at(crash.line) is not program.function_at(here)
    return crash.line != here, elsewhere, abs(crash.line - here)
