"""The way of every write: a unit of work goes in, and is acknowledged once its transaction is durable."""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from tutor_server.storage.failures import lost_against_another

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncEngine

    from tutor_server.storage.turns import Turns

T = TypeVar("T")
Unit = "Callable[[Connection], T]"

GROUP_SIZE = 256
"""Units that share one transaction at the most, so that one slow group cannot hold up a later one for long."""
ATTEMPTS = 3
"""How often PostgreSQL may undo a transaction for the sake of another before its caller is told."""


class Writer(Protocol):
    """Commits units of work. A unit that was handed over runs to its end even when its caller is cancelled.

    A unit whose transaction was undone may be run again, so it changes nothing but the database.
    """

    async def commit(self, unit: Callable[[Connection], T]) -> T:
        """Run the unit in a transaction; return its value after the commit, or raise what it raised."""
        ...

    async def close(self) -> None:
        """Finish what was handed over."""
        ...


class _Pending(NamedTuple):
    unit: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class _Outcome(NamedTuple):
    value: Any = None
    error: Exception | None = None


class SqliteWriter:
    """One thread, one connection, group commit: units that wait together share one durable transaction.

    Each unit of a group runs in a savepoint of its own, so that one that raises takes nothing of the others with it.
    """

    def __init__(self, url: URL, on_connect: Callable[[Any, Any], None]) -> None:
        self._engine = create_engine(
            url.set(drivername="sqlite"),
            isolation_level="AUTOCOMMIT",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
        )
        event.listen(self._engine, "connect", on_connect)
        self._queue: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def commit(self, unit: Callable[[Connection], T]) -> T:
        """Hand the unit to the writer thread and wait for the commit of its group."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Pending(unit, future, loop))
        return await future

    async def close(self) -> None:
        """Let the thread finish its queue, then close the connection."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(thread.join)
        self._engine.dispose()

    def _run(self) -> None:
        closing = False
        while not closing:
            group: list[_Pending] = []
            item = self._queue.get()
            while True:
                if item is None:
                    closing = True
                    break
                group.append(item)
                if len(group) == GROUP_SIZE:
                    break
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
            if group:
                self._deliver(group, self._commit_group([pending.unit for pending in group]))

    def _commit_group(self, units: list[Callable[[Connection], Any]]) -> list[_Outcome]:
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    outcomes = [_run_in_savepoint(connection, unit) for unit in units]
                    connection.exec_driver_sql("COMMIT")
                except BaseException:
                    connection.exec_driver_sql("ROLLBACK")
                    raise
                return outcomes
        except Exception as error:  # noqa: BLE001 - whatever it is, each waiting caller is told
            return [_Outcome(error=error) for _ in units]

    @staticmethod
    def _deliver(group: list[_Pending], outcomes: list[_Outcome]) -> None:
        def settle() -> None:
            for pending, outcome in zip(group, outcomes, strict=True):
                if pending.future.done():  # its caller was cancelled
                    continue
                if outcome.error is not None:
                    pending.future.set_exception(outcome.error)
                else:
                    pending.future.set_result(outcome.value)

        group[0].loop.call_soon_threadsafe(settle)


def _run_in_savepoint(connection: Connection, unit: Callable[[Connection], Any]) -> _Outcome:
    connection.exec_driver_sql("SAVEPOINT unit")
    try:
        outcome = _Outcome(unit(connection))
    except Exception as error:  # noqa: BLE001 - handed to the unit's caller
        connection.exec_driver_sql("ROLLBACK TO unit")
        outcome = _Outcome(error=error)
    connection.exec_driver_sql("RELEASE unit")
    return outcome


class PostgresWriter:
    """A transaction a unit, on pooled connections; PostgreSQL itself commits groups."""

    def __init__(self, engine: AsyncEngine, turns: Turns) -> None:
        self._engine = engine
        self._turns = turns
        self._running: set[asyncio.Task[Any]] = set()

    async def commit(self, unit: Callable[[Connection], T]) -> T:
        """Run the unit in a task of its own, so that a caller's cancel does not tear its transaction."""
        task = asyncio.create_task(self._transact(unit))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for the units under way."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _transact(self, unit: Callable[[Connection], T]) -> T:
        async with self._turns.turn():
            for _ in range(ATTEMPTS - 1):
                try:
                    return await self._attempt(unit)
                except DBAPIError as error:
                    if not lost_against_another(error):
                        raise
            return await self._attempt(unit)

    async def _attempt(self, unit: Callable[[Connection], T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(unit)
