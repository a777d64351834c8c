"""Certain mistakes in the code, which the editor underlines although the student has not asked for help.

The message does not reveal the solution: for an exception it is Python's own message, for a logic mistake it is the
question of the first hint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Finding
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.engine.writing import question
from tutor_pedagogy.offline.foresight import predicted_crashes
from tutor_pedagogy.offline.rules.logic import RULES
from tutor_pedagogy.offline.rules.logic.rule import CERTAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.parsing import Fault
    from tutor_protocol import ErrorType, Submission


@dataclass(frozen=True, slots=True)
class SureMistake:
    """A certain mistake with the stable name of its rule. Line and columns count from 0 in `Submission.code`."""

    rule: str
    error_type: ErrorType
    line: int
    start: int
    end: int
    message: str


def sure_mistakes(submission: Submission) -> list[SureMistake]:
    """Return the certain mistakes in order of lines, at most one a line; only the syntax error if there is one."""
    program = Program(submission)
    if program.fault is not None:
        return [_of_syntax(program, program.fault)]
    found: dict[int, SureMistake] = {}
    try:
        # Notebook cells can run in any order, so an exception predicted for a cell is not certain.
        crashes = [] if program.is_cell else predicted_crashes(program)
        for one in (*(_of_crash(program, crash) for crash in crashes), *_of_logic(program)):
            found.setdefault(one.line, one)
    except (MemoryError, RecursionError, ValueError):
        pass  # Hostile code can be nested so deeply that walking its tree fails. Keep the mistakes found until then.
    return [found[line] for line in sorted(found)]


def _of_syntax(program: Program, fault: Fault) -> SureMistake:
    line = min(fault.line, len(program.lines))
    start, end = fault.column, fault.end_column if fault.end_line == fault.line else len(program.line(line))
    return _at(program, line, ("syntax", "syntax", fault.message), (start, end))


def _of_crash(program: Program, crash: Crash) -> SureMistake:
    message = f"{crash.exception}: {crash.message}" if crash.message else crash.exception
    return _at(program, crash.line, ("runtime", "runtime", message), crash.marks)


def _of_logic(program: Program) -> Iterator[SureMistake]:
    for rule in (rule for rule in RULES if rule.certainty >= CERTAIN):
        for match in rule.find_unasked(program):
            line, expression = match.lines[0], match.expression or ""
            start = program.line(line).find(expression) if expression else -1
            columns = (start, start + len(expression)) if start >= 0 else None
            finding = Finding(
                rule=rule.name,
                error_type=rule.error_type,
                lines=(program.shown(line),),
                expression=match.expression,
                slots=match.slots,
            )
            yield _at(program, line, (rule.name, rule.error_type, question(finding, rule.lesson, program)), columns)


def _at(program: Program, line: int, what: tuple[str, ErrorType, str], columns: tuple[int, int] | None) -> SureMistake:
    """Return a mistake at these columns of a line, or on the whole line if there are no columns."""
    text = program.line(line)
    visible = (len(text) - len(text.lstrip()), len(text.rstrip()))
    start, end = columns if columns is not None and columns[0] < min(columns[1], visible[1]) else visible
    margin = len(program.margin)
    return SureMistake(
        *what[:2], line=line - 1, start=start + margin, end=min(end, visible[1]) + margin, message=what[2]
    )
