"""Asks that are marked as running but not by this process: another one works on them, or died while it did."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tutor_server.storage.asks import find_ask
from tutor_server.storage.ledger import is_under_way

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.clock import Clock
    from tutor_server.storage.asks import StoredAsk
    from tutor_server.storage.database import Database

SHORTEST_WAIT, LONGEST_WAIT = 0.05, 1.0
"""Seconds between two looks."""


class Siblings(Protocol):
    """The other processes of the same service."""

    async def outcome(self, user_id: UUID, request_id: UUID) -> StoredAsk | None:
        """Wait for the end of a running ask. One that is still marked as running then has lost its process."""
        ...


@dataclass(frozen=True, slots=True)
class NoSiblings:
    """A service of one process: whatever is running elsewhere was begun by an earlier life of it."""

    database: Database

    async def outcome(self, user_id: UUID, request_id: UUID) -> StoredAsk | None:
        """Give the ask as it is; see `Siblings.outcome`."""
        return await self.database.read(lambda connection: find_ask(connection, user_id, request_id))


@dataclass(frozen=True, slots=True)
class SiblingsByDatabase:
    """A service of several processes, which see in the database what the others have ended."""

    database: Database
    clock: Clock

    async def outcome(self, user_id: UUID, request_id: UUID) -> StoredAsk | None:
        """Look again and again, while the lease of the ask's call shows that its process lives."""
        wait = SHORTEST_WAIT
        while True:
            ask, is_alive = await self.database.read(lambda connection: self._look(connection, user_id, request_id))
            if ask is None or not ask.is_running or not is_alive:
                return ask
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    def _look(self, connection: Connection, user_id: UUID, request_id: UUID) -> tuple[StoredAsk | None, bool]:
        is_alive = False
        ask = find_ask(connection, user_id, request_id)
        if ask is not None and ask.is_running:
            is_alive = is_under_way(connection, ask.id, self.clock.now())
        return ask, is_alive
