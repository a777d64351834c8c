"""The order of evidence: traceback, syntax, diagnostics, what is foreseen, smells near the cursor, tracing by hand."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline import checker, foresight, logic, runtime, syntax
from tutor_server.pedagogy.offline.crash import read_crash, without_values
from tutor_server.pedagogy.offline.finding import Explanation, Finding
from tutor_server.pedagogy.offline.logic.symptom import read_symptom
from tutor_server.pedagogy.offline.logic.tracing import TRACE, trace
from tutor_server.pedagogy.offline.program import Program, parse
from tutor_server.pedagogy.offline.runtime.case import Site
from tutor_server.pedagogy.offline.syntax.unreadable import UNREADABLE
from tutor_server.pedagogy.offline.writing import write

if TYPE_CHECKING:
    from tutor_server.pedagogy.levels import HintLevel, StudentLevels
    from tutor_server.pedagogy.offline.finding import Edit
    from tutor_server.pedagogy.offline.lesson import Rule
    from tutor_server.pedagogy.offline.program import Fault
    from tutor_server.protocol import Submission

_SYNTAX = frozenset(("SyntaxError", "IndentationError", "TabError"))


def diagnose(submission: Submission) -> Finding:
    """Say what is wrong with a submission and where; at worst, where to start a trace by hand."""
    return _found(submission)[1]


def explain(submission: Submission, level: HintLevel, student: StudentLevels) -> Explanation:
    """Explain a submission at a hint level, in words for a student's levels. The same input gives the same text."""
    rule, finding = _found(submission)
    return Explanation(finding.rule, finding.lines, write(finding, rule.lesson, Program(submission), level, student))


@lru_cache(maxsize=32)
def _found(submission: Submission) -> tuple[Rule, Finding]:
    """Find it once: who explains a submission also asks what it was about, and at the next level."""
    program = Program(submission)
    try:
        rule, site = _evidence(program, submission)
    except (MemoryError, RecursionError, ValueError):
        # Hostile code can be too deep for any walk over its tree; where to look is still known.
        rule, site = TRACE, Site(lines=(program.cursor_line,), facts={"variable": "each variable"})
    finding = Finding(
        rule=rule.name,
        error_type=rule.error_type,
        lines=tuple(program.shown(line) for line in site.lines),
        expression=site.expression,
        edit=site.edit if rule.error_type == "syntax" else _sound(program, site.edit),
        first_step=site.first_step,
        facts=site.facts,
    )
    return rule, finding


def _sound(program: Program, edit: Edit | None) -> Edit | None:
    """Give an edit back where the program still parses with it."""
    if edit is None or program.tree is None or program.margin:
        return edit
    return edit if isinstance(parse(edit.apply(program.code), cell=program.is_cell), ast.Module) else None


def _evidence(program: Program, submission: Submission) -> tuple[Rule, Site]:
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
        foreseen = checker.foresee(submission.diagnostics, program) or foresight.foresee(program)
        if foreseen is not None:
            return runtime.diagnose(program, foreseen)
    return logic.diagnose(program, symptom) or (TRACE, trace(program))


def _syntax(program: Program, fault: Fault) -> tuple[Rule, Site]:
    found = syntax.diagnose(program, fault)
    if found is None:
        return UNREADABLE, Site(lines=(fault.line,), expression=program.line(fault.line).strip() or None)
    edit = _as_edit(program, found.mended) if found.mended is not None else None
    step = _as_edit(program, found.first_step) if edit is None and found.first_step is not None else None
    candidate = found.candidate
    return found.cause, Site(
        lines=(candidate.line,),
        expression=candidate.expression,
        edit=edit,
        first_step=step,
        facts=candidate.facts,
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
