"""How long the next words may take: a deadline that moves whenever some have come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class Patience:
    """A context that ends with `TimeoutError` once its deadline has passed, a time of the event loop's clock.

    The deadline moves with every few words, its timer does not: it looks again when it strikes.
    """

    def __init__(self, ends_at: float) -> None:
        self._ends_at: float | None = ends_at
        self._timeout = asyncio.timeout(None)
        self._loop = asyncio.get_running_loop()
        self._strikes_at = ends_at
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        self._wind_up(self._strikes_at)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._timeout.__aexit__(kind, error, traceback)

    def suspend(self) -> None:
        """Let no time count until `renew`."""
        self._ends_at = None
        if self._timeout.when() is not None:  # struck just now, as what was waited for came
            self._timeout.reschedule(None)

    def renew(self, ends_at: float) -> None:
        """Move the deadline. One that has passed already strikes at the next `await`."""
        self._ends_at = ends_at
        if ends_at <= self._loop.time():
            self._timeout.reschedule(ends_at)
        elif self._timer is None or ends_at < self._strikes_at:
            self._wind_up(ends_at)

    def _wind_up(self, strikes_at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._strikes_at = strikes_at
        self._timer = self._loop.call_at(strikes_at, self._strike)

    def _strike(self) -> None:
        self._timer = None
        if self._ends_at is None or self._timeout.when() is not None:
            return
        now = self._loop.time()
        if self._ends_at > now:
            self._wind_up(self._ends_at)
        else:
            self._timeout.reschedule(now)
