"""The order of evidence: traceback, syntax, diagnostics, what is foreseen, smells near the cursor, tracing by hand."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from tutor_pedagogy.offline import foresight
from tutor_pedagogy.offline.engine import editor_diagnostics
from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.offline.engine.finding import Explanation, Finding
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.parsing import parse
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.engine.writing import write
from tutor_pedagogy.offline.rules import logic, runtime, syntax
from tutor_pedagogy.offline.rules.logic.symptom import read_symptom
from tutor_pedagogy.offline.rules.logic.tracing import TRACE, trace
from tutor_pedagogy.offline.rules.syntax.unreadable import UNREADABLE
from tutor_pedagogy.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.parsing import Fault
    from tutor_pedagogy.offline.engine.rule import Rule
    from tutor_protocol import Submission

_SYNTAX = frozenset(("SyntaxError", "IndentationError", "TabError"))
_TOO_DEEP = (MemoryError, RecursionError, ValueError)
"""What hostile code raises in any walk over its tree."""
_TOPICS = Remembered[str]()


def topic(submission: Submission) -> str:
    """Name the rule that a submission is about, without working out all that an explanation says of it.

    Whoever asks again about the same code gets the name that was found before.
    """
    decides = _what_decides(submission)
    name = _TOPICS.get(*decides)
    if name is None:
        name = _cause(submission)[0].name
        _TOPICS.keep(*decides, answer=name)
    return name


def _what_decides(submission: Submission) -> tuple[Hashable, ...]:
    """Give what a rule depends on, and nothing that makes each ask another one."""
    said = (submission.diagnostics, submission.traceback, submission.question)
    place = (submission.kind, submission.first_line, submission.cursor.line)
    return submission.code, submission.cells, *place, *said


def diagnose(submission: Submission) -> Finding:
    """Say what is wrong with a submission and where; at worst, where to start a trace by hand."""
    rule, site = _cause(submission)
    return _finding(Program(submission), rule, site)


def explain(submission: Submission, level: HintLevel, student: StudentLevels) -> Explanation:
    """Explain a submission at a hint level, in words for a student's levels. The same input gives the same text."""
    rule, site = _cause(submission)
    program = Program(submission)
    finding = _finding(program, rule, site)
    return Explanation(finding.rule, finding.lines, write(finding, rule.lesson, program, level, student))


@lru_cache(maxsize=32)
def _cause(submission: Submission) -> tuple[Rule, Match | None]:
    """Find the cause once: who explains a submission also asks what it was about. No place: it is to be traced."""
    program = Program(submission)
    try:
        return _evidence(program, submission) or (TRACE, None)
    except _TOO_DEEP:
        return TRACE, _at_cursor(program)


def _finding(program: Program, rule: Rule, site: Match | None) -> Finding:
    try:
        site = site or trace(program)
    except _TOO_DEEP:
        site = _at_cursor(program)
    return Finding(
        rule=rule.name,
        error_type=rule.error_type,
        lines=tuple(program.shown(line) for line in site.lines),
        expression=site.expression,
        edit=site.edit if rule.error_type == "syntax" else _sound(program, site.edit),
        first_step=site.first_step,
        slots=site.slots,
    )


def _at_cursor(program: Program) -> Match:
    """Give where to look all the same in code that is too deep for any walk over its tree."""
    return Match(lines=(program.cursor_line,), slots={"variable": "each variable"})


def _sound(program: Program, edit: Edit | None) -> Edit | None:
    """Give an edit back where the program still parses with it."""
    if edit is None or program.tree is None or program.margin:
        return edit
    return edit if isinstance(parse(edit.apply(program.code), cell=program.is_cell), ast.Module) else None


def _evidence(program: Program, submission: Submission) -> tuple[Rule, Match] | None:
    traceback = without_values(submission.traceback or "")
    crash = read_crash(traceback, program)
    symptom = read_symptom(traceback, submission.question)
    is_failing_test = (
        symptom is not None and (symptom.call or symptom.got) and (crash is None or crash.exception == "AssertionError")
    )
    is_crash = crash is not None and crash.exception not in _SYNTAX and (crash.line or program.fault is None)
    if crash is not None and is_crash and not is_failing_test:
        return runtime.diagnose(program, crash)
    if program.fault is not None:
        return _syntax(program, program.fault)
    if symptom is None:
        foreseen = editor_diagnostics.foresee(submission.diagnostics, program) or foresight.foresee(program)
        if foreseen is not None:
            return runtime.diagnose(program, foreseen)
    return logic.diagnose(program, symptom)


def _syntax(program: Program, fault: Fault) -> tuple[Rule, Match]:
    found = syntax.diagnose(program, fault)
    if found is None:
        return UNREADABLE, Match(lines=(fault.line,), expression=program.line(fault.line).strip() or None)
    edit = _as_edit(program, found.mended) if found.mended is not None else None
    step = _as_edit(program, found.first_step) if edit is None and found.first_step is not None else None
    candidate = found.candidate
    return found.rule, Match(
        lines=(candidate.line,),
        expression=candidate.expression,
        edit=edit,
        first_step=step,
        slots=candidate.slots,
    )


def _as_edit(program: Program, mended: str) -> Edit:
    before, after = program.lines, mended.split("\n")
    start = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    tail = 0
    while tail < min(len(before), len(after)) - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    if start == len(before) - tail:
        start, tail = (start - 1, tail) if start else (start, tail - 1)
    return program.edit(start + 1, "\n".join(after[start : len(after) - tail]), before_lines=len(before) - tail - start)
