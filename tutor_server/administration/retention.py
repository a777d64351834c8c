"""Retention: deletes students' data in small batches once it is older than the operator's retention period."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from tutor_server.errors import DatabaseUnavailable
from tutor_server.storage import retention

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()

SWEEP_SECONDS = 3600.0
UNCONFIRMED_DAYS = 30
"""Days after which an account is deleted if its e-mail address was never confirmed."""
AUDIT_DAYS = 400
"""Days for which the audit log is kept: more than a year, so that a week can be compared with last year's."""


class RetentionSweep:
    """Deletes old data at the start and then every hour. If `days` is None, messages are kept until they are erased."""

    def __init__(self, database: Database, clock: Clock, days: int | None) -> None:
        self._database = database
        self._clock = clock
        self._days = days

    async def run(self) -> None:
        """Delete old data every hour until cancelled. If the database is unavailable, retry after an hour."""
        while True:
            try:
                await self.sweep()
            except (DatabaseUnavailable, SQLAlchemyError) as error:
                log.warning("retention_delayed", reason=type(error).__name__)
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> None:
        """Delete all data beyond its retention period. Several processes may do so at the same time."""
        now = self._clock.now()
        await self._database.commit(lambda connection: retention.forget_what_ran_out(connection, now))
        await self._all(retention.forget_actions_before, now - timedelta(days=AUDIT_DAYS))
        await self._all(retention.forget_unconfirmed_before, now - timedelta(days=UNCONFIRMED_DAYS))
        if self._days is not None:
            before = now - timedelta(days=self._days)
            asks = await self._all(retention.forget_asks_before, before)
            words = await self._words(before)
            if asks or words:
                log.info("retention_swept", asks=asks, rows=words, older_than_days=self._days)

    async def _words(self, before: datetime) -> int:
        """Delete old messages, conversations and problems. A read selects them, to keep write transactions short."""
        total = 0
        while unused := await self._database.read(lambda connection: retention.unused_words(connection, before)):
            for batch in unused.batches():
                total += await self._database.commit(partial(retention.forget_words, unused=batch, before=before))
        return total

    async def _all(self, forget: Callable[[Connection, datetime], int], before: datetime) -> int:
        total = 0
        while forgotten := await self._database.commit(lambda connection: forget(connection, before)):
            total += forgotten
        return total
