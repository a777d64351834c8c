"""The report of a test run, as the rules read it: like a traceback, and as proof that a guess is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from tutor_protocol import Submission

if TYPE_CHECKING:
    from tutor_protocol import TestReport

S = TypeVar("S", bound=Submission)


def with_report_read(submission: S) -> S:
    """Return the submission with the message of its first failing test as the traceback, if it has no traceback.

    The rules read the failing call, the expected and the actual result in a traceback, whichever program printed it.
    """
    report = submission.test_report
    if report is None or report.first_failure is None or (submission.traceback or "").strip():
        return submission
    return replace(submission, traceback=report.first_failure.message)


def is_green(report: TestReport | None) -> bool:
    """Return whether tests have run, and all of them have passed."""
    return report is not None and report.passed > 0 and not (report.failed or report.errors)
