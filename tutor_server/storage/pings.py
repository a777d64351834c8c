"""Whether a connection of PostgreSQL's pool still lives: asked only where it has rested, since asking is a trip."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

RESTED_SECONDS = 1.0
"""Where the line breaks without a word within this time, the next unit is refused, as the one before would have been.

What the server itself has closed needs no question: asyncpg has heard of it.
"""
_SINCE = "rests_since"


def ping_the_rested(engine: AsyncEngine) -> None:
    """Replace connections of a pool that have gone, as they are taken from it (in place of `pool_pre_ping`)."""
    pool, dialect = engine.sync_engine, engine.dialect

    @event.listens_for(pool, "checkin")
    def note(_connection: object, record: Any) -> None:
        record.info[_SINCE] = time.monotonic()

    @event.listens_for(pool, "checkout")
    def check(connection: Any, record: Any, _proxy: object) -> None:
        since = record.info.get(_SINCE)
        if since is None:  # it was opened for this
            return
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - since > RESTED_SECONDS:
            try:
                dialect.do_ping(connection)
            except dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error
