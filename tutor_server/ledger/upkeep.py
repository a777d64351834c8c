"""What keeps the ledger true over crashes: leases of this process renewed, expired ones of dead processes swept."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import DatabaseUnavailable
from tutor_server.limits import LEASE_RENEWAL_SECONDS, LEASE_SECONDS
from tutor_server.storage.ledger import has_open_calls, renew_leases, sweep_expired

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.clock import Clock
    from tutor_server.storage.database import Database

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 30


class Upkeep:
    """Renew leases every 10 s and sweep expired ones at the start and every 30 s."""

    def __init__(self, database: Database, clock: Clock, owner: str) -> None:
        self._database = database
        self._clock = clock
        self._owner = owner

    async def run(self) -> None:
        """Keep the ledger until cancelled. While the database is away, keep trying."""
        rounds = 0
        while True:
            try:
                if rounds % (SWEEP_SECONDS // LEASE_RENEWAL_SECONDS) == 0:
                    await self.sweep()
                await self.renew()
            except DatabaseUnavailable:
                log.warning("ledger_upkeep_delayed", reason="database unavailable")
            rounds += 1
            await asyncio.sleep(LEASE_RENEWAL_SECONDS)

    async def renew(self) -> None:
        """Renew the leases of this process's open calls, if it has any."""
        if await self._database.read(lambda connection: has_open_calls(connection, self._owner)):
            expires_at = self._clock.now() + timedelta(seconds=LEASE_SECONDS)
            await self._database.commit(lambda connection: renew_leases(connection, self._owner, expires_at))

    async def sweep(self) -> None:
        """Close the rows that dead processes left open."""
        now = self._clock.now()

        def sweep(connection: Connection) -> list[UUID]:
            return list(sweep_expired(connection, now))

        asks = await self._database.commit(sweep)
        if asks:
            log.warning("ledger_swept", asks=len(asks))
