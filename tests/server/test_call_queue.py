"""The queue in front of a provider, in one process: exact, fair, and left at once by asks that are cancelled."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testing.call_queue_model import HISTORIES, Model, Step, compare
from testing.clock import HeldClock
from testing.waiting import until
from tutor_server.admission.call_queue import FairCallQueue
from tutor_server.admission.in_process_queue import InProcessQueueStore
from tutor_server.admission.queue_store import estimated_wait
from tutor_server.errors import LimiterUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_server.admission.call_queue import FairCallPlace


@settings(max_examples=200, deadline=None)
@given(HISTORIES, st.integers(1, 3), st.sampled_from([2.0, 5.0, 100.0]))
def test_the_store_does_what_the_model_does(history: list[Step], bound: int, longest: float) -> None:
    """After each step of a random history, positions and figures are those of the model."""
    clock = HeldClock()

    async def set_clock(seconds: int) -> None:
        clock.seconds = seconds

    asyncio.run(compare(InProcessQueueStore(bound, longest, clock), Model(bound, longest), history, set_clock))


class Queue:
    """A queue with a held clock in its store, and a log of the asks that got a place, in order."""

    def __init__(self, bound: int = 1, longest: float = 60) -> None:
        numbers = count()
        self.clock = HeldClock()
        self.store = InProcessQueueStore(bound, longest, self.clock)
        self.queue = FairCallQueue(
            "model", self.store, longest=longest, renewal=10, new_ticket=lambda: f"p:{next(numbers)}"
        )
        self.served: list[str] = []
        self.places: dict[str, list[int]] = {}

    async def enter(self, ask: str) -> FairCallPlace | None:
        """Wait for a place for an ask, whose first letter is its student."""
        seen = self.places[ask] = []
        place = await self.queue.enter(ask[0], seen.append)
        if place is not None:
            self.served.append(ask)
        return place

    async def waiting(self, number: int) -> None:
        """Wait until this number of asks wait."""
        await until(lambda: sum(map(len, self.store._line.values())) == number)

    async def line_up(self, *asks: str) -> list[asyncio.Task[FairCallPlace | None]]:
        """Let asks wait, in this order."""
        tasks = []
        for number, ask in enumerate(asks, (await self.store.figures()).waiting + 1):
            tasks.append(asyncio.create_task(self.enter(ask)))
            await self.waiting(number)
        return tasks


async def test_students_take_turns() -> None:
    """Students are served in turn, each in the order of the asks, and each ask learns its position, in the end 0."""
    line = Queue()
    first = await line.enter("x")
    tasks = await line.line_up("a1", "a2", "a3", "b1", "c1", "b2")
    place = first
    for _ in tasks:
        assert place is not None
        place.leave()
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        (finished,), tasks = done, list(pending)
        place = finished.result()

    assert line.served == ["x", "a1", "b1", "c1", "a2", "b2", "a3"]
    assert line.places["x"] == []
    assert line.places["c1"] == [3, 2, 1, 0]
    assert (max(line.places["a3"]), line.places["a3"][-1]) == (6, 0)


async def test_never_more_calls_than_places() -> None:
    """Of a hundred asks at once, never more than three have a place, and all are served."""
    line = Queue(bound=3)
    running, most = 0, 0

    async def call(number: int) -> None:
        nonlocal running, most
        place = await line.enter(f"{chr(97 + number % 7)}{number}")
        assert place is not None
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        place.leave()

    await asyncio.gather(*(call(number) for number in range(100)))

    assert (most, len(line.served)) == (3, 100)


async def test_a_cancelled_ask_leaves_the_queue() -> None:
    """Asks that are cancelled while they wait, or while they hold a place, free it for the next one at once."""
    line = Queue()
    first = await line.enter("x")
    cancelled, next_one = await line.line_up("a", "b")
    cancelled.cancel()
    await asyncio.wait({cancelled})
    await line.waiting(1)
    assert first is not None
    first.leave()
    first.leave()
    assert await next_one is not None

    assert line.served == ["x", "b"]
    assert (await line.store.figures()).calls == 1


async def test_an_ask_that_waits_too_long_is_passed_on() -> None:
    """When the longest wait is over, an ask leaves the queue without a place."""
    line = Queue(longest=0.05)
    await line.enter("x")

    assert await line.enter("a") is None
    await line.queue.close()
    figures = await line.store.figures()
    assert (figures.calls, figures.waiting, figures.passed_on) == (1, 0, 1)


async def test_a_hopeless_wait_is_not_begun() -> None:
    """Once the durations of calls are known, an ask that would wait too long is passed on at once."""
    line = Queue(longest=5)
    for number in range(3):
        place = await line.enter(f"x{number}")
        line.clock.seconds += 4
        assert place is not None
        place.leave()
        await line.queue.close()
    await line.enter("x")
    await line.line_up("a")

    assert await line.enter("b") is None
    assert line.places["b"] == []


@pytest.mark.parametrize(
    ("position", "bound", "holds", "wait"),
    [(1, 1, [4, 4], None), (1, 1, [4, 4, 4], 2), (3, 1, [1, 4, 90], 10), (4, 4, [4, 4, 4], 2), (5, 4, [4, 4, 4], 6)],
)
def test_the_estimate(position: int, bound: int, holds: Sequence[float], wait: float | None) -> None:
    """The estimate is the median duration of a call for each round, less a half; few calls give none."""
    assert estimated_wait(position, bound, holds) == wait


async def test_an_ask_that_the_state_has_forgotten_joins_again() -> None:
    """If the shared state is lost, such as by a restart of Redis, waiting asks line up again."""
    line = Queue()
    first = await line.enter("x")
    (waiting,) = await line.line_up("a")
    await line.store.leave("p:1")
    await line.waiting(1)
    assert first is not None
    first.leave()

    assert await waiting is not None


class BrokenStore(InProcessQueueStore):
    """A store that fails once asks wait."""

    async def look(self, _tickets: Sequence[str]) -> Sequence[int]:
        """Raise the error of a Redis that is down."""
        raise LimiterUnavailable


async def test_without_the_shared_state_waiting_asks_fail() -> None:
    """If the shared state is unavailable, the asks that wait fail at once, and the next ask can wait again."""
    store = BrokenStore(1, 60, HeldClock())
    numbers = count()
    queue = FairCallQueue("model", store, longest=60, renewal=10, new_ticket=lambda: f"p:{next(numbers)}")
    seen: Counter[int] = Counter()
    await queue.enter("x", lambda place: seen.update([place]))

    for _ in range(2):
        with pytest.raises(LimiterUnavailable):
            await queue.enter("a", lambda place: seen.update([place]))
    await queue.close()

    assert (await store.figures()).waiting == 0
