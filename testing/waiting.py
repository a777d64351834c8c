"""Waiting for what other processes, threads and servers do, which no event of this loop tells."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_SECONDS = 0.02


async def until(holds: Callable[[], object], *, seconds: float = 15) -> None:
    """Wait until a condition holds. Raises `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what it waits for sets no event here
            await asyncio.sleep(POLL_SECONDS)
