"""The writer: every write passes through it, and is acknowledged once its transaction is durable."""

from __future__ import annotations

import asyncio
import queue
import threading
from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import String, bindparam, create_engine, event, func, select, true
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlalchemy.util import greenlet_spawn

from tutor_server.storage.deferred import deferring, write_deferred_first
from tutor_server.storage.failures import is_unavailability, lost_against_another
from tutor_server.storage.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncEngine

    from tutor_server.storage.connection_limiter import ConnectionLimiter

T = TypeVar("T")

GROUP_SIZE = 256
"""The maximum number of units in a transaction, so that one slow group cannot delay a later one for long."""
POSTGRES_GROUP_SIZE = 64
"""The maximum number of units in a transaction on PostgreSQL, where each statement takes a round trip."""
ATTEMPTS = 3
"""The number of times that a transaction is tried if conflicts undo it. Then its caller gets the error."""
ABANDONED_SECONDS = 10.0
"""Seconds after which PostgreSQL ends a transaction that holds the lock but executes nothing: its process may hang."""
_ONE_BY_ONE = Statement(
    lambda _: select(
        func.set_config("idle_in_transaction_session_timeout", bindparam("abandoned", type_=String()), true()),
        func.pg_advisory_xact_lock(func.hashtext("ask-tutor writes")),
    )
)


class _Pending(NamedTuple):
    unit: Callable[[Connection], Any]
    future: asyncio.Future[Any]


class _Outcome(NamedTuple):
    value: Any = None
    error: Exception | None = None


class Writer(ABC):
    """Commits units of work. A submitted unit runs to its end even if its caller is cancelled.

    Units that wait at the same time form a group, which shares a transaction: they run one after another, and their
    deferred writes are executed together at its end. If a unit raises, all run once more, each with its deferred writes
    in a savepoint. So a unit may run twice, and must change nothing but the database.
    """

    def __init__(self, group_size: int) -> None:
        self._group_size = group_size
        self._waiting: deque[_Pending] = deque()
        self._idle = asyncio.Event()
        self._idle.set()

    async def commit(self, unit: Callable[[Connection], T]) -> T:
        """Run the unit in a transaction. Return its value after the commit, or raise the unit's exception."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append(_Pending(unit, future))
        if self._idle.is_set():
            self._idle.clear()
            loop.call_soon(self._begin_next)
        return await future

    async def close(self) -> None:
        """Finish the units that were handed over."""
        await self._idle.wait()

    def _begin_next(self) -> None:
        group = [self._waiting.popleft() for _ in range(min(self._group_size, len(self._waiting)))]
        if group:
            self._begin(group)
        else:
            self._idle.set()

    @abstractmethod
    def _begin(self, group: list[_Pending]) -> None:
        """Start to commit a group; `_end` must be called when the commit is over."""

    def _end(self, group: list[_Pending], outcomes: list[_Outcome]) -> None:
        """Set the result of each unit of a group, and go on to the next group."""
        for pending, outcome in zip(group, outcomes, strict=True):
            if pending.future.done():  # The caller was cancelled.
                continue
            if outcome.error is not None:
                pending.future.set_exception(outcome.error)
            else:
                pending.future.set_result(outcome.value)
        # Begin after the callers' continuations have run, so that their next writes join this group.
        asyncio.get_running_loop().call_soon(self._begin_next)


class SqliteWriter(Writer):
    """Group commit in one thread, on one connection."""

    def __init__(self, url: URL, on_connect: Callable[[Any, Any], None]) -> None:
        super().__init__(GROUP_SIZE)
        self._engine = create_engine(
            url.set(drivername="sqlite"),
            isolation_level="AUTOCOMMIT",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
        )
        event.listen(self._engine, "connect", on_connect)
        event.listen(self._engine, "before_cursor_execute", write_deferred_first)
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def close(self) -> None:
        """Finish the units that were handed over, then end the thread and close the connection."""
        await super().close()
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            await asyncio.to_thread(thread.join)
        self._engine.dispose()

    def _begin(self, group: list[_Pending]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()

        def commit() -> None:
            outcomes = self._commit_group([pending.unit for pending in group])
            loop.call_soon_threadsafe(self._end, group, outcomes)

        self._queue.put(commit)

    def _run(self) -> None:
        while (commit := self._queue.get()) is not None:
            commit()
            del commit  # Drop the references to the group's units before the thread waits again.

    def _commit_group(self, units: list[Callable[[Connection], Any]]) -> list[_Outcome]:
        try:
            try:
                return self._transact(lambda connection: _run_bare(connection, units))
            except Exception as error:
                if len(units) == 1 or is_unavailability(error):
                    raise
            return self._transact(lambda connection: _run_in_savepoints(connection, units))
        except Exception as error:  # noqa: BLE001 - every waiting caller must get the error
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


def _run_bare(connection: Connection, units: list[Callable[[Connection], Any]]) -> list[_Outcome]:
    """Run the units of a group one after another. Raise the first unit's exception; then nothing is stored."""
    with deferring(connection):
        return [_Outcome(unit(connection)) for unit in units]


