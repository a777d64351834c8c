"""Pool pre-pings on PostgreSQL: only connections that were idle are pinged, and lost ones are replaced."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import asyncpg
import pytest
from sqlalchemy import text

from tutor_server.storage import pool_pre_ping
from tutor_server.storage.database import Database, open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sqlalchemy import Connection

    from testing.servers import PostgresServer

    Use = Callable[[Database, Callable[[Connection], int]], Awaitable[int]]

PING = ";"
END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
async def database(postgres_server: PostgresServer) -> AsyncIterator[Database]:
    """Return a database whose pool holds a recently used connection."""
    opened = open_database(postgres_server.database())
    await opened.read(one)
    yield opened
    await opened.close()


def one(connection: Connection) -> int:
    """Execute a simple query."""
    return connection.scalar(text("SELECT 1")) or 0


async def pooled(database: Database) -> asyncpg.Connection:
    """Return the driver's connection that waits in the pool."""
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)
        return driver


async def pings_of_a_read(database: Database) -> int:
    """Read once; return the number of pings sent for it."""
    sent: list[str] = []
    (await pooled(database)).add_query_logger(lambda record: sent.append(record.query))
    await database.read(one)
    return sent.count(PING)


async def end_all_connections(database: Database) -> None:
    """Make the server terminate all connections of the pool."""
    other = await asyncpg.connect(database.engine.url.set(drivername="postgresql").render_as_string())
    try:
        await other.execute(END_ALL)
    finally:
        await other.close()


async def test_a_connection_that_was_just_used_is_not_asked(database: Database) -> None:
    """A recently used connection is not pinged, so that a read takes one round trip to the database."""
    assert await pings_of_a_read(database) == 0


async def test_a_connection_that_has_rested_is_asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that was idle for longer is pinged, since it may have been lost meanwhile."""
    monkeypatch.setattr(pool_pre_ping, "RESTED_SECONDS", 0.0)

    assert await pings_of_a_read(database) == 1


@pytest.mark.parametrize("use", [Database.read, Database.commit])
async def test_a_connection_that_the_server_has_ended_is_replaced(database: Database, use: Use) -> None:
    """A connection that the server has terminated is replaced at once, by reads and by writes."""
    has_ended = asyncio.Event()
    (await pooled(database)).add_termination_listener(lambda _: has_ended.set())
    await end_all_connections(database)
    await has_ended.wait()

    assert await use(database, one) == 1


async def test_a_connection_that_has_vanished_is_replaced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ping detects a lost connection of which the event loop has no notice."""
    monkeypatch.setattr(pool_pre_ping, "RESTED_SECONDS", 0.0)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(end_all_connections(database))).result()

    assert await database.commit(one) == 1
