"""Interfaces of the services that are measured, called subjects. A subject answers an ask in pieces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


@dataclass(slots=True)
class Heard:
    """The record of an answer: its length after each piece, in the subject's unit, and each piece's monotonic time."""

    name: str
    number: int
    asked_at: float
    ends: list[int] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    ended_at: float = 0.0
    failure: str | None = None


class Piece(NamedTuple):
    """A part of an answer that should arrive whole: its end in the subject's unit, and the token that completes it."""

    end: int
    token: int


class Line(Protocol):
    """A student's connection to a subject. It carries one answer at a time."""

    async def ask(self, number: int) -> Heard:
        """Ask about a case and record the complete answer."""
        ...

    async def close(self) -> None:
        """Close the connection."""
        ...


class Subject(Protocol):
    """A service whose speed, cost and memory are measured."""

    name: str
    pids: tuple[int, ...]

    async def line(self) -> Line:
        """Open a connection."""
        ...

    def pieces(self, number: int, tokens: int) -> Sequence[Piece]:
        """Return the pieces in which an answer must arrive, or none if it may arrive in any pieces."""
        ...

    async def close(self) -> None:
        """Stop the subject and close its connections."""
        ...


def question(number: int, request_id: UUID) -> str:
    """Return a question that tells the model the number of the case and the id of the ask."""
    return f"What is wrong here? This is benchmark case {number} {request_id.hex} of many."
