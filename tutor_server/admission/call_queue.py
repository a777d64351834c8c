"""The queue in front of a provider: asks of this process wait for a place, and learn of each change of their position.

The state may be shared with other processes.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from tutor_server.admission.queue_store import MAY_CALL, UNKNOWN
from tutor_server.errors import LimiterUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from structlog.typing import FilteringBoundLogger

    from tutor_server.admission.queue_store import QueueFigures, QueueStore

log: FilteringBoundLogger = structlog.get_logger()

LOOK_SECONDS = 0.5
"""Seconds between two reads of the positions. An ask that gets a place is woken earlier."""


class _Waiter:
    """An ask that waits: its student, and its position when it last changed."""

    def __init__(self, student: str, position: int) -> None:
        self.student = student
        self._position: int | None = position
        self._failure: LimiterUnavailable | None = None
        self._changed = asyncio.Event()

    def move(self, position: int | None) -> None:
        """Set the position; None says that the wait would be too long."""
        if position != self._position:
            self._position = position
            self._changed.set()

    def fail(self, failure: LimiterUnavailable) -> None:
        """End the wait with an error."""
        self._failure = failure
        self._changed.set()

    async def next_position(self) -> int | None:
        """Wait for the next change and return the position. Raises `LimiterUnavailable`."""
        await self._changed.wait()
        self._changed.clear()
        if self._failure is not None:
            raise self._failure.with_traceback(None)
        return self._position


class FairCallQueue:
    """The queue of one provider. Students take turns, and a student's asks are served in their order.

    `longest` is the maximum wait in seconds. `new_ticket` returns a new id. `renew_for_ever` must run in the
    background, and `close` must be called last.
    """

    def __init__(
        self, provider: str, store: QueueStore, *, longest: float, renewal: float, new_ticket: Callable[[], str]
    ) -> None:
        self._provider = provider
        self._store = store
        self._longest = longest
        self._renewal = renewal
        self._new_ticket = new_ticket
        self._waiters: dict[str, _Waiter] = {}
        self._watching: asyncio.Task[None] | None = None
        self._held: set[str] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._renewing = asyncio.Lock()
        """Held while leases are renewed: renewing the lease of a call that was just removed would add it again."""

    async def enter(self, student: str, on_place: Callable[[int], object]) -> FairCallPlace | None:
        """Wait for a place. Return None if the wait is, or would be, too long. Raises `LimiterUnavailable`."""
        ticket, began_at = self._new_ticket(), asyncio.get_running_loop().time()
        position = await self._join(ticket, student)
        if position is None:
            self._note("passed_on", began_at, reason="estimate")
            return None
        if position != MAY_CALL:
            if not await self._wait(ticket, student, position, on_place):
                self._note("passed_on", began_at, reason="waited")
                return None
            on_place(MAY_CALL)
            self._note("sent", began_at)
        self._held.add(ticket)
        return FairCallPlace(self, ticket)

    async def _join(self, ticket: str, student: str) -> int | None:
        """Join the queue. If the caller is cancelled meanwhile, leave it again."""
        joining = asyncio.create_task(self._store.join(ticket, student))
        try:
            return await asyncio.shield(joining)
        except asyncio.CancelledError:
            self._run(self._leave_after(joining, ticket))
            raise

    async def _wait(self, ticket: str, student: str, position: int, on_place: Callable[[int], object]) -> bool:
        """Wait for a place. Return whether the ask got one; if not, it has left the queue."""
        waiter = self._waiters[ticket] = _Waiter(student, position)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        latest: int | None = position
        try:
            async with asyncio.timeout(self._longest):
                while latest:
                    on_place(latest)
                    latest = await waiter.next_position()
        except TimeoutError:
            self._run(self._store.leave(ticket, passed_on=True))
            return False
        except BaseException:
            self.leave(ticket)
            raise
        finally:
            del self._waiters[ticket]
        return latest is not None

    async def _watch(self) -> None:
        """Pass the positions of this process's asks on, as long as there are any."""
        try:
            while self._waiters:
                await self._look()
                if self._waiters:
                    await self._store.changed(LOOK_SECONDS)
        except LimiterUnavailable as failure:
            for waiter in self._waiters.values():
                waiter.fail(failure)

    async def _look(self) -> None:
        tickets = list(self._waiters)
        positions = await self._store.look(tickets)
        for ticket, position in zip(tickets, positions, strict=True):
            waiter = self._waiters.get(ticket)
            if waiter is None:
                continue
            if position == UNKNOWN:
                waiter.move(await self._store.join(ticket, waiter.student))
                if ticket not in self._waiters:  # The ask left while it was added again.
                    self.leave(ticket)
            else:
                waiter.move(position)

    def leave(self, ticket: str) -> None:
        """Remove an ask that waits or has a place, without waiting for the removal."""
        self._held.discard(ticket)
        self._run(self._leave(ticket))

    async def _leave(self, ticket: str) -> None:
        async with self._renewing:
            await self._store.leave(ticket)

    async def _leave_after(self, joining: asyncio.Task[int | None], ticket: str) -> None:
        with suppress(LimiterUnavailable):
            await joining
        await self._store.leave(ticket)

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def renew_for_ever(self) -> None:
        """Renew the leases of this process's calls until cancelled."""
        while True:
            await asyncio.sleep(self._renewal)
            async with self._renewing:
                if self._held:
                    await self._store.renew(tuple(self._held))

    async def figures(self) -> QueueFigures:
        """Return the figures of the queue over all processes. Raises `LimiterUnavailable`."""
        return await self._store.figures()

    async def close(self) -> None:
        """Wait until the asks that have left are removed from the shared state."""
        if self._leaving:
            await asyncio.wait(self._leaving)

    def _note(self, outcome: str, began_at: float, *, reason: str | None = None) -> None:
        waited_ms = round((asyncio.get_running_loop().time() - began_at) * 1000)
        log.info("call_queued", provider=self._provider, outcome=outcome, reason=reason, waited_ms=waited_ms)


class FairCallPlace:
    """A place among the calls that the provider answers at once."""

    def __init__(self, queue: FairCallQueue, ticket: str) -> None:
        self._queue: FairCallQueue | None = queue
        self._ticket = ticket

    def leave(self) -> None:
        """Free the place for the next call. Calling it again does nothing."""
        if self._queue is not None:
            self._queue.leave(self._ticket)
            self._queue = None
