"""What the recorded steps of a failing test show, as lines for a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.trace_table import header_and_rows, why_unrepeatable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_protocol import RunTrace
    from tutor_protocol.run_trace import Turn, TurnKind

_TURNS: dict[TurnKind, str] = {
    "lost": "the value before is the expected result, which this line changes again",
    "parted": "the part that is added here is the first that differs from the expected result",
    "passed": "from here on the value is beyond the expected result, and it never comes back",
}


def recorded_run(trace: RunTrace | None) -> str:
    """Return what a trace shows as text, or an empty string. What proves most comes first, the table last."""
    return "" if trace is None else "\n".join(_lines(trace))


def _lines(trace: RunTrace) -> Iterator[str]:
    if trace.unrepeatable is not None:
        yield why_unrepeatable(trace.unrepeatable)
    if not trace.is_whole:
        yield f"the record ends after {trace.steps} steps, before the test did"
    if trace.turn is not None:
        yield _of_turn(trace.turn)
    if trace.none_call is not None:
        call = trace.none_call
        yield f"a call of {call.function} came to its end after line {call.line} without a return, and gave None"
    for branch in trace.untaken:
        yield f"line {branch.line} was tested, and the branch from line {branch.first_line} on was never taken"
    if trace.rounds is not None:
        header, rows = header_and_rows(trace.rounds)
        yield f"rounds of the loop on line {trace.rounds.line}, with the values after each:"
        yield from (header, *rows)


def _of_turn(turn: Turn) -> str:
    place = f" in round {turn.round}" if turn.round else ""
    return f"line {turn.line}{place} changes {turn.name} from {turn.before} to {turn.after}: {_TURNS[turn.kind]}"
