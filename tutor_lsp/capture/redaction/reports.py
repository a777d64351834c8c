"""Redact the report of a test run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_protocol import FirstFailure, TestReport
from tutor_protocol.submission import MAX_FAILURE_CHARACTERS, MAX_TEST_NAME_CHARACTERS, MAX_VALUE_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Callable


def texts_of(report: TestReport | None) -> list[str]:
    """Return the texts of a report, which may hold private values."""
    failure = None if report is None else report.first_failure
    return [] if failure is None else [failure.name, failure.message, *failure.values]


def redacted_report(report: TestReport, redacted: Callable[[str], str]) -> TestReport:
    """Return a report whose texts are redacted, and cut again to the lengths that the wire contract allows."""
    failure = report.first_failure
    if failure is None:
        return report
    first = FirstFailure(
        name=redacted(failure.name)[:MAX_TEST_NAME_CHARACTERS],
        message=redacted(failure.message)[:MAX_FAILURE_CHARACTERS],
        line=failure.line,
        values=tuple(redacted(value)[:MAX_VALUE_CHARACTERS] for value in failure.values),
    )
    return replace(report, first_failure=first)