def _run_in_savepoints(connection: Connection, units: list[Callable[[Connection], Any]]) -> list[_Outcome]:
    """Run each unit in a savepoint, so that a unit that raises undoes only its own writes.

    Raise if a unit conflicts with another transaction: then all units run again.
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


class PostgresWriter(Writer):
    """Group commit on one connection, with one transaction at a time across all processes that write to the database.

    Every ask changes the same few sums. If each unit had a transaction of its own, it would lock the rows of these sums
    until the disk had written it. Then units of all processes would wait for one disk write after another. Two groups
    that each waited for a row of the other would deadlock until PostgreSQL undid one of them. An advisory lock lets
    one group commit at a time; units that arrive during the commit share the next transaction.
    """

    def __init__(self, engine: AsyncEngine, limiter: ConnectionLimiter) -> None:
        super().__init__(POSTGRES_GROUP_SIZE)
        self._engine = engine
        event.listen(engine.sync_engine, "before_cursor_execute", write_deferred_first)
        self._limiter = limiter
        self._committing: asyncio.Task[None] | None = None

    def _begin(self, group: list[_Pending]) -> None:
        self._committing = asyncio.create_task(self._commit(group))

    async def _commit(self, group: list[_Pending]) -> None:
        try:
            self._end(group, await self._commit_group([pending.unit for pending in group]))
        except asyncio.CancelledError:  # The event loop is closing; no caller may be left waiting.
            self._idle.set()
            raise

    async def _commit_group(self, units: list[Callable[[Connection], Any]]) -> list[_Outcome]:
        try:
            try:
                return await self._transact(lambda connection: _run_bare(connection, units))
            except Exception as error:
                if len(units) == 1 or is_unavailability(error):
                    raise
            return await self._transact(lambda connection: _run_in_savepoints(connection, units))
        except Exception as error:  # noqa: BLE001 - every waiting caller must get the error
            return [_Outcome(error=error) for _ in units]

    async def _transact(self, work: Callable[[Connection], T]) -> T:
        async with self._limiter.slot():
            for _ in range(ATTEMPTS - 1):
                try:
                    return await self._attempt(work)
                except DBAPIError as error:
                    if not lost_against_another(error):
                        raise
            return await self._attempt(work)

    async def _attempt(self, work: Callable[[Connection], T]) -> T:
        return await greenlet_spawn(self._run_alone, work)

    def _run_alone(self, work: Callable[[Connection], T]) -> T:
        """Run a group in a transaction that holds the advisory lock, so that no other process's group overlaps it."""
        with self._engine.sync_engine.begin() as connection:
            _ONE_BY_ONE.execute(connection, {"abandoned": str(round(ABANDONED_SECONDS * 1000))})
            return work(connection)
