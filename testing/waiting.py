"""Poll for effects of other processes, threads and servers, which send no event to the test's event loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_SECONDS = 0.02


async def until(holds: Callable[[], object], *, seconds: float = 15) -> None:
    """Wait until a condition holds. Raise `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - no event signals the condition, so polling is the only way
            await asyncio.sleep(POLL_SECONDS)
