"""Tracks revoked sign-ins until their access tokens expire; other processes learn of them by polling the database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import DatabaseUnavailable
from tutor_server.limits import ACCESS_TOKEN_LIFETIME
from tutor_server.storage.tokens import ended_families, forget_ended_families

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from uuid import UUID

    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.storage.database import Database

    Listener = Callable[[frozenset[UUID]], None]

log: FilteringBoundLogger = structlog.get_logger()

POLL_SECONDS = 20
"""Seconds between two polls. So an access token is invalid everywhere within a minute, even if one poll fails."""

_KEPT = ACCESS_TOKEN_LIFETIME + timedelta(minutes=5)
"""How long an ended sign-in is remembered: until its access tokens have expired, even if clocks differ by 5 minutes."""


class Revocations:
    """The revoked sign-ins by `family_id`, the id of a sign-in in its tokens.

    They are cached in memory to check access tokens, and read from the database, where every process stores them.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._ended: dict[UUID, datetime] = {}
        self._listeners: list[Listener] = []

    def has_ended(self, family_id: UUID) -> bool:
        """Return whether this process knows that a sign-in has ended."""
        return family_id in self._ended

    def subscribe(self, listener: Listener) -> None:
        """Register a function that is called with the ids of sign-ins when this process learns that they have ended."""
        self._listeners.append(listener)

    def announce(self, families: Iterable[UUID]) -> None:
        """Record in this process that sign-ins have ended, after the database has recorded it."""
        self._learn(dict.fromkeys(families, self._clock.now()))

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self.catch_up()

    async def catch_up(self) -> None:
        """Poll once. If the database is unavailable, log it and leave the update to the next poll."""
        try:
            await self.poll()
        except DatabaseUnavailable:
            log.warning("revocations_delayed", reason="database unavailable")

    async def poll(self) -> None:
        """Read which sign-ins other processes have ended, and forget those whose access tokens have all expired."""
        before = self._clock.now() - _KEPT
        known = await self._database.read(ended_families)
        self._learn({family_id: ended_at for family_id, ended_at in known.items() if ended_at >= before})
        self._ended = {family_id: ended_at for family_id, ended_at in self._ended.items() if ended_at >= before}
        if any(ended_at < before for ended_at in known.values()):
            await self._database.commit(lambda connection: forget_ended_families(connection, before))

    def _learn(self, ended: dict[UUID, datetime]) -> None:
        new = frozenset(ended.keys() - self._ended.keys())
        if not new:
            return
        self._ended |= ended
        log.info("sign_ins_ended", count=len(new))
        for listener in self._listeners:
            listener(new)
