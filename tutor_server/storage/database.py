"""The database as the service sees it: units of reading, units of writing, and whether it is there."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from tutor_server.errors import DatabaseUnavailable
from tutor_server.storage import aiosqlite_fixes
from tutor_server.storage.failures import is_unavailability
from tutor_server.storage.pings import ping_the_rested
from tutor_server.storage.turns import Turns
from tutor_server.storage.writer import PostgresWriter, SqliteWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

    from tutor_server.storage.writer import Writer

T = TypeVar("T")

READ_CONNECTIONS = 8
"""Of SQLite, whose writer has one more of its own."""
KEPT_CONNECTIONS, MORE_CONNECTIONS = 8, 8
"""Of PostgreSQL: those that are kept open, and those that a burst of units may open beside them."""
CONNECT_SECONDS = 5
HEALTH_SECONDS = 5.0


class Database:
    """Run units of work against one database.

    A unit is a plain function of a SQLAlchemy `Connection`; it runs the same on SQLite and on PostgreSQL. Both methods
    raise `DatabaseUnavailable` when the database is away, locked or full, and whatever the unit itself raises.
    """

    def __init__(self, engine: AsyncEngine, writer: Writer, turns: Turns) -> None:
        self.engine = engine
        self._writer = writer
        self._turns = turns
        self._reading: set[asyncio.Task[Any]] = set()
        self._refuses_writes = False

    async def read(self, unit: Callable[[Connection], T]) -> T:
        """Run a unit that only reads, on a connection of its own.

        It goes on where its caller is cancelled: cut on its way, it could leave behind an open connection that no pool
        knows of.
        """
        reading = asyncio.create_task(self._read(unit))
        self._reading.add(reading)
        reading.add_done_callback(self._forget)
        return await asyncio.shield(reading)

    def _forget(self, reading: asyncio.Task[Any]) -> None:
        self._reading.discard(reading)
        if not reading.cancelled():
            reading.exception()  # looked at: where its caller has gone, asyncio would log it as an error of ours

    async def _read(self, unit: Callable[[Connection], T]) -> T:
        try:
            async with self._turns.turn(), self.engine.connect() as connection:
                return await connection.run_sync(unit)
        except (SQLAlchemyError, OSError) as error:
            if is_unavailability(error):
                raise DatabaseUnavailable from error
            raise

    async def commit(self, unit: Callable[[Connection], T]) -> T:
        """Run a unit in a transaction; return once it is durable. Where the unit raises, nothing of it is kept.

        A connection that breaks during the commit leaves open whether it happened: then `DatabaseUnavailable` is raised
        although it may have.
        """
        try:
            value = await self._writer.commit(unit)
        except (SQLAlchemyError, OSError) as error:
            if is_unavailability(error):
                self._refuses_writes = True
                raise DatabaseUnavailable from error
            raise
        self._refuses_writes = False
        return value

    async def is_connected(self) -> bool:
        """Tell whether the database answers soon and, where it last refused to write, whether it does again."""
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                await self.read(lambda connection: connection.execute(text("SELECT 1")))
                if self._refuses_writes:
                    await self.commit(_write_nothing)
        except (DatabaseUnavailable, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Finish what was begun and close every connection."""
        await self._writer.close()
        await asyncio.gather(*self._reading, return_exceptions=True)
        await self.engine.dispose()


def open_database(url: str, *, unit_seconds: float | None = None) -> Database:
    """Open the database of a SQLAlchemy URL, `sqlite+aiosqlite` or `postgresql+asyncpg`. Does not connect yet.

    `unit_seconds` bounds each unit on PostgreSQL, which is silent where its machine or the line to it has vanished; the
    wait for its turn has a bound of its own. None is for units that may take long, such as a migration.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        _keep_private(parsed.database)
        engine = create_async_engine(
            parsed,
            pool_size=READ_CONNECTIONS,
            max_overflow=0,
            connect_args={"async_creator_fn": aiosqlite_fixes.connect},
        )
        event.listen(engine.sync_engine, "connect", configure_sqlite)
        return Database(engine, SqliteWriter(parsed, configure_sqlite), Turns(READ_CONNECTIONS))
    engine = create_async_engine(
        parsed,
        pool_size=KEPT_CONNECTIONS,
        max_overflow=MORE_CONNECTIONS,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": CONNECT_SECONDS},
    )
    turns = Turns(KEPT_CONNECTIONS + MORE_CONNECTIONS, unit_seconds=unit_seconds)
    ping_the_rested(engine)
    # A read needs no transaction: without one it is a single trip to the database.
    transacting = engine.execution_options(isolation_level="READ COMMITTED")
    return Database(engine, PostgresWriter(transacting, turns), turns)


def _write_nothing(connection: Connection) -> None:
    """Let the database write without changing anything: a full disk is noticed only so."""
    if connection.dialect.name == "sqlite":
        version = connection.exec_driver_sql("PRAGMA user_version").scalar()
        connection.exec_driver_sql(f"PRAGMA user_version = {version}")
    else:
        connection.exec_driver_sql("SELECT pg_current_xact_id()")


def _keep_private(file: str | None) -> None:
    """Make the file that will hold the students' work for this user alone; its journals follow its mode."""
    if file and file != ":memory:" and Path(file).parent.is_dir():
        with suppress(OSError):  # what is wrong with it is told when it is opened
            os.close(os.open(file, os.O_CREAT, 0o600))


def configure_sqlite(connection: Any, _record: Any) -> None:
    """Make SQLite durable, concurrent for readers, and strict about references."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.close()
