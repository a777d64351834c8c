"""Diagnosis of a submission from the best evidence available.

The order is: traceback, syntax error, the editor's diagnostics, predicted exceptions, logic rules, and at last the
advice to trace the program by hand. An ask with another purpose than to find a mistake is answered by `purposes`.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline import foresight, purposes
from tutor_pedagogy.offline.engine import editor_diagnostics
from tutor_pedagogy.offline.engine.cause import Cause
from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.offline.engine.edits import edit_to, sound
from tutor_pedagogy.offline.engine.every_place import at_every_place
from tutor_pedagogy.offline.engine.evidence import Evidence, evaluated_crash
from tutor_pedagogy.offline.engine.finding import Code, Explanation, Finding, StillWrong
from tutor_pedagogy.offline.engine.fitting_words import with_fitting_words
from tutor_pedagogy.offline.engine.found_edit import by_found_edit
from tutor_pedagogy.offline.engine.last_values import with_last_values
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.parsing import Fault
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.engine.run_evidence import by_run, with_run, within_cases
from tutor_pedagogy.offline.engine.writing import write
from tutor_pedagogy.offline.rules import logic, runtime, syntax
from tutor_pedagogy.offline.rules.logic.half_told import completed
from tutor_pedagogy.offline.rules.logic.symptom import FAILED_ASSERTION, read_symptom
from tutor_pedagogy.offline.rules.logic.tracing import TRACE, trace
from tutor_pedagogy.offline.rules.syntax.sense import Sense
from tutor_pedagogy.offline.rules.syntax.unreadable import UNREADABLE
from tutor_pedagogy.remembered import Remembered
from tutor_protocol import ReportedFinding

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.rule import Rule
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_protocol import Certainty, Purpose, Submission

_ANSWERED = (HintLevel.QUESTION, HintLevel.SOLUTION)
"""The hint levels at which "is it right?" is answered with a plain no before the text of the rule."""
_SYNTAX = frozenset(("SyntaxError", "IndentationError", "TabError"))
_TOO_DEEP = (MemoryError, RecursionError, ValueError)
"""The exceptions that walking the tree of hostile, very deeply nested code can raise."""
_LONGEST_MESSAGE = 160
_REPORTS = Remembered[ReportedFinding]()


def report(submission: Submission) -> ReportedFinding:
    """Return the rule that a submission breaks, its line and certainty, without writing the explanation.

    The result is cached. The key consists of all parts of the submission that it depends on.
    """
    place = (submission.kind, submission.language, submission.first_line, submission.cursor.line)
    reported = (
        submission.diagnostics,
        submission.traceback,
        submission.question,
        submission.trace,
        submission.test_report,
    )
    decides: tuple[Hashable, ...] = (submission.code, submission.cells, *place, *reported)
    found = _REPORTS.get(*decides)
    if found is None:
        diagnosis = examine(submission)
        found = ReportedFinding(diagnosis.finding.rule, diagnosis.finding.lines[0], _shown_certainty(diagnosis.cause))
        _REPORTS.keep(*decides, answer=found)
    return found


def purpose(submission: Submission) -> Purpose:
    """Return the purpose of an ask. An ask without a question about a program with a mistake is `find`."""
    return purposes.purpose_of_rule(report(submission).rule)


def diagnose(submission: Submission) -> Finding:
    """Return the mistake in a submission and its place. If no rule matches, the place is where to start tracing.

    For an ask with another purpose, the rule has the name of the purpose, and the place is the one that it is about.
    """
    return examine(submission).finding


def explain(submission: Submission, level: HintLevel, student: StudentLevels) -> Explanation:
    """Return the explanation of a submission at a hint level, worded for the student's levels.

    It is deterministic: the same arguments give the same explanation on every machine. The code is not run, nothing is
    sent, no file of the student is read, and no submission makes it raise an exception.
    """
    diagnosis = examine(submission)
    note, text = note_of(diagnosis, level), text_of(diagnosis, level, student)
    return explanation_of(diagnosis, f"{note}\n\n{text}" if note else text)


class Diagnosis(NamedTuple):
    """A program, the rule that it breaks, and the place. For another purpose than `find`, `ladder` holds the texts."""

    program: Program
    cause: Cause
    finding: Finding
    ladder: purposes.Ladder | None = None


@lru_cache(maxsize=8)
def examine(submission: Submission) -> Diagnosis:
    """Return the diagnosis of a submission, from which texts are written.

    The latest ones are cached, because callers ask for `report` and then for `explain`.
    """
    program = Program(submission)
    cause = _cause(program, submission)
    ladder = None if cause.purpose == "find" else purposes.ladder_of(cause.purpose, program)
    return Diagnosis(program, cause, _finding(program, cause, ladder), ladder)


def text_of(diagnosis: Diagnosis, level: HintLevel, student: StudentLevels) -> str:
    """Return the text of a diagnosis at a hint level."""
    program, cause, finding, ladder = diagnosis
    if ladder is not None:
        return purposes.text_of(ladder, program, level, student)
    text = write(finding, cause.rule.lesson, program, level, student, certainty=cause.certainty)
    answer = purposes.no_to_check(program, finding.edit, _shown_certainty(cause)) if level in _ANSWERED else ""
    return with_run(f"{answer} {text}" if answer else text, program, cause, level)


def note_of(diagnosis: Diagnosis, level: HintLevel) -> str:
    """Return the sentences before a text, in the language of a question that is not in English; or ""."""
    program, cause, _, ladder = diagnosis
    if ladder is None:
        return purposes.note_on_language(program.submission.question)
    return purposes.native_opening(program, cause.purpose, ladder, level)


def explanation_of(diagnosis: Diagnosis, text: str) -> Explanation:
    """Return the explanation that consists of a text about a diagnosis."""
    program, cause, finding, ladder = diagnosis
    return Explanation(
        rule=finding.rule,
        lines=finding.lines if ladder is None else (program.shown(ladder.line),),
        certainty=_shown_certainty(cause),
        text=text,
        edit=finding.edit if ladder is None else None,
        purpose=cause.purpose,
    )


def _shown_certainty(cause: Cause) -> Certainty:
    if cause.purpose != "find":
        return "start_here"
    return cause.certainty if cause.rule.lesson.is_sure else "start_here"


def _cause(program: Program, submission: Submission) -> Cause:
    """Return the rule and its match."""
    try:
        asked = purposes.purpose_in(program)
        found = _evidence(program, submission) if purposes.yields_to_rules(program, asked) else None
        is_open = found is None or (
            found.certainty == "start_here" and found.rule.error_type == "logic" and found.rule not in logic.OPEN_PLACES
        )
        asked = purposes.without_finding(program) if found is None and asked == "find" else asked
        if asked == "find" and found is not None and _is_guess(found) and purposes.is_known_apart(program):
            asked, is_open = "explain", True
        if asked != "find" and is_open:
            return Cause(purposes.RULES[asked], None, purpose=asked)
        return found or Cause(TRACE, None)
    except _TOO_DEEP:
        return Cause(TRACE, _at_cursor(program))


def _is_guess(found: Cause) -> bool:
    """Return whether a cause only restates what the question says, without a place that is known to be wrong."""
    return found.certainty == "start_here" and found.rule.error_type == "logic"


def _finding(program: Program, cause: Cause, ladder: purposes.Ladder | None) -> Finding:
    rule = cause.rule
    try:
        match = cause.match or (trace(program) if ladder is None else purposes.match_of(ladder))
    except _TOO_DEEP:
        match = _at_cursor(program)
    still_wrong = match.still_wrong
    return Finding(
        rule=rule.name,
        error_type=rule.error_type,
        lines=tuple(program.shown(line) for line in match.lines),
        expression=match.expression,
        edit=match.edit if rule.error_type == "syntax" else sound(program, match.edit),
        first_step=match.first_step,
        still_wrong=still_wrong and StillWrong(program.shown(still_wrong.line), still_wrong.message),
        also=tuple(program.shown(line) for line in match.also),
        slots=match.slots,
    )


def _at_cursor(program: Program) -> Match:
    """Return a match of the cursor's line, for code that is nested too deeply to walk its syntax tree."""
    return Match(lines=(program.cursor_line,), slots={"variable": ""})


