"""The off switch as cached by this process: read from the database regularly, and checked before every ask."""

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
"""Seconds between two reads. A switch takes effect in every process within 5 seconds, even if one read is late."""


class OffSwitch:
    """The cached off switch. `run` updates the cache; while the database is unavailable, the last state applies."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._messages: Mapping[str | None, str] = {}
        self._listeners: list[Callable[[], object]] = []

    def refusal(self, module_id: str | None) -> SwitchedOff | None:
        """Return the refusal of an ask in a module (None: outside modules), or None if the tutor is on."""
        for scope in {None, module_id}:
            if scope in self._messages:
                return SwitchedOff(self._messages[scope] or None)
        return None

    def subscribe(self, listener: Callable[[], object]) -> None:
        """Register a function that is called whenever the tutor or another module is switched off."""
        self._listeners.append(listener)

    async def run(self) -> None:
        """Read the switches regularly, until cancelled."""
        while True:
            try:
                await self.catch_up()
            except (DatabaseUnavailable, SQLAlchemyError) as error:
                log.warning("off_switch_unread", reason=type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    async def catch_up(self) -> None:
        """Read the switches, and call the listeners if the tutor or another module has been switched off."""
        known = {off.module_id: off.message for off in await self._database.read(switched_off)}
        is_more = bool(known.keys() - self._messages.keys())
        if known.keys() != self._messages.keys():
            log.info("switched", off=sorted(scope or "everything" for scope in known))
        self._messages = known
        if is_more:
            for listener in self._listeners:
                listener()
