"""The recorded steps of a failing test, as plain values. They come from the student's process and are not trusted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_STEPS, MOST_RETURNS, MOST_LINES, MOST_NAMES = 200, 100, 2_000, 12
LONGEST_NAME, LONGEST_VALUE = 80, 120
RETURNED = 0
"""The line of a step that is a return."""

Ended = Literal["", "steps", "seconds"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the line, from 1, that runs next, and the values before it. `call` numbers the calls of functions."""

    line: int
    function: str
    call: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Returned:
    """A call that has returned: its number, the last line that it ran, its caller's line (0: a test), and the value."""

    function: str
    call: int
    line: int
    caller: int
    value: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The last steps and returns of a failing test, oldest first, and how often each line ran.

    `count` is the number of all steps. `ended` names the bound that ended the trace, if one did.
    """

    steps: tuple[Step, ...]
    returns: tuple[Returned, ...] = ()
    ran: Mapping[int, int] = field(default_factory=dict)
    count: int = 0
    ended: Ended = ""

    @property
    def is_whole(self) -> bool:
        """Whether every step was kept."""
        return not self.ended and self.count <= sum(step.line != RETURNED for step in self.steps)

    @property
    def is_counted(self) -> bool:
        """Whether the lines of the whole test were counted."""
        return not self.ended and len(self.ran) < MOST_LINES

    def steps_of(self, call: int) -> list[Step]:
        """Return the steps of one call, without those of the calls inside it."""
        return [step for step in self.steps if step.call == call]


def read_trace(recorded: Mapping[str, Any]) -> Trace | None:
    """Return a trace from the data that a test driver has written; None if it holds no step of the right form."""
    steps = tuple(_steps(recorded.get("steps")))[-MOST_STEPS:]
    if not steps:
        return None
    ended, count = recorded.get("ended"), recorded.get("count")
    return Trace(
        steps=steps,
        returns=tuple(_returns(recorded.get("returns")))[-MOST_RETURNS:],
        ran=dict(list(_ran(recorded.get("ran")))[:MOST_LINES]),
        count=count if isinstance(count, int) and 0 <= count < 2**31 else len(steps),
        ended=ended if ended in ("steps", "seconds") else "",
    )


def _steps(data: Any) -> Iterator[Step]:
    for item in data if isinstance(data, list) else ():
        match item:
            case [int(line), str(function), int(call), list(pairs)]:
                yield Step(_line(line), function[:LONGEST_NAME], call, dict(_values(pairs[:MOST_NAMES])))


def _values(pairs: list[Any]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        match pair:
            case [str(name), str(text)]:
                yield name[:LONGEST_NAME], _printable(text)


def _returns(data: Any) -> Iterator[Returned]:
    for item in data if isinstance(data, list) else ():
        match item:
            case [str(function), int(call), int(line), int(caller), str(text)]:
                yield Returned(function[:LONGEST_NAME], call, _line(line), _line(caller), _printable(text))


def _ran(data: Any) -> Iterator[tuple[int, int]]:
    for item in data if isinstance(data, list) else ():
        match item:
            case [int(line), int(times)]:
                yield _line(line), min(max(times, 0), 2**31 - 1)


def _line(number: int) -> int:
    return min(max(number, 0), 2**31 - 1)


def _printable(text: str) -> str:
    """Return a text without the characters that would break a line or a table of values."""
    return "".join(character if character.isprintable() else "�" for character in text[:LONGEST_VALUE])
