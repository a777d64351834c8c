"""Redact the report of a test run, and the trace of its first failing test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_protocol import FirstFailure, TestReport
from tutor_protocol.run_trace import MAX_TRACE_VALUE_CHARACTERS
from tutor_protocol.submission import (
    MAX_FAILURE_CHARACTERS,
    MAX_KNOWN_CASE_CHARACTERS,
    MAX_TEST_NAME_CHARACTERS,
    MAX_VALUE_CHARACTERS,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_protocol import KnownCase, RunTrace


def texts_of(report: TestReport | None) -> list[str]:
    """Return the texts of a report, which may hold private values."""
    if report is None:
        return []
    failure = report.first_failure
    first = [] if failure is None else [failure.name, failure.message, *failure.values]
    return [*first, *(text for case in report.cases for text in case.texts)]


def redacted_report(report: TestReport, redacted: Callable[[str], str]) -> TestReport:
    """Return a report whose texts are redacted, and cut again to the lengths that the wire contract allows."""
    report = replace(report, cases=tuple(_redacted_case(case, redacted) for case in report.cases))
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


def _redacted_case(case: KnownCase, redacted: Callable[[str], str]) -> KnownCase:
    def of(text: str) -> str:
        return redacted(text)[:MAX_KNOWN_CASE_CHARACTERS]

    got = None if case.got is None else of(case.got)
    return replace(case, given=of(case.given), expected=of(case.expected), got=got)


def texts_of_trace(trace: RunTrace | None) -> list[str]:
    """Return the texts of a trace, which may hold private values. A value stands beside its name, as in a program."""
    return [] if trace is None else [_named(name, value) for name, value in _named_values(trace)]


def redacted_trace(trace: RunTrace, redacted: Callable[[str], str]) -> RunTrace:
    """Return a trace whose values are redacted, and cut again to the length that the wire contract allows."""

    def of(name: str, value: str) -> str:
        shown = redacted(_named(name, value))
        return shown.removeprefix(f"{name} = ")[:MAX_TRACE_VALUE_CHARACTERS]

    rounds, turn = trace.rounds, trace.turn
    if rounds is not None:
        rows = tuple(tuple(map(of, rounds.names, row)) for row in rounds.rows)
        rounds = replace(rounds, rows=rows)
    if turn is not None:
        turn = replace(turn, before=of(turn.name, turn.before), after=of(turn.name, turn.after))
    return replace(trace, rounds=rounds, turn=turn)


def _named_values(trace: RunTrace) -> list[tuple[str, str]]:
    found = (
        [pair for row in trace.rounds.rows for pair in zip(trace.rounds.names, row, strict=True)]
        if trace.rounds
        else []
    )
    turn = trace.turn
    return [*found, (turn.name, turn.before), (turn.name, turn.after)] if turn is not None else found


def _named(name: str, value: str) -> str:
    return f"{name} = {value}"
