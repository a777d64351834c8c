"""Plays a server that answers a limited number of calls at once, as llama.cpp's server does."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Slots:
    """The calls that a server answers at once; the other calls wait, and get no head meanwhile.

    `waited` counts the calls that had to wait.
    """

    def __init__(self) -> None:
        self.waited = 0
        self._semaphore: asyncio.Semaphore | None = None

    def limit(self, number: int | None) -> None:
        """Set the number of slots; None: no limit. No call may be under way."""
        self.waited = 0
        self._semaphore = None if number is None else asyncio.Semaphore(number)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a slot inside the context."""
        if self._semaphore is None:
            yield
            return
        self.waited += self._semaphore.locked()
        async with self._semaphore:
            yield
