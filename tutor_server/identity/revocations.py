"""Sign-ins that have ended while their access tokens are still valid: known here at once, in other processes soon."""

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
"""Seconds between two polls: an access token becomes invalid within a minute everywhere, even if one poll fails."""

_KEPT = ACCESS_TOKEN_LIFETIME + timedelta(minutes=5)
"""After this time the tokens have expired, whichever clock was ahead, the signer's or the verifier's."""


class Revocations:
    """The ended sign-ins (`family_id`), in memory for every check of a token, in the database for other processes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._ended: dict[UUID, datetime] = {}
        self._listeners: list[Listener] = []

    def has_ended(self, family_id: UUID) -> bool:
        """Return whether a sign-in is known to have ended."""
        return family_id in self._ended

    def subscribe(self, listener: Listener) -> None:
        """Call a function with the families of each sign-in that is newly known to have ended."""
        self._listeners.append(listener)

    def announce(self, families: Iterable[UUID]) -> None:
        """Record in this process that sign-ins have ended, after the database has recorded it."""
        self._learn(dict.fromkeys(families, self._clock.now()))

    async def run(self) -> None:
        """Poll for ever."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self.catch_up()

    async def catch_up(self) -> None:
        """Poll once; if the database is away, leave it to the next poll."""
        try:
            await self.poll()
        except DatabaseUnavailable:
            log.warning("revocations_delayed", reason="database unavailable")

    async def poll(self) -> None:
        """Read which sign-ins other processes have ended, and forget those whose tokens have all expired."""
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
