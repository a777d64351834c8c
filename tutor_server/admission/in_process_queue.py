"""The state of a queue for a service of one process. No step contains an `await`, so each is atomic."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_server.admission.queue_store import HOLDS_KEPT, MAY_CALL, UNKNOWN, QueueFigures, estimated_wait

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_server.clock import Clock


@dataclass(frozen=True, slots=True)
class _Waiting:
    ticket: str
    since: float


class InProcessQueueStore:
    """The places of one provider and the asks that wait for one, in memory."""

    def __init__(self, bound: int, longest: float, clock: Clock) -> None:
        self._bound = bound
        self._longest = longest
        self._clock = clock
        self._line: dict[str, list[_Waiting]] = {}
        """The waiting asks of each student, first come first. The first student gets the next place."""
        self._calls: dict[str, float] = {}
        """The time since which each ticket has a place."""
        self._holds: deque[float] = deque(maxlen=HOLDS_KEPT)
        self._waited, self._waited_seconds, self._passed_on = 0, 0.0, 0
        self._change = asyncio.Event()

    async def join(self, ticket: str, student: str) -> int | None:
        """Add an ask to the end of the line, unless the estimated wait is too long."""
        now = self._clock.monotonic()
        self._line.setdefault(student, []).append(_Waiting(ticket, now))
        self._hand_out(now)
        if ticket in self._calls:
            return MAY_CALL
        position = self._positions()[ticket]
        wait = estimated_wait(position, self._bound, self._holds)
        if wait is not None and wait > self._longest:
            self._remove(ticket)
            self._passed_on += 1
            return None
        self._change.set()
        return position

    async def look(self, tickets: Sequence[str]) -> Sequence[int]:
        """Return the positions of asks."""
        positions = self._positions()
        return [MAY_CALL if ticket in self._calls else positions.get(ticket, UNKNOWN) for ticket in tickets]

    async def leave(self, ticket: str, *, passed_on: bool = False) -> None:
        """Remove an ask, and hand out its place."""
        now, since = self._clock.monotonic(), self._calls.pop(ticket, None)
        if since is None:
            self._remove(ticket)
        elif not passed_on:
            self._holds.append(now - since)
        self._passed_on += passed_on
        self._hand_out(now)
        self._change.set()

    async def renew(self, _tickets: Sequence[str]) -> None:
        """Do nothing: the state ends with the process."""

    async def changed(self, seconds: float) -> None:
        """Wait until an ask was added or removed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._change.wait()
        self._change.clear()

    async def figures(self) -> QueueFigures:
        """Return the current figures."""
        return QueueFigures(
            calls=len(self._calls),
            waiting=sum(map(len, self._line.values())),
            waited=self._waited,
            waited_seconds=self._waited_seconds,
            passed_on=self._passed_on,
        )

    def _hand_out(self, now: float) -> None:
        while self._line and len(self._calls) < self._bound:
            student = next(iter(self._line))
            asks = self._line.pop(student)
            ask = asks.pop(0)
            if asks:
                self._line[student] = asks
            self._calls[ask.ticket] = now
            if now > ask.since:
                self._waited += 1
                self._waited_seconds += now - ask.since

    def _positions(self) -> dict[str, int]:
        """Return the position of each ticket: the students in turn, one ask each, as often as somebody waits."""
        turns = range(max(map(len, self._line.values()), default=0))
        tickets = (asks[turn].ticket for turn in turns for asks in self._line.values() if turn < len(asks))
        return {ticket: position for position, ticket in enumerate(tickets, 1)}

    def _remove(self, ticket: str) -> None:
        for student, asks in self._line.items():
            left = [ask for ask in asks if ask.ticket != ticket]
            if len(left) < len(asks):
                if left:
                    self._line[student] = left
                else:
                    del self._line[student]
                return
