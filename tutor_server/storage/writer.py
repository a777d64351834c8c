"""The way of every write: a unit of work goes in, and is acknowledged once its transaction is durable."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from tutor_server.storage.deferred import deferring, write_deferred_first
from tutor_server.storage.failures import is_unavailability, lost_against_another

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncEngine

    from tutor_server.storage.turns import Turns

T = TypeVar("T")

GROUP_SIZE = 256
"""Units that share one transaction at the most, so that one slow group cannot hold up a later one for long."""
POSTGRES_GROUP_SIZE = 64
"""Likewise where each statement is a trip to another process."""
ATTEMPTS = 3
"""How often PostgreSQL may undo a transaction for the sake of another before its caller is told."""
ABANDONED_SECONDS = 10.0
"""How long a process may hold the others up without a statement: one that stands still, or whose machine is gone."""
_ONE_BY_ONE = text(
    "SELECT set_config('idle_in_transaction_session_timeout', :abandoned, true),"
    " pg_advisory_xact_lock(hashtext('ask-tutor writes'))"
)


class Writer(Protocol):
    """Commits units of work. A unit that was handed over runs to its end even when its caller is cancelled.

    Units that wait together share a transaction: they run in one go, and what they have deferred is written at its
    end, together. Where one raises all run once more, each with what it defers in a savepoint. So a unit may be run
    again, and changes nothing but the database.
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
    """Group commit in one thread, on one connection."""

    def __init__(self, url: URL, on_connect: Callable[[Any, Any], None]) -> None:
        self._engine = create_engine(
            url.set(drivername="sqlite"),
            isolation_level="AUTOCOMMIT",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
        )
        event.listen(self._engine, "connect", on_connect)
        event.listen(self._engine, "before_cursor_execute", write_deferred_first)
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
                outcomes = self._commit_group([pending.unit for pending in group])
                group[0].loop.call_soon_threadsafe(_tell, group, outcomes)

    def _commit_group(self, units: list[Callable[[Connection], Any]]) -> list[_Outcome]:
        try:
            try:
                return self._transact(lambda connection: _run_bare(connection, units))
            except Exception as error:
                if len(units) == 1 or is_unavailability(error):
                    raise
            return self._transact(lambda connection: _run_in_savepoints(connection, units))
        except Exception as error:  # noqa: BLE001 - whatever it is, each waiting caller is told
            return [_Outcome(error=error) for _ in units]

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                value = work(connection)
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            return value


def _tell(group: list[_Pending], outcomes: list[_Outcome]) -> None:
    """Give each caller of a group what became of its unit, in the callers' own thread."""
    for pending, outcome in zip(group, outcomes, strict=True):
        if pending.future.done():  # its caller was cancelled
            continue
        if outcome.error is not None:
            pending.future.set_exception(outcome.error)
        else:
            pending.future.set_result(outcome.value)


def _run_bare(connection: Connection, units: list[Callable[[Connection], Any]]) -> list[_Outcome]:
    """Run the units of a group in one go. Raises what the first to fail raises: then nothing of the group is kept."""
    with deferring(connection):
        return [_Outcome(unit(connection)) for unit in units]


def _run_in_savepoints(connection: Connection, units: list[Callable[[Connection], Any]]) -> list[_Outcome]:
    """Run each unit in a savepoint, so that one that raises takes nothing of the others with it.

    Raises where one lost against another transaction: then all are run again.
    """
    outcomes = []
    for unit in units:
        connection.exec_driver_sql("SAVEPOINT unit")
        try:
            with deferring(connection):
                outcome = _Outcome(unit(connection))
        except Exception as error:
            if isinstance(error, DBAPIError) and lost_against_another(error):
                raise
            connection.exec_driver_sql("ROLLBACK TO unit")
            outcome = _Outcome(error=error)
        connection.exec_driver_sql("RELEASE unit")
        outcomes.append(outcome)
    return outcomes


class PostgresWriter:
    """Group commit on one connection at a time, of all processes that write to the database.

    Every ask changes the same few sums. A transaction a unit would hold their rows until it is on the disk, so that the
    units of all processes went from one write of the disk to the next; and two groups that each hold a row of the other
    could only wait for PostgreSQL to undo one. An advisory lock lets them pass one by one, with what waits meanwhile
    sharing the next transaction.
    """

    def __init__(self, engine: AsyncEngine, turns: Turns) -> None:
        self._engine = engine
        event.listen(engine.sync_engine, "before_cursor_execute", write_deferred_first)
        self._turns = turns
        self._waiting: deque[_Pending] = deque()
        self._committing: asyncio.Task[None] | None = None

    async def commit(self, unit: Callable[[Connection], T]) -> T:
        """Hand the unit over and wait for the commit of its group."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append(_Pending(unit, future, loop))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_what_waits())
        return await future

    async def close(self) -> None:
        """Wait for the units under way."""
        if self._committing is not None:
            await asyncio.wait({self._committing})  # which, unlike awaiting it, does not cancel it with the caller

    async def _commit_what_waits(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(POSTGRES_GROUP_SIZE, len(self._waiting)))]
            _tell(group, await self._commit_group([pending.unit for pending in group]))
        self._committing = None

    async def _commit_group(self, units: list[Callable[[Connection], Any]]) -> list[_Outcome]:
        try:
            try:
                return await self._transact(lambda connection: _run_bare(connection, units))
            except Exception as error:
                if len(units) == 1 or is_unavailability(error):
                    raise
            return await self._transact(lambda connection: _run_in_savepoints(connection, units))
        except Exception as error:  # noqa: BLE001 - whatever it is, each waiting caller is told
            return [_Outcome(error=error) for _ in units]

    async def _transact(self, work: Callable[[Connection], T]) -> T:
        async with self._turns.turn():
            for _ in range(ATTEMPTS - 1):
                try:
                    return await self._attempt(work)
                except DBAPIError as error:
                    if not lost_against_another(error):
                        raise
            return await self._attempt(work)

    async def _attempt(self, work: Callable[[Connection], T]) -> T:
        async with self._engine.begin() as connection:
            await connection.execute(_ONE_BY_ONE, {"abandoned": str(round(ABANDONED_SECONDS * 1000))})
            return await connection.run_sync(work)
