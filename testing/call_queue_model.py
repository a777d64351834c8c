"""A model of the queue of calls, which says what each step must give, and random histories to play on both."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from hypothesis import strategies as st

from tutor_server.admission.queue_store import FEWEST_HOLDS, HOLDS_KEPT, MAY_CALL, UNKNOWN, QueueFigures

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tutor_server.admission.queue_store import QueueStore

STUDENTS = ("ada", "ben", "eva")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a history, `seconds` after the step before. `number` selects the student or one of the asks."""

    kind: Literal["join", "leave", "give up", "look"]
    number: int
    seconds: int


HISTORIES = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(["join", "join", "join", "leave", "leave", "give up", "look"]),
        number=st.integers(0, 30),
        seconds=st.sampled_from([0, 1, 3]),
    ),
    max_size=40,
)


@dataclass
class Model:
    """The queue in its simplest form. Every question about the future is answered by playing it on a copy."""

    bound: int
    longest: float
    line: list[str] = field(default_factory=list)
    asks: list[tuple[str, str, float]] = field(default_factory=list)
    """Ticket, student and time of each ask that waits, in the order of arrival."""
    calls: dict[str, float] = field(default_factory=dict)
    holds: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    passed_on: int = 0

    def join(self, ticket: str, student: str, now: float) -> int | None:
        """Return what `QueueStore.join` must."""
        self.asks.append((ticket, student, now))
        if student not in self.line:
            self.line.append(student)
        self.hand_out(now)
        position = self.position(ticket)
        if position == MAY_CALL or len(self.holds) < FEWEST_HOLDS:
            return position
        if (math.ceil(position / self.bound) - 0.5) * statistics.median_low(self.holds[-HOLDS_KEPT:]) <= self.longest:
            return position
        self.remove(ticket)
        self.passed_on += 1
        return None

    def leave(self, ticket: str, now: float, *, gave_up: bool) -> None:
        """Do what `QueueStore.leave` must."""
        if ticket in self.calls:
            since = self.calls.pop(ticket)
            if not gave_up:
                self.holds.append(now - since)
        else:
            self.remove(ticket)
        self.passed_on += gave_up
        self.hand_out(now)

    def next_ask(self) -> tuple[str, str, float]:
        """Return the ask that gets the next place: the earliest one of the first student in line."""
        return next(ask for ask in self.asks if ask[1] == self.line[0])

    def hand_out(self, now: float) -> None:
        """Hand out the free places."""
        while self.line and len(self.calls) < self.bound:
            ticket, student, since = self.next_ask()
            self.remove(ticket)
            if student in self.line:
                self.line.remove(student)
                self.line.append(student)
            self.calls[ticket] = now
            if now > since:
                self.waited.append(now - since)

    def remove(self, ticket: str) -> None:
        """Remove an ask that waits, and its student from the line if no other ask of that student waits."""
        self.asks = [ask for ask in self.asks if ask[0] != ticket]
        self.line = [student for student in self.line if any(ask[1] == student for ask in self.asks)]

    def position(self, ticket: str) -> int:
        """Return how many places must be handed out until the ticket has one."""
        if ticket in self.calls:
            return MAY_CALL
        if all(ask[0] != ticket for ask in self.asks):
            return UNKNOWN
        future = Model(math.inf, 0, list(self.line), list(self.asks))  # type: ignore[arg-type]  # no bound
        order: list[str] = []
        while future.line:
            handed, student, _ = future.next_ask()
            order.append(handed)
            future.remove(handed)
            if student in future.line:
                future.line.remove(student)
                future.line.append(student)
        return order.index(ticket) + 1

    def figures(self) -> QueueFigures:
        """Return what `QueueStore.figures` must."""
        return QueueFigures(
            calls=len(self.calls),
            waiting=len(self.asks),
            waited=len(self.waited),
            waited_seconds=sum(self.waited),
            passed_on=self.passed_on,
        )


async def compare(
    store: QueueStore,
    model: Model,
    history: list[Step],
    set_clock: Callable[[int], Awaitable[object]],
    *,
    name: str = "p",
) -> None:
    """Play a history on a store and on the model, and check after each step that they agree."""
    now, tickets = 0, [f"{name}:none"]
    for step in history:
        now += step.seconds
        await set_clock(now)
        ticket = tickets[step.number % len(tickets)]
        if step.kind == "join":
            ticket, student = f"{name}:{len(tickets)}", STUDENTS[step.number % len(STUDENTS)]
            tickets.append(ticket)
            assert await store.join(ticket, student) == model.join(ticket, student, now)
        elif step.kind != "look":
            gave_up = step.kind == "give up"
            await store.leave(ticket, passed_on=gave_up)
            model.leave(ticket, now, gave_up=gave_up)
        assert list(await store.look(tickets)) == [model.position(each) for each in tickets]
        assert len(model.calls) <= model.bound
        assert await store.figures() == model.figures()