def _evidence(program: Program, submission: Submission) -> Cause | None:
    traceback = without_values(submission.traceback or "")
    crash = read_crash(traceback, program)
    symptom = read_symptom(traceback, submission.question)
    if not traceback:
        symptom = completed(program, symptom, submission.question)
    is_failing_test = (
        symptom is not None and (symptom.call or symptom.got) and (crash is None or crash.exception == "AssertionError")
    ) or (crash is not None and crash.exception == "AssertionError" and not _is_own_assertion(program, crash))
    is_crash = crash is not None and crash.exception not in _SYNTAX and (crash.line or program.fault is None)
    if crash is not None and is_crash and not is_failing_test:
        cause = _crash(program, crash)
        if cause.certainty == "start_here" and crash.exception == "AssertionError":
            found = _wrong_result(program, symptom or FAILED_ASSERTION)
            cause = cause if found is None or found.certainty == "start_here" else found
        if not crash.is_warning or cause.rule is not runtime.UNEXPLAINED:
            return by_found_edit(program, symptom, cause)
    if program.fault is not None:
        return _syntax(program, program.fault)
    if crash is not None and crash.exception in _SYNTAX and crash.line:
        return _refused(program, crash)
    if symptom is None:
        if (reported := editor_diagnostics.foresee(submission.diagnostics, program)) is not None:
            cause = _crash(program, reported)
            is_proved = Evidence(program, reported).is_reproduced
            return cause if is_proved or cause.certainty == "start_here" else cause._replace(certainty="likely")
        foreseen = evaluated_crash(program) or foresight.foresee(program)
        if foreseen is not None:
            return _crash(program, foreseen)
    found = within_cases(program, symptom, by_run(program, symptom, _wrong_result(program, symptom)))
    return with_fitting_words(program, by_found_edit(program, symptom, found))


