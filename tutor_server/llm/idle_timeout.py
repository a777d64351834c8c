"""The idle timeout of an answer: a deadline that is reset whenever content arrives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class IdleTimeout:
    """A context manager that raises `TimeoutError` once its deadline has passed, on the event loop's clock.

    The deadline is reset very often. To save time, a reset keeps the event loop's timer, which checks the deadline when
    it fires.
    """

    def __init__(self, deadline: float) -> None:
        self._deadline: float | None = deadline
        self._timeout = asyncio.timeout(None)
        self._loop = asyncio.get_running_loop()
        self._rings_at = deadline
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        self._set_timer(self._rings_at)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._timeout.__aexit__(kind, error, traceback)

    def suspend(self) -> None:
        """Suspend the deadline until `renew`."""
        self._deadline = None
        if self._timeout.when() is not None:
            # The deadline passed in the event loop's iteration in which the content arrived: cancel the timeout.
            self._timeout.reschedule(None)

    def renew(self, deadline: float) -> None:
        """Reset the deadline. If it has passed already, `TimeoutError` is raised at the next `await`."""
        self._deadline = deadline
        if deadline <= self._loop.time():
            self._timeout.reschedule(deadline)
        elif self._timer is None or deadline < self._rings_at:
            self._set_timer(deadline)

    def _set_timer(self, rings_at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = rings_at
        self._timer = self._loop.call_at(rings_at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._deadline is None or self._timeout.when() is not None:
            return
        now = self._loop.time()
        if self._deadline > now:
            self._set_timer(self._deadline)
        else:
            self._timeout.reschedule(now)
