"""The first sentence of level 1 for a finding on another line than the one that Python or the student points at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.crash import read_crash, without_values

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Finding
    from tutor_pedagogy.offline.engine.program import Program

_NAMED = re.compile(r"\bon line (\d{1,7})")


def first_sentence(finding: Finding, program: Program, quoted_line: str, *, is_start: bool = False) -> str:
    """Return how the finding's line relates to the line that Python reported, or else to the line asked about.

    It is empty if they are the same line, and if neither is known. A line that Python's message names is named as well.
    If the finding is only a start of the search (`is_start`), the line asked about stays in play.
    """
    line = finding.lines[0]
    stopped, named = _reported(program)
    if not stopped:
        return _of_cursor(line, program, quoted_line, is_start=is_start)
    sentence = f"Python stopped at line {stopped}, but look first at {quoted_line}." if stopped != line else ""
    if named and named not in (line, stopped):
        sentence = f"{sentence or f'Look first at {quoted_line}.'} Python's message also names line {named}."
    return sentence


def _reported(program: Program) -> tuple[int, int]:
    """Return the line at which Python stopped and the line that its message names, as the editor shows them, or 0."""
    traceback = program.submission.traceback
    crash = read_crash(without_values(traceback or ""), program)
    if crash is not None and crash.line:
        return program.shown(crash.line), _named(crash.message, program)
    if program.fault is not None:
        return program.shown(program.fault.line), _named(program.fault.message, program)
    return 0, 0


def _named(message: str, program: Program) -> int:
    match = _NAMED.search(message)
    return program.shown(int(match[1])) if match and int(match[1]) <= len(program.lines) else 0


def _of_cursor(line: int, program: Program, quoted_line: str, *, is_start: bool) -> str:
    asked = program.cursor_line
    is_placed = program.submission.cursor.line > 0 and not program.submission.traceback and program.line(asked).strip()
    if not is_placed or program.shown(asked) == line:
        return ""
    if is_start:
        return f"You asked about line {program.shown(asked)}. A value can be followed from {quoted_line}."
    return f"You asked about line {program.shown(asked)}; the place to look is {quoted_line}."
