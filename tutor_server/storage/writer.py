"""The way of every write: a unit of work goes in, and is acknowledged once its transaction is durable."""

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
    """Commits units of work. A unit that was handed over runs to its end even when its caller is cancelled.

    Units that wait together are a group, which shares a transaction: they run in one go, and what they have deferred is
    written together at its end. Where one raises all run once more, each with what it defers in a savepoint. So a unit
    may be run again, and changes nothing but the database.
    """

    def __init__(self, group_size: int) -> None:
        self._group_size = group_size
        self._waiting: deque[_Pending] = deque()
        self._idle = asyncio.Event()
        self._idle.set()

    async def commit(self, unit: Callable[[Connection], T]) -> T:
        """Run the unit in a transaction; return its value after the commit, or raise what it raised."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._waiting.append(_Pending(unit, future))
        if self._idle.is_set():
            self._idle.clear()
            loop.call_soon(self._begin_next)
        return await future

    async def close(self) -> None:
        """Finish what was handed over."""
        await self._idle.wait()

    def _begin_next(self) -> None:
        group = [self._waiting.popleft() for _ in range(min(self._group_size, len(self._waiting)))]
        if group:
            self._begin(group)
        else:
            self._idle.set()

    @abstractmethod
    def _begin(self, group: list[_Pending]) -> None:
        """Start to commit a group; `_end` is to be called when that is over."""

    def _end(self, group: list[_Pending], outcomes: list[_Outcome]) -> None:
        """Tell each caller of a group what became of its unit, and go on to the next."""
        for pending, outcome in zip(group, outcomes, strict=True):
            if pending.future.done():  # its caller was cancelled
                continue
            if outcome.error is not None:
                pending.future.set_exception(outcome.error)
            else:
                pending.future.set_result(outcome.value)
        # Behind the callers, who may have more to hand over: else two halves of them would take turns for ever.
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
        """Finish what was handed over, then end the thread and close the connection."""
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
            del commit  # and with it what its units know, for as long as nothing is to be written

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


class PostgresWriter(Writer):
    """Group commit on one connection at a time, of all processes that write to the database.

    Every ask changes the same few sums. A transaction a unit would hold their rows until it is on the disk, so that the
    units of all processes went from one write of the disk to the next; and two groups that each hold a row of the other
    could only wait for PostgreSQL to undo one. An advisory lock lets them pass one by one, with what waits meanwhile
    sharing the next transaction.
    """

    def __init__(self, engine: AsyncEngine, turns: Turns) -> None:
        super().__init__(POSTGRES_GROUP_SIZE)
        self._engine = engine
        event.listen(engine.sync_engine, "before_cursor_execute", write_deferred_first)
        self._turns = turns
        self._committing: asyncio.Task[None] | None = None

    def _begin(self, group: list[_Pending]) -> None:
        self._committing = asyncio.create_task(self._commit(group))

    async def _commit(self, group: list[_Pending]) -> None:
        try:
            self._end(group, await self._commit_group([pending.unit for pending in group]))
        except asyncio.CancelledError:  # as the event loop ends: nobody is to wait for the others
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
        return await greenlet_spawn(self._run_alone, work)

    def _run_alone(self, work: Callable[[Connection], T]) -> T:
        """Run a group in a transaction that none of another process overlaps."""
        with self._engine.sync_engine.begin() as connection:
            _ONE_BY_ONE.execute(connection, {"abandoned": str(round(ABANDONED_SECONDS * 1000))})
            return work(connection)
