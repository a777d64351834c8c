"""Which connections of PostgreSQL's pool are asked whether they live, and that one that has gone is replaced."""

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
    """Return a database whose pool holds a connection that was used a moment ago."""
    opened = open_database(postgres_server.database())
    await opened.read(one)
    yield opened
    await opened.close()


def one(connection: Connection) -> int:
    """Read a number."""
    return connection.scalar(text("SELECT 1")) or 0


async def pooled(database: Database) -> asyncpg.Connection:
    """Return the driver's connection that rests in the pool."""
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)
        return driver


async def pings_of_a_read(database: Database) -> int:
    """Read once; count the pings that were sent for it."""
    sent: list[str] = []
    (await pooled(database)).add_query_logger(lambda record: sent.append(record.query))
    await database.read(one)
    return sent.count(PING)


async def end_all_connections(database: Database) -> None:
    """Let the server end the connections of a pool."""
    other = await asyncpg.connect(database.engine.url.set(drivername="postgresql").render_as_string())
    try:
        await other.execute(END_ALL)
    finally:
        await other.close()


async def test_a_connection_that_was_just_used_is_not_asked(database: Database) -> None:
    """A read costs a single round trip."""
    assert await pings_of_a_read(database) == 0


async def test_a_connection_that_has_rested_is_asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have vanished meanwhile."""
    monkeypatch.setattr(pool_pre_ping, "RESTED_SECONDS", 0.0)

    assert await pings_of_a_read(database) == 1


@pytest.mark.parametrize("use", [Database.read, Database.commit])
async def test_a_connection_that_the_server_has_ended_is_replaced(database: Database, use: Use) -> None:
    """At once, by reads and by writes, however short it rested: the driver has heard of its end."""
    has_ended = asyncio.Event()
    (await pooled(database)).add_termination_listener(lambda _: has_ended.set())
    await end_all_connections(database)
    await has_ended.wait()

    assert await use(database, one) == 1


async def test_a_connection_that_has_vanished_is_replaced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its end is seen by asking it alone: here this loop stands still meanwhile, elsewhere the line says nothing."""
    monkeypatch.setattr(pool_pre_ping, "RESTED_SECONDS", 0.0)
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(end_all_connections(database))).result()

    assert await database.commit(one) == 1
