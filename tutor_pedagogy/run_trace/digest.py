"""Choose what goes with an ask from the recorded steps of a failing test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.rules.logic.symptom import read_symptom
from tutor_pedagogy.run_trace.branches import none_call, untaken
from tutor_pedagogy.run_trace.program import parsed
from tutor_pedagogy.run_trace.repeating import reads
from tutor_pedagogy.run_trace.rounds import loop_run
from tutor_pedagogy.run_trace.turns import turn_of
from tutor_protocol.run_trace import MAX_LINES_RAN, RunTrace

if TYPE_CHECKING:
    from tutor_pedagogy.run_trace.program import Function, TracedProgram
    from tutor_pedagogy.run_trace.steps import Trace


def digest(trace: Trace, code: str, message: str, *, is_repeated: bool = True) -> RunTrace:
    """Return what the steps show about a failure. `message` tells the failing call, the right and the actual result.

    Without `is_repeated`, the test has given another result when it was traced, and its values prove nothing.
    """
    program = parsed(code)
    is_whole = not trace.ended
    if not is_repeated or program is None:
        reason = None if is_repeated else "other_result"
        return RunTrace(steps=trace.count, is_whole=is_whole, unrepeatable=reason)  # type: ignore[arg-type]
    symptom = read_symptom(message)
    expected, got = (symptom.expected or "", symptom.got or "") if symptom is not None else ("", "")
    tested = _tested(trace, program, symptom.functions if symptom is not None else [])
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
