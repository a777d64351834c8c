"""What is certainly wrong with code that nobody has asked about yet, for an editor to underline.

Little is said and nothing given away: an error in Python's own words, a mistake in logic as the first hint's question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Finding
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.engine.writing import question
from tutor_pedagogy.offline.foresight import predicted_crashes
from tutor_pedagogy.offline.rules.logic import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.parsing import Fault
    from tutor_protocol import ErrorType, Submission

CERTAIN = 0.95
"""From this certainty on a smell is said unasked. One was found in 253 corrected programs of students."""


@dataclass(frozen=True, slots=True)
class Certainty:
    """Something wrong, by a stable rule name: line and columns count from 0 in `Submission.code`."""

    rule: str
    error_type: ErrorType
    line: int
    start: int
    end: int
    message: str


def certainties(submission: Submission) -> list[Certainty]:
    """Give what is certainly wrong, one thing a line, from the top. Where code does not compile that is all."""
    program = Program(submission)
    if program.fault is not None:
        return [_of_syntax(program, program.fault)]
    found: dict[int, Certainty] = {}
    try:
        # A cell may run after any other, whatever stands above it: what it will find there is not certain.
        crashes = [] if program.is_cell else predicted_crashes(program)
        for one in (*(_of_crash(program, crash) for crash in crashes), *_of_logic(program)):
            found.setdefault(one.line, one)
    except (MemoryError, RecursionError, ValueError):
        pass  # hostile code can be too deep for any walk over its tree: what was found until then counts
    return [found[line] for line in sorted(found)]


def _of_syntax(program: Program, fault: Fault) -> Certainty:
    line = min(fault.line, len(program.lines))
    start, end = fault.column, fault.end_column if fault.end_line == fault.line else len(program.line(line))
    return _at(program, line, ("syntax", "syntax", fault.message), (start, end))


def _of_crash(program: Program, crash: Crash) -> Certainty:
    said = f"{crash.exception}: {crash.message}" if crash.message else crash.exception
    return _at(program, crash.line, ("runtime", "runtime", said), crash.marks)


def _of_logic(program: Program) -> Iterator[Certainty]:
    for smell in RULES:
        if smell.certainty < CERTAIN:
            continue
        for site in smell.find(program):
            line, expression = site.lines[0], site.expression or ""
            start = program.line(line).find(expression) if expression else -1
            columns = (start, start + len(expression)) if start >= 0 else None
            finding = Finding(
                rule=smell.name,
                error_type=smell.error_type,
                lines=(program.shown(line),),
                expression=site.expression,
                slots=site.slots,
            )
            said = question(finding, smell.lesson, program)
            yield _at(program, line, (smell.name, smell.error_type, said), columns)


def _at(program: Program, line: int, what: tuple[str, ErrorType, str], columns: tuple[int, int] | None) -> Certainty:
    """Mark these columns, else, or where there is nothing to be seen of them, all that stands on the line."""
    text = program.line(line)
    ink = (len(text) - len(text.lstrip()), len(text.rstrip()))
    start, end = columns if columns is not None and columns[0] < min(columns[1], ink[1]) else ink
    margin = len(program.margin)
    return Certainty(*what[:2], line=line - 1, start=start + margin, end=min(end, ink[1]) + margin, message=what[2])
