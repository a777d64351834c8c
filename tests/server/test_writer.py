"""The database writer on SQLite and PostgreSQL: write batching, isolation of failures, cancellation and outages."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import threading
from contextlib import closing, suppress
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import await_only

from tutor_server.errors import DatabaseUnavailable, NotFound
from tutor_server.storage import writer
from tutor_server.storage.database import Database, open_database
from tutor_server.storage.writer import POSTGRES_GROUP_SIZE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from testing.servers import PostgresServer


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the path of the database's file."""
    return tmp_path / "writer.sqlite3"


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    """Return a database with one table."""
    opened = open_database(f"sqlite+aiosqlite:///{file}")
    await opened.commit(lambda connection: connection.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY)")))
    yield opened
    await opened.close()


def note(number: int) -> Callable[[Connection], int]:
    """Return a unit of work that inserts one row and returns the row's number."""

    def unit(connection: Connection) -> int:
        connection.execute(text("INSERT INTO notes VALUES (:id)"), {"id": number})
        return number

    return unit


def stored(file: Path) -> list[int]:
    """Return the committed rows, as another process would read them."""
    with closing(sqlite3.connect(file)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM notes ORDER BY id")]


class HeldWriter:
    """A context that keeps the writer busy, so that units which are committed meanwhile form one group."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._busy = threading.Event()
        self._release = threading.Event()

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._database.commit(self._hold))
        await asyncio.to_thread(self._busy.wait)

    async def __aexit__(self, *_: object) -> None:
        self._release.set()
        await self._task

    def _hold(self, _connection: Connection) -> None:
        self._busy.set()
        self._release.wait()


async def test_a_unit_gives_its_value_once_it_is_durable(database: Database, file: Path) -> None:
    """When `commit` returns, another process can read the written row."""
    assert await database.commit(note(7)) == 7
    assert stored(file) == [7]


async def test_many_units_share_a_transaction(database: Database, file: Path) -> None:
    """A hundred units that wait at the same time are committed in two transactions."""
    commits: list[str] = []
    engine = database._writer._engine  # type: ignore[attr-defined] # the writer is SQLite's

    @event.listens_for(engine, "before_cursor_execute")
    def note_commit(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement == "COMMIT":
            commits.append(statement)

    async with HeldWriter(database):
        units = [asyncio.create_task(database.commit(note(number))) for number in range(100)]
        await asyncio.sleep(0)
    values = await asyncio.gather(*units)

    assert values == list(range(100))
    assert stored(file) == values
    assert len(commits) == 2


async def test_callers_that_were_told_join_the_next_group(postgres: Database) -> None:
    """Callers that commit again at once join the next group, together with the units that were waiting."""
    commits: list[Connection] = []
    event.listen(postgres.engine.sync_engine, "commit", commits.append)

    async def write_on(first: int) -> None:
        for number in range(first, first + 5):
            await postgres.commit(note(number))

    ahead = asyncio.create_task(write_on(0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.gather(ahead, *(write_on(10 * number) for number in range(1, 10)))

    assert len(commits) == 6


async def test_a_failing_unit_takes_nothing_of_the_others(database: Database, file: Path) -> None:
    """If one unit of a group raises, only that unit's writes are undone."""

    def fails_half_way(connection: Connection) -> None:
        note(100)(connection)
        raise NotFound

    async with HeldWriter(database):
        units = [
            asyncio.create_task(database.commit(unit)) for unit in (note(1), fails_half_way, note(2), note(1), note(3))
        ]
        await asyncio.sleep(0)
    outcomes = await asyncio.gather(*units, return_exceptions=True)

    assert [outcomes[0], outcomes[2], outcomes[4]] == [1, 2, 3]
    assert isinstance(outcomes[1], NotFound)
    assert isinstance(outcomes[3], IntegrityError)
    assert stored(file) == [1, 2, 3]


async def test_a_unit_runs_to_its_end_without_its_caller(database: Database, file: Path) -> None:
    """If a caller is cancelled, its unit and the other units of the group are still committed."""
    async with HeldWriter(database):
        left = asyncio.create_task(database.commit(note(1)))
        stayed = asyncio.create_task(database.commit(note(2)))
        await asyncio.sleep(0)
        left.cancel()
        with suppress(asyncio.CancelledError):
            await left

    assert await stayed == 2
    assert stored(file) == [1, 2]


async def test_closing_finishes_what_was_handed_over(database: Database, file: Path) -> None:
    """Closing the database first commits all units that were handed over."""
    units = [asyncio.create_task(database.commit(note(number))) for number in range(50)]
    await asyncio.sleep(0)

    await database.close()

    assert await asyncio.gather(*units) == list(range(50))
    assert stored(file) == list(range(50))


@pytest.fixture
async def postgres(postgres_server: PostgresServer) -> AsyncIterator[Database]:
    """Yield a PostgreSQL database with one table."""
    opened = open_database(postgres_server.empty_database())
    await opened.commit(lambda connection: connection.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY)")))
    yield opened
    await opened.close()


def note_numbers(connection: Connection) -> list[int]:
    """Return the numbers in the table's rows."""
    return list(connection.execute(text("SELECT id FROM notes ORDER BY id")).scalars())


async def test_many_units_share_a_transaction_of_postgresql(postgres: Database) -> None:
    """On PostgreSQL, units that wait together share one transaction, up to the group size."""
    commits: list[Connection] = []
    event.listen(postgres.engine.sync_engine, "commit", commits.append)

    values = await asyncio.gather(*(postgres.commit(note(number)) for number in range(2 * POSTGRES_GROUP_SIZE)))

    assert len(commits) == 2
    assert values == await postgres.read(note_numbers) == list(range(2 * POSTGRES_GROUP_SIZE))


async def test_a_failing_unit_of_postgresql_takes_nothing_of_the_others(postgres: Database) -> None:
    """On PostgreSQL, if one unit of a group raises, only its own writes are undone, and the others are kept once."""

    def fails_half_way(connection: Connection) -> None:
        note(100)(connection)
        raise NotFound

    units = (note(1), fails_half_way, note(2), note(1), note(3))
    outcomes = await asyncio.gather(*(postgres.commit(unit) for unit in units), return_exceptions=True)

    assert [outcomes[0], outcomes[2], outcomes[4]] == [1, 2, 3]
    assert isinstance(outcomes[1], NotFound)
    assert isinstance(outcomes[3], IntegrityError)
    assert await postgres.read(note_numbers) == [1, 2, 3]


async def test_a_unit_of_postgresql_runs_to_its_end_without_its_caller(postgres: Database) -> None:
    """On PostgreSQL, a unit is committed even if its caller is cancelled, and closing waits for all units."""
    left = asyncio.create_task(postgres.commit(note(1)))
    stayed = asyncio.create_task(postgres.commit(note(2)))
    await asyncio.sleep(0)
    left.cancel()

    await postgres._writer.close()

    assert await stayed == 2
    assert await postgres.read(note_numbers) == [1, 2]


async def test_closing_goes_on_where_its_caller_is_cancelled(postgres: Database) -> None:
    """A unit that was handed over is committed even if the caller of `close` is cancelled."""
    unit = asyncio.create_task(postgres.commit(note(1)))
    await asyncio.sleep(0)
    closing = asyncio.create_task(postgres._writer.close())
    await asyncio.sleep(0)
    closing.cancel()

    async with asyncio.timeout(10):
        assert await unit == 1
        assert await postgres.commit(note(2)) == 2


async def test_a_unit_that_loses_against_another_transaction_is_run_again(postgres: Database) -> None:
    """A unit that PostgreSQL aborts in a deadlock is run again, even if another unit of the group has raised."""
    lost: list[int] = []

    def loses_at_first(connection: Connection) -> int:
        if len(lost) < 2:
            lost.append(1)
            connection.exec_driver_sql("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")
        return note(1)(connection)

    def fails(_connection: Connection) -> None:
        if lost:
            raise NotFound

    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(
            *(postgres.commit(unit) for unit in (fails, loses_at_first)), return_exceptions=True
        )

    assert isinstance(outcomes[0], NotFound)
    assert outcomes[1] == 1


async def test_a_process_that_stands_still_holds_up_nobody(
    postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends the transaction of a process that stalls, so that others can commit."""
    monkeypatch.setattr(writer, "ABANDONED_SECONDS", 0.05)
    url = postgres_server.empty_database()
    stands_still, goes_on = (open_database(url) for _ in range(2))
    has_begun, ends = asyncio.Event(), asyncio.Event()

    def stand_still(connection: Connection) -> None:
        has_begun.set()
        await_only(ends.wait())
        connection.execute(text("SELECT 1"))

    standing = asyncio.create_task(stands_still.commit(stand_still))
    await has_begun.wait()
    monkeypatch.undo()  # Restore the time limit: a delay of the machine could otherwise end the other transaction, too.
    async with asyncio.timeout(5):
        await goes_on.commit(lambda connection: connection.execute(text("CREATE TABLE notes (id INTEGER)")))
    ends.set()

    with pytest.raises(DatabaseUnavailable):
        await standing
    await stands_still.close()
    await goes_on.close()


async def test_groups_of_two_processes_take_turns(postgres_server: PostgresServer) -> None:
    """The groups of two processes run one after the other, since mixed statements could deadlock."""
    url = postgres_server.empty_database()
    databases = [open_database(url) for _ in range(2)]
    create = "CREATE TABLE notes (id INTEGER PRIMARY KEY)"
    await databases[0].commit(lambda connection: connection.execute(text(create)))
    await databases[1].commit(note(0))  # Both databases are connected now.
    writers: list[Database] = []
    for database in databases:

        @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
        def note_writer(
            _connection: Connection, _cursor: object, statement: str, *_: object, by: Database = database
        ) -> None:
            if statement.startswith("INSERT"):
                writers.append(by)

    await asyncio.gather(*(databases[number % 2].commit(note(number)) for number in range(1, 61)))
    for database in databases:
        await database.close()

    assert len([writer for writer, _ in groupby(writers)]) == len(databases)
    assert len(writers) == 60


async def test_a_database_that_is_away_is_said_so(tmp_path: Path) -> None:
    """If the database is down, reads and writes raise `DatabaseUnavailable`; they work again once it is back."""
    folder = tmp_path / "later"
    opened = open_database(f"sqlite+aiosqlite:///{folder}/writer.sqlite3")
    with pytest.raises(DatabaseUnavailable):
        await opened.commit(note(1))
    with pytest.raises(DatabaseUnavailable):
        await opened.read(note(1))
    assert await opened.is_connected() is False

    folder.mkdir()
    assert await opened.is_connected() is True
    await opened.commit(lambda connection: connection.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY)")))
    assert await opened.commit(note(1)) == 1
    await opened.close()


async def test_a_connection_that_cannot_be_opened_leaves_no_thread(tmp_path: Path) -> None:
    """If connecting fails, no thread is left that would use the closed event loop."""
    opened = open_database(f"sqlite+aiosqlite:///{tmp_path}/nowhere/tutor.sqlite3")
    before = set(threading.enumerate())

    assert await opened.is_connected() is False

    left = set(threading.enumerate()) - before
    assert [thread.name for thread in left if "connection_worker" in thread.name] == []
    await opened.close()


async def test_readers_do_not_wait_for_the_writer(database: Database) -> None:
    """While a write transaction is open, readers see the last committed state."""
    await database.commit(note(1))

    async with HeldWriter(database), asyncio.timeout(5):
        count = await database.read(lambda connection: connection.scalar(text("SELECT count(*) FROM notes")))

    assert count == 1


def test_the_file_is_for_its_owner_alone(database: Database, file: Path) -> None:
    """Only the owner can read the database's files, whatever the permissions of their folder."""
    assert {path.name: path.stat().st_mode & 0o777 for path in file.parent.glob(f"{file.name}*")} == dict.fromkeys(
        (path.name for path in file.parent.glob(f"{file.name}*")), 0o600
    )


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 8, 13, 21, 34])
async def test_a_read_whose_caller_is_cancelled_leaves_no_connection_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """A read that is cancelled at any point leaves no open connection when the database is closed."""
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def noting_connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **options))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", noting_connect)
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'tutor.sqlite3'}")
    read = asyncio.create_task(database.read(lambda connection: connection.execute(text("SELECT 1"))))
    for _ in range(steps):
        await asyncio.sleep(0)

    read.cancel()
    await asyncio.wait({read})
    await database.close()

    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
            _ = connection.total_changes


async def test_a_read_that_fails_without_its_caller_is_no_error_of_ours(database: Database) -> None:
    """If a read's caller was cancelled, a failure of the read is not logged."""
    logged: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: logged.append(context))

    def fails(_connection: Connection) -> None:
        raise NotFound

    read = asyncio.create_task(database.read(fails))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    read.cancel()
    await asyncio.wait({read})
    await asyncio.wait(database._reading)
    del read  # The exception is freed, and would be logged, when the task is deleted.
    gc.collect()

    assert logged == []
