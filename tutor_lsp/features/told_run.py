"""The facts of a traced run that go to the tutor with an ask, and to the student as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_lsp import protocol
from tutor_pedagogy.run_trace.digest import digest
from tutor_pedagogy.run_trace.shown import shown_steps
from tutor_pedagogy.trace_table import header_and_rows, why_unrepeatable
from tutor_protocol import RunTrace

if TYPE_CHECKING:
    from tutor_lsp.runner.results import RunOfTests
    from tutor_lsp.runner.tests import TimeLimits
    from tutor_lsp.runner.traced_failure import TracedFailure
    from tutor_pedagogy.run_trace.steps import Trace

LONGEST_NAME = 80
STARTS, SLOWEST_START_SECONDS = 2, 1.0
"""How often the start of the tests fits into the wait for the trace, and the longest start that counts."""
_ENDED = {
    "steps": "The trace ended after 200,000 steps, before the test did.",
    "seconds": "The trace ended after one second, before the test did.",
}


@dataclass(frozen=True, slots=True)
class ToldRun:
    """The part of a traced run that goes with an ask, and the table for the student."""

    trace: RunTrace
    table: protocol.RunTable


def tell_run(traced: TracedFailure, code: str, run: RunOfTests) -> ToldRun | None:
    """Return what is told of the traced run of a program's first failing test; None if there is none."""
    first = run.first_failure
    if first is None or first.failure is None:
        return None
    if traced.trace is None:
        trace = RunTrace(steps=0, unrepeatable="other_result")
    else:
        trace = digest(traced.trace, code, first.failure.report, is_repeated=traced.is_repeated)
    return ToldRun(trace, _table(trace, traced.trace, first.failure.report.call or first.name))


def _table(trace: RunTrace, steps: Trace | None, call: str) -> protocol.RunTable:
    name = call if len(call) <= LONGEST_NAME else f"{call[: LONGEST_NAME - 1]}…"
    header, rows = header_and_rows(trace.rounds) if trace.rounds is not None else (None, [])
    loop = "" if trace.rounds is None else f", the loop on line {trace.rounds.line}"
    notes = [_ENDED[steps.ended]] if steps is not None and steps.ended else []
    notes += [why_unrepeatable(trace.unrepeatable)] if trace.unrepeatable is not None else []
    return protocol.RunTable(
        heading=f"{name}{loop}",
        header=header,
        rows=rows,
        steps=[] if steps is None else list(shown_steps(steps)),
        note=" ".join(notes) or None,
    )


def trace_seconds(run: RunOfTests, began: float, limits: TimeLimits) -> float:
    """Return how long a result waits for the trace, which begins as the tests did: on a slow machine longer.

    It does not wait at all if the failing test itself takes that long, since it has to run again.
    """
    start = 0.0 if run.started_at is None else min(max(run.started_at - began, 0.0), SLOWEST_START_SECONDS)
    seconds = max(limits.trace, STARTS * start) if limits.trace else 0.0
    first = run.first_failure
    return 0.0 if first is not None and first.seconds >= seconds else seconds