def _is_own_assertion(program: Program, crash: Crash) -> bool:
    """Return whether the line on which an `AssertionError` was raised is one of the program, and no test's."""
    statement = program.statement_at(crash.line) if crash.line else None
    return isinstance(statement, ast.Assert | ast.Raise) or "assert" in program.line(crash.line)


def _wrong_result(program: Program, symptom: Symptom | None) -> Cause | None:
    """Return the cause of a wrong result: a contradiction to a function's name, or a rule of logic."""
    named = logic.diagnose_name(program) if symptom is None or symptom.call is None else None
    if named is not None and (symptom is None or symptom.got is None or named[2] == "certain"):
        return Cause(*named)
    found = logic.diagnose(program, symptom)
    if named is not None and (found is None or found[2] == "start_here"):
        return Cause(*named)
    if found is None:
        return None
    is_twofold = symptom is not None and symptom.call is not None and found[2] == "likely" and _is_named(program, found)
    return Cause(found[0], found[1], "certain") if is_twofold else Cause(*found)


def _is_named(program: Program, found: tuple[Rule, Match, Certainty]) -> bool:
    """Return whether a contradiction to a function's name proves the same finding as a failing test."""
    named = logic.diagnose_name(program)
    return named is not None and named[2] == "certain" and (named[0], named[1].lines) == (found[0], found[1].lines)


def _refused(program: Program, crash: Crash) -> Cause:
    """Return the cause of a syntax error that this version of Python does not raise."""
    if "f-string" not in crash.message:
        return _crash(program, crash)
    column, end = crash.carets or (0, 1)
    return _syntax(program, Fault(crash.message, crash.line, column, crash.line, end))


def _crash(program: Program, crash: Crash) -> Cause:
    """Return the cause of a crash: a rule for its message, or a code pattern whose edit mends it."""
    crash = _first_of_chain(program, crash)
    evidence = Evidence(program, crash)
    cause = at_every_place(evidence, runtime.diagnose(evidence))
    if cause.certainty == "certain" or not evidence.is_reproduced:
        return cause
    for rule, match in logic.patterns(program):
        if match.edit is not None and evidence.mends(match.edit):
            return Cause(rule, match, "certain")
    return with_last_values(evidence, cause)


def _first_of_chain(program: Program, crash: Crash) -> Crash:
    """Return the exception that a program handled when it raised another on purpose: the first holds the cause."""
    while crash.earlier is not None and crash.earlier.line:
        statement = program.statement_at(crash.line)
        is_misspelt = crash.exception == NameError.__name__  # The class that the statement names is not defined.
        if not isinstance(statement, ast.Raise) or is_misspelt:
            break
        crash = crash.earlier
    return crash


def _quotable(message: str) -> str:
    """Return a message of Python's that says more than “invalid syntax” and can stand in a sentence; else ""."""
    is_plain = message.isprintable() and "`" not in message and len(message) <= _LONGEST_MESSAGE
    return f"“{message}”" if is_plain and not message.startswith("invalid syntax") else ""


def _marked(program: Program, fault: Fault) -> str:
    """Return the part of the line at which Python stopped; "" if it is not one short piece of the line."""
    text = program.line(fault.line)
    part = text[fault.column : fault.end_column] if fault.end_line == fault.line else ""
    return part.strip() if len(part) <= _LONGEST_MESSAGE // 4 else ""


def _syntax(program: Program, fault: Fault) -> Cause:
    found = syntax.diagnose(program, fault)
    if found is None:
        slots = {"message": _quotable(fault.message), "word": Code(_marked(program, fault))}
        expression = program.line(fault.line).strip() or None
        return Cause(UNREADABLE, Match(lines=(fault.line,), expression=expression, slots=slots))
    candidate = found.candidate
    has_sense = found.sense < Sense.MOVES
    edit = edit_to(program, found.mended) if found.mended is not None and has_sense else None
    step = edit_to(program, found.first_step) if edit is None and found.first_step is not None and has_sense else None
    match = Match(
        lines=(candidate.line,),
        expression=candidate.expression,
        edit=edit,
        first_step=step,
        still_wrong=found.still_wrong if edit is not None or step is not None else None,
        also=found.also,
        slots=candidate.slots,
    )
    is_edit_certain = edit is not None and found.sense is Sense.SOUND
    is_proved = found.rule.lesson.is_proved_by_message and not fault.message.startswith("invalid syntax")
    if found.sense is Sense.UNKNOWN_NAME and not is_proved:
        return Cause(found.rule, match, "start_here")
    return Cause(found.rule, match, "certain" if is_edit_certain or is_proved else "likely")
