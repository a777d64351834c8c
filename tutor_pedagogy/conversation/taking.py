"""Take the snapshot of an ask from its submission, its problem and the offline tutor's finding."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.conversation.observing import calls_to_watch, observe, observe_edited, wanted_result
from tutor_pedagogy.conversation.snapshot import (
    DIAGNOSTIC,
    MAX_NAME,
    TRACE,
    Snapshot,
    digest,
    digest_of_program,
    digests,
)
from tutor_pedagogy.conversation.told_result import is_open_statement, says_wrong
from tutor_pedagogy.offline import diagnose
from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.reported import is_green

if TYPE_CHECKING:
    from tutor_pedagogy.problem.identity import Problem
    from tutor_protocol import ReportedFinding, Submission

_ERROR = 1
"""The LSP 3.17 DiagnosticSeverity of an error."""
_WORDS = re.compile(r"\w+")
_FAILED_TEST = re.compile(r"(?m)^(?:FAILED [^\n]{0,400}?::|(?:FAIL|ERROR): )(?P<name>\w{1,200})")


def take_snapshot(submission: Submission, problem: Problem, finding: ReportedFinding | None) -> Snapshot:
    """Return the snapshot of an ask. `finding` is None if the submission could not be analysed."""
    unit = problem.unit
    lines = unit.source.split("\n")
    place = None if finding is None else finding.line - submission.first_line - 1 - unit.start_line
    program = Program(submission)
    error = _error(submission, program)
    error_line = None if error is None or not error.line else error.line - 1 - unit.start_line
    report = submission.test_report
    claims = finding is not None and finding.certainty != "start_here"
    calls = [] if finding is None else calls_to_watch(program)
    behaviour = None if finding is None else observe(program, calls)
    words = _WORDS.findall(submission.code)
    edit = diagnose(submission).edit if finding is not None and finding.rule != TRACE else None
    return Snapshot(
        fingerprint=problem.fingerprint,
        shape=problem.shape,
        unit=blake2b(f"{unit.kind} {unit.qualified_name}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
        lines=digests(lines),
        rule=finding.rule if finding else None,
        line=place if place is not None and 0 <= place < len(lines) else None,
        shown_line=finding.line if finding else None,
        certainty=finding.certainty if finding else None,
        exception=error and error.exception,
        error=error and error.digest,
        error_line=error_line if error_line is not None and 0 <= error_line < len(lines) else None,
        culprit=digest(program.line(error.line)).hex() if error and error.line else None,
        is_at_module_level=unit.kind in {"module", "cell"},
        parses=program.fault is None,
        finishes=finding is not None and not claims and error is None and program.finishes,
        document=submission.document_id,
        program=digest_of_program(submission.code),
        is_green=is_green(report),
        is_told_wrong=says_wrong(submission.question),
        is_open_statement=is_open_statement(submission.question),
        words=len(words),
        words_digest=digest(" ".join(words)).hex(),
        behaviour=behaviour,
        sought=None if edit is None else observe_edited(program, edit, calls),
        wanted=wanted_result(program, behaviour),
        failing=None if report is None else report.failed + report.errors,
        failed_test=_failed_test(submission),
    )


class _Error(NamedTuple):
    """The exception or the diagnostic that came with an ask, and its line from 1 in the code (0 if it is unknown)."""

    exception: str
    message: str
    line: int

    @property
    def digest(self) -> str:
        return digest(f"{self.exception} {self.message}").hex()


def _error(submission: Submission, program: Program) -> _Error | None:
    crash = read_crash(without_values(submission.traceback or ""), program)
    if crash is not None:
        return _Error(crash.exception, crash.message, crash.line)
    errors = [reported for reported in submission.diagnostics if reported.severity == _ERROR]
    if not errors:
        return None
    nearest = min(errors, key=lambda reported: abs(reported.line - submission.cursor.line))
    return _Error(DIAGNOSTIC, nearest.message, nearest.line + 1)


def _failed_test(submission: Submission) -> str | None:
    """Return the name of the failing test: of the report, or else of the output of pytest or unittest."""
    report = submission.test_report
    if report is not None:
        return report.first_failure.name[:MAX_NAME] if report.first_failure is not None else None
    found = _FAILED_TEST.search(submission.traceback or "")
    return None if found is None else found["name"]
