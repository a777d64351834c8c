"""The connection limiter: at most as many units run as the pool has connections; further units wait in order."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WAIT_SECONDS = 30.0
"""Seconds that a unit may wait for a connection. The limit is high, since many waiting units only mean high load."""


class ConnectionLimiter:
    """Limits the units that use one pool, reads and writes together, so that no unit waits inside the pool."""

    def __init__(self, connections: int, *, unit_seconds: float | None = None) -> None:
        self._places = asyncio.Semaphore(connections)
        self._unit_seconds = unit_seconds

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a connection; then the unit has `unit_seconds`. Raise `TimeoutError` if either takes too long."""
        async with asyncio.timeout(WAIT_SECONDS):
            await self._places.acquire()
        try:
            async with asyncio.timeout(self._unit_seconds):
                yield
        finally:
            self._places.release()
