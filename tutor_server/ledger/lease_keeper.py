"""The lease keeper: renews the leases of this process's calls and sweeps expired ones of dead processes."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from tutor_server.errors import DatabaseUnavailable
from tutor_server.storage.asks import interrupt_asks
from tutor_server.storage.ledger import renew_leases, sweep_expired
from tutor_server.storage.usage import add_usage

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.ledger.calls import Ledger
    from tutor_server.storage.ledger import Swept

log: FilteringBoundLogger = structlog.get_logger()


class LeaseKeeper:
    """Renews the leases of this process's calls, and sweeps expired leases at the start and then regularly."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        leases = ledger.leases
        self._sweep_rounds = max(1, round(leases.sweep / leases.renewal))
        self._lease_rounds = math.ceil(leases.lasts / leases.renewal)

    async def run(self) -> None:
        """Renew and sweep until cancelled. If the database is unavailable, keep retrying.

        After such a failure no row is swept for one lease time, since other processes could not renew their leases
        either.
        """
        rounds_to_sweep = 0
        while True:
            try:
                await self.renew()
                if rounds_to_sweep == 0:
                    await self.sweep()
                    rounds_to_sweep = self._sweep_rounds
                rounds_to_sweep -= 1
            except (DatabaseUnavailable, SQLAlchemyError) as error:
                log.warning("ledger_upkeep_delayed", reason=type(error).__name__)
                rounds_to_sweep = self._lease_rounds
            await asyncio.sleep(self._ledger.leases.renewal)

    async def renew(self) -> None:
        """Renew the leases of this process's open calls, if it has any."""
        ledger, calls = self._ledger, tuple(self._ledger.under_way)
        if calls:
            await ledger.database.commit(
                lambda connection: renew_leases(connection, calls, now=ledger.clock.now(), lease=ledger.lease)
            )

    async def sweep(self) -> None:
        """Close the rows that dead processes left open, end their asks, and return the limits that the asks used."""
        is_partial = True
        while is_partial:
            swept, recounted = await self._ledger.database.commit(self._sweep)
            if swept.ask_ids:
                log.warning("ledger_swept", asks=len(swept.ask_ids), calls_sent=swept.sent)
            for subject, day, course_id in recounted:
                await self._ledger.limiter.recount(subject, day, course_id)
            is_partial = swept.is_partial

    def _sweep(self, connection: Connection) -> tuple[Swept, Collection[tuple[str, date, UUID]]]:
        now = self._ledger.clock.now()
        swept = sweep_expired(connection, now)
        recounted = interrupt_asks(connection, swept.ask_ids, now)
        add_usage(connection, swept.changes)
        return swept, recounted
