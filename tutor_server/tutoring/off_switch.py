"""The off switch, as this process knows it: read from the database every other second, heeded before every ask."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from tutor_server.errors import DatabaseUnavailable, SwitchedOff
from tutor_server.storage.switches import switched_off

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from structlog.typing import FilteringBoundLogger

    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()

POLL_SECONDS = 2.0
"""A switch takes effect in every process within 5 seconds, also where one poll is late."""


class OffSwitch:
    """The off switch as this process knows it. `run` updates it; while the database is away it keeps the last state."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._messages: Mapping[str | None, str] = {}
        self._listeners: list[Callable[[], object]] = []

    def refusal(self, module_id: str | None) -> SwitchedOff | None:
        """Return the refusal of asks in a module (None: in no module), or None while the tutor is on."""
        for scope in {None, module_id}:
            if scope in self._messages:
                return SwitchedOff(self._messages[scope] or None)
        return None

    def subscribe(self, listener: Callable[[], object]) -> None:
        """Call a function whenever something is newly off."""
        self._listeners.append(listener)

    async def run(self) -> None:
        """Catch up for ever."""
        while True:
            try:
                await self.catch_up()
            except (DatabaseUnavailable, SQLAlchemyError) as error:
                log.warning("off_switch_unread", reason=type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    async def catch_up(self) -> None:
        """Read what is off now, and tell the listeners where that is more than before."""
        known = {off.module_id: off.message for off in await self._database.read(switched_off)}
        is_more = bool(known.keys() - self._messages.keys())
        if known.keys() != self._messages.keys():
            log.info("switched", off=sorted(scope or "everything" for scope in known))
        self._messages = known
        if is_more:
            for listener in self._listeners:
                listener()
