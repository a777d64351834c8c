"""The subjects of a measurement, seen from outside: services that answer an ask in pieces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


@dataclass(slots=True)
class Heard:
    """One answer as it arrived: how much of it was there at what time (monotonic seconds), in the subject's measure."""

    name: str
    number: int
    asked_at: float
    ends: list[int] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    ended_at: float = 0.0
    failure: str | None = None


class Piece(NamedTuple):
    """What should arrive in one go: where it ends, in the subject's measure, and the token that completes it."""

    end: int
    token: int


class Line(Protocol):
    """One student's line to a subject; one answer at a time."""

    async def ask(self, number: int) -> Heard:
        """Ask about a case and hear the answer out."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...


class Subject(Protocol):
    """Something that is measured."""

    name: str
    pids: tuple[int, ...]

    async def line(self) -> Line:
        """Open a line."""
        ...

    def pieces(self, number: int, tokens: int) -> Sequence[Piece]:
        """Return the pieces in which the answer to an ask arrives; the last ends the answer. Empty: any pieces."""
        ...

    async def close(self) -> None:
        """End it, with every line."""
        ...


def question(number: int, request_id: UUID) -> str:
    """Name the case and the ask to the model."""
    return f"What is wrong here? This is benchmark case {number} {request_id.hex} of many."
