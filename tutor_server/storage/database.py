"""The database: runs units of work that read or write, and checks its health."""

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
from tutor_server.storage.connection_limiter import ConnectionLimiter
from tutor_server.storage.failures import is_unavailability
from tutor_server.storage.pool_pre_ping import pre_ping_idle_connections
from tutor_server.storage.writer import PostgresWriter, SqliteWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

    from tutor_server.storage.writer import Writer

T = TypeVar("T")

READ_CONNECTIONS = 8
"""The number of connections in SQLite's pool; the writer has a connection of its own."""
KEPT_CONNECTIONS, MORE_CONNECTIONS = 8, 8
"""The number of connections that PostgreSQL's pool keeps open, and the number that it may add at high load."""
CONNECT_SECONDS = 5
HEALTH_SECONDS = 5.0


class Database:
    """Runs units of work against one database.

    A unit is a plain function of a SQLAlchemy `Connection` that runs the same on SQLite and PostgreSQL. `read` and
    `write` raise `DatabaseUnavailable` if the database is unreachable, locked or full. Exceptions of the unit itself
    are propagated.
    """

    def __init__(self, engine: AsyncEngine, writer: Writer, limiter: ConnectionLimiter) -> None:
        self.engine = engine
        self._writer = writer
        self._limiter = limiter
        self._reading: set[asyncio.Task[Any]] = set()
        self._refuses_writes = False

    async def read(self, unit: Callable[[Connection], T]) -> T:
        """Run a unit that only reads, on a connection of its own.

        The unit continues if its caller is cancelled: a unit cut off in the middle could leave a connection open that
        does not belong to the pool any more.
        """
        reading = asyncio.create_task(self._read(unit))
        self._reading.add(reading)
        reading.add_done_callback(self._forget)
        return await asyncio.shield(reading)

    def _forget(self, reading: asyncio.Task[Any]) -> None:
        self._reading.discard(reading)
        if not reading.cancelled():
            # Retrieve the exception: if the caller was cancelled, asyncio would log that nobody retrieved it.
            reading.exception()

    async def _read(self, unit: Callable[[Connection], T]) -> T:
        try:
            async with self._limiter.slot(), self.engine.connect() as connection:
                return await connection.run_sync(unit)
        except (SQLAlchemyError, OSError) as error:
            if is_unavailability(error):
                raise DatabaseUnavailable from error
            raise

    async def commit(self, unit: Callable[[Connection], T]) -> T:
        """Run a unit in a transaction; return once the transaction is durable. If the unit raises, nothing is kept.

        If the connection breaks during the commit, the outcome is unknown: `DatabaseUnavailable` is raised although the
        transaction may have been committed.
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
        """Return whether the database answers in time and, if the last write was refused, accepts writes now."""
        try:
            async with asyncio.timeout(HEALTH_SECONDS):
                await self.read(lambda connection: connection.execute(text("SELECT 1")))
                if self._refuses_writes:
                    await self.commit(_write_nothing)
        except (DatabaseUnavailable, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Finish the units that have begun, and close every connection."""
        await self._writer.close()
        await asyncio.gather(*self._reading, return_exceptions=True)
        await self.engine.dispose()


def open_database(url: str, *, unit_seconds: float | None = None) -> Database:
    """Open the database of a SQLAlchemy URL, `sqlite+aiosqlite` or `postgresql+asyncpg`, without connecting yet.

    `unit_seconds` limits each unit on PostgreSQL, which does not report that its machine or network connection has
    vanished; waiting for a connection has a limit of its own. Pass None for units that may take long, such as a
    migration.
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
        return Database(engine, SqliteWriter(parsed, configure_sqlite), ConnectionLimiter(READ_CONNECTIONS))
    engine = create_async_engine(
        parsed,
        pool_size=KEPT_CONNECTIONS,
        max_overflow=MORE_CONNECTIONS,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": CONNECT_SECONDS},
    )
    limiter = ConnectionLimiter(KEPT_CONNECTIONS + MORE_CONNECTIONS, unit_seconds=unit_seconds)
    pre_ping_idle_connections(engine)
    # Reads run in autocommit mode, in which a read takes one round trip; only writes need transactions.
    transacting = engine.execution_options(isolation_level="READ COMMITTED")
    return Database(engine, PostgresWriter(transacting, limiter), limiter)


def _write_nothing(connection: Connection) -> None:
    """Make the database write without changing data, since only a write reveals a full disk."""
    if connection.dialect.name == "sqlite":
        version = connection.exec_driver_sql("PRAGMA user_version").scalar()
        connection.exec_driver_sql(f"PRAGMA user_version = {version}")
    else:
        connection.exec_driver_sql("SELECT pg_current_xact_id()")


def _keep_private(file: str | None) -> None:
    """Make the database file readable by this user alone; SQLite's journals inherit its mode."""
    if file and file != ":memory:" and Path(file).parent.is_dir():
        with suppress(OSError):  # SQLite will report the error when it opens the file.
            os.close(os.open(file, os.O_CREAT, 0o600))


def configure_sqlite(connection: Any, _record: Any) -> None:
    """Set SQLite to durable writes, concurrent readers and enforced foreign keys."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.close()
