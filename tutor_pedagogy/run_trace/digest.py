"""Choose what goes with an ask from the recorded steps of a failing test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.failure_reports import called_names
from tutor_pedagogy.run_trace.branches import none_call, untaken
from tutor_pedagogy.run_trace.program import parsed
from tutor_pedagogy.run_trace.repeating import reads
from tutor_pedagogy.run_trace.rounds import loop_run
from tutor_pedagogy.run_trace.turns import turn_of
from tutor_protocol.run_trace import MAX_LINES_RAN, RunTrace

if TYPE_CHECKING:
    from tutor_pedagogy.failure_reports import Report
    from tutor_pedagogy.run_trace.program import Function, TracedProgram
    from tutor_pedagogy.run_trace.steps import Trace
    from tutor_protocol.run_trace import Unrepeatable


def digest(trace: Trace, code: str, report: Report, *, is_repeated: bool = True) -> RunTrace:
    """Return what the steps show about the failure that a report is about.

    Without `is_repeated`, the test has given another result when it was traced, and its values prove nothing.
    """
    program = parsed(code)
    is_whole = not trace.ended
    if not is_repeated or program is None:
        reason: Unrepeatable | None = None if is_repeated else "other_result"
        return RunTrace(steps=trace.count, is_whole=is_whole, unrepeatable=reason)
    expected, got = report.expected or "", report.got or ""
    tested = _tested(trace, program, called_names(report.call or ""))
    loop = loop_run(trace, program, tested.name if tested is not None else "")
    return RunTrace(
        steps=trace.count,
        is_whole=is_whole,
        rounds=loop.table() if loop is not None else None,
        turn=turn_of(trace, tested, expected, got, loop),
        none_call=none_call(trace, program, tested, expected),
        untaken=untaken(trace, program, tested, expected),
        ran=tuple(sorted(trace.ran.items())[:MAX_LINES_RAN]) if trace.is_counted else (),
        unrepeatable=reads(trace, program),
    )


def _tested(trace: Trace, program: TracedProgram, called: list[str]) -> Function | None:
    """Return the first function that the failing call names and that ran."""
    for name in called:
        for function in program.functions:
            if function.name == name and any(trace.ran.get(each.lineno) for each in function.body):
                return function
    return None
