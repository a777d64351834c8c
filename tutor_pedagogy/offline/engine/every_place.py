"""The same mistake at other places: an edit covers all of them, and what is still wrong after it is told.

After the edit of a crash the evaluator runs the program again. If it stops at another line for the same reason, that
line belongs to the edit; if it stops for another reason, the student is told so.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.crash import Crash
from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.evidence import Evidence
from tutor_pedagogy.offline.engine.finding import StillWrong
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.rules import runtime

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.cause import Cause
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.rule import Rule

MOST_PLACES = 4
"""The maximum number of places of the same mistake that one edit covers."""


def at_every_place(evidence: Evidence, cause: Cause) -> Cause:
    """Return a cause whose edit covers the lines that fail next for the same reason, with what is still wrong."""
    match = cause.match
    if match is None or match.edit is None or not evidence.is_reproduced or evidence.inputs is not None:
        return cause
    first, here, edit = evidence.program, evidence, match.edit
    code = first.code
    also: list[int] = []
    still_wrong: StillWrong | None = None
    is_mended = False
    for _ in range(MOST_PLACES):
        done = here.after(edit)
        if done is None:
            break
        code = edit.apply(here.program.code)
        is_mended = done.ending == "finished"
        if done.exception is None or done.line is None:
            break
        crash = Crash(type(done.exception).__name__, str(done.exception), done.line, callers=done.callers)
        program = Program(replace(first.submission, code=code, traceback=None))
        program.run = done
        here = Evidence(program, crash)
        if isinstance(here.program.statement_at(crash.line), ast.Raise | ast.Assert):
            break
        again = _same(here, cause.rule)
        if again is None or again.edit is None:
            still_wrong = StillWrong(crash.line, f"{crash.exception}: {crash.message}")
            break
        also.append(_line_before(first, code, again.lines[0]))
        edit = again.edit
    if not is_mended and here is not evidence and _is_again(here.crash, evidence.crash):
        is_open = cause.certainty == "start_here"
        return cause._replace(match=replace(match, edit=None), certainty="start_here" if is_open else "likely")
    if still_wrong is None and not also:
        return cause
    merged = edit_to(first, code) if also else match.edit
    lines = tuple(line for line in dict.fromkeys(also) if line and line not in match.lines)
    certainty = (
        "certain" if is_mended and cause.certainty == "likely" and cause.rule.lesson.is_sure else cause.certainty
    )
    return cause._replace(match=replace(match, edit=merged, also=lines, still_wrong=still_wrong), certainty=certainty)


def _is_again(crash: Crash, first: Crash) -> bool:
    """Return whether a crash is the first one again: the edits have only moved it to a later iteration."""
    return (crash.line, crash.exception) == (first.line, first.exception)


def _same(evidence: Evidence, rule: Rule) -> Match | None:
    """Return the match of the next failure if it has the same cause and an edit."""
    cause = runtime.diagnose(evidence)
    return cause.match if cause.rule is rule else None


def _line_before(program: Program, code: str, line: int) -> int:
    """Return the line that a line of the edited code has in the program; 0 if its text is new."""
    text = code.split("\n")[line - 1]
    shift = code.count("\n") - program.code.count("\n")
    for number in (line, line - shift):
        if program.line(number) == text:
            return number
    return 0
