"""Pre-ping for PostgreSQL's pool. Only idle connections are pinged, since a ping takes a round trip."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

RESTED_SECONDS = 1.0
"""Idle seconds after which a connection is pinged at its next use. If it breaks earlier, one unit fails.

asyncpg notices by itself when the server closes a connection.
"""
_SINCE = "rests_since"


def pre_ping_idle_connections(engine: AsyncEngine) -> None:
    """Replace dead connections of a pool as they are checked out (in place of `pool_pre_ping`)."""
    pool, dialect = engine.sync_engine, engine.dialect

    @event.listens_for(pool, "checkin")
    def note(_connection: object, record: Any) -> None:
        record.info[_SINCE] = time.monotonic()

    @event.listens_for(pool, "checkout")
    def check(connection: Any, record: Any, _proxy: object) -> None:
        since = record.info.get(_SINCE)
        if since is None:  # The connection was opened for this checkout.
            return
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - since > RESTED_SECONDS:
            try:
                dialect.do_ping(connection)
            except dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error
