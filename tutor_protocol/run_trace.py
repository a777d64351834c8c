"""The part of a failing test's recorded steps that goes with an ask. The steps themselves stay on the computer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MAX_ROUNDS, MAX_NAMES, MAX_UNTAKEN, MAX_LINES_RAN = 12, 6, 4, 400
MAX_TRACE_NAME_CHARACTERS, MAX_TRACE_VALUE_CHARACTERS = 80, 120

TurnKind = Literal["lost", "parted", "passed"]
"""How a value stops being what the test needs.

`lost`: it was the expected result, and is changed again. `parted`: it is built up step by step, and its new part is not
that of the expected result. `passed`: it only grows or only shrinks, and is beyond the expected result from here on.
"""
Unrepeatable = Literal["input", "time", "random", "other_result"]
"""Why a run cannot be repeated: what it read, or that it gave another result when it was repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """The last rounds of a loop as a table. Each row holds the values of the names after one round.

    `line` is that of the loop. `first` is the number of the first row's round, or 0 if earlier rounds were not kept.
    """

    line: int
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first: int = 1

    def __post_init__(self) -> None:
        if not 1 <= len(self.names) <= MAX_NAMES or len(self.rows) > MAX_ROUNDS:
            raise ValueError(f"a table has at most {MAX_ROUNDS} rounds of {MAX_NAMES} names")
        if any(len(row) != len(self.names) for row in self.rows):
            raise ValueError("each round has a value for each name")
        _require_short(MAX_TRACE_NAME_CHARACTERS, *self.names)
        _require_short(MAX_TRACE_VALUE_CHARACTERS, *(value for row in self.rows for value in row))
        _require_numbers(self.line, self.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The first step at which a value stops being what the test needs: the line that changes it, from what to what.

    `round` is the number of the round in `Rounds`, or 0 if the step is in none of them.
    """

    kind: TurnKind
    line: int
    name: str
    before: str
    after: str
    round: int = 0

    def __post_init__(self) -> None:
        _require_short(MAX_TRACE_NAME_CHARACTERS, self.name)
        _require_short(MAX_TRACE_VALUE_CHARACTERS, self.before, self.after)
        _require_numbers(self.line, self.round)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneCall:
    """A call that returned None because it came to the end of its function after a line."""

    function: str
    line: int

    def __post_init__(self) -> None:
        _require_short(MAX_TRACE_NAME_CHARACTERS, self.function)
        _require_numbers(self.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Untaken:
    """A branch that was never taken: the line of its condition, which ran, and its first line, which did not."""

    line: int
    first_line: int

    def __post_init__(self) -> None:
        _require_numbers(self.line, self.first_line)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTrace:
    """What the recorded steps of the first failing test show. Lines count from 1 in the document.

    `steps` is the number of steps, and `is_whole` whether the test came to its end within the bounds of the trace.
    `ran` tells how often lines ran. If `unrepeatable` is set, the values are those of one run, and another may differ.
    """

    steps: int
    is_whole: bool = True
    rounds: Rounds | None = None
    turn: Turn | None = None
    none_call: NoneCall | None = None
    untaken: tuple[Untaken, ...] = ()
    ran: tuple[tuple[int, int], ...] = ()
    unrepeatable: Unrepeatable | None = None

    def __post_init__(self) -> None:
        if len(self.untaken) > MAX_UNTAKEN or len(self.ran) > MAX_LINES_RAN:
            raise ValueError(f"a trace has at most {MAX_UNTAKEN} branches and {MAX_LINES_RAN} lines")
        _require_numbers(self.steps, *(number for pair in self.ran for number in pair))

    @property
    def texts(self) -> tuple[str, ...]:
        """The values in the trace, which come from the student's program."""
        rows = self.rounds.rows if self.rounds is not None else ()
        turn = (self.turn.before, self.turn.after) if self.turn is not None else ()
        return (*(value for row in rows for value in row), *turn)


def _require_short(limit: int, *texts: str) -> None:
    if any(len(text) > limit for text in texts):
        raise ValueError(f"names and values of a trace are limited to {limit} characters")


def _require_numbers(*numbers: int) -> None:
    if any(not 0 <= number < 2**31 for number in numbers):
        raise ValueError("lines and counts are at least 0")
