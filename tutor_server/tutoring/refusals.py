"""Counts refusals and unanalysed asks, first in memory; the counts are written to the database regularly."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from tutor_server.errors import DatabaseUnavailable
from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.figures import NOT_ANALYSED, count_refusals

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from structlog.typing import FilteringBoundLogger

    from tutor_protocol import Limit
    from tutor_server.clock import Clock
    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()

WRITE_SECONDS = 10.0
"""Seconds between two writes: a refusal must cost less than an ask, so refusals are written in batches.

A crash loses the counts since the last write.
"""


class RefusalCount:
    """Counts the refusals by limit, course and UTC day, and the asks that got a generic hint."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._unwritten: dict[tuple[date, UUID], Counter[str]] = defaultdict(Counter)

    def note(self, limit: Limit, course_id: UUID = DEFAULT_COURSE) -> None:
        """Count a refusal in the course of the ask."""
        self._count(str(limit), course_id)

    def note_unread(self, course_id: UUID = DEFAULT_COURSE) -> None:
        """Count an ask whose code could not be analysed."""
        self._count(NOT_ANALYSED, course_id)

    def _count(self, name: str, course_id: UUID) -> None:
        self._unwritten[self._clock.now().date(), course_id][name] += 1

    async def run(self) -> None:
        """Write the counts regularly, until cancelled."""
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self.write()

    async def write(self) -> None:
        """Write the counts; if the database is unavailable, keep them for the next write."""
        unwritten, self._unwritten = self._unwritten, defaultdict(Counter)
        for (day, course_id), counts in unwritten.items():
            write = partial(count_refusals, day=day, counts=counts, course_id=course_id)
            try:
                await self._database.commit(write)
            except (DatabaseUnavailable, SQLAlchemyError) as error:
                log.warning("refusals_unwritten", reason=type(error).__name__)
                self._unwritten[day, course_id] += counts
