"""Deferred writes: a group of units writes them together before its commit, with the same result as separate writes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from benchmarks.filled_database import Size, fill, session_id
from tutor_server.errors import BudgetReached, NotFound
from tutor_server.storage.asks import SAY
from tutor_server.storage.database import open_database
from tutor_server.storage.deferred import defer
from tutor_server.storage.figures import count_refusals, refusals_by_limit, refusals_of_all_time
from tutor_server.storage.migrations import upgrade
from tutor_server.storage.models import ChatMessage, User
from tutor_server.storage.spending import Budgets, Spent, change_spending, commit_spending, spent_on
from tutor_server.storage.statement import Query, Statement

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from testing.servers import PostgresServer
    from tutor_server.storage.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = NOON.date()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Yield a database of each kind in turn, with two students and their conversations."""
    if request.param == "sqlite":
        opened = open_database(f"sqlite+aiosqlite:///{tmp_path / 'tutor.sqlite3'}")
    else:
        opened = open_database(request.getfixturevalue("postgres_server").database())
    await fill(opened, Size(students=2, messages=0, calls=0))
    yield opened
    await opened.close()


def say(number: int, *, session: UUID | None = None) -> Callable[[Connection], int]:
    """Return a unit of work that defers a message and adds 1 to a sum, and that returns the message's number."""

    def unit(connection: Connection) -> int:
        message = {"id": uuid4(), "session_id": session or session_id(0), "role": "user", "content": str(number)}
        defer(connection, SAY, message | {"code": None, "hint_level": 1, "created_at": NOON})
        count_refusals(connection, TODAY, {"daily_messages": 1})
        return number

    return unit


async def commit_together(database: Database, units: Sequence[Callable[[Connection], Any]]) -> list[Any]:
    """Commit units of work as one group; return their results or exceptions."""
    return await asyncio.gather(*(database.commit(unit) for unit in units), return_exceptions=True)


def contents(connection: Connection) -> list[int]:
    """Return the messages' contents."""
    return sorted(int(content) for content in connection.scalars(select(ChatMessage.content)))


async def test_a_group_writes_once_what_its_units_defer(database: Database) -> None:
    """A group executes one INSERT for all its messages, and one UPDATE for all additions to a sum."""
    inserts: list[str] = []
    engine = database._writer._engine  # type: ignore[attr-defined] # both kinds of writer have an engine

    @event.listens_for(getattr(engine, "sync_engine", engine), "before_cursor_execute")
    def note(_connection: object, _cursor: object, words: str, *_: object) -> None:
        if words.startswith("INSERT"):
            inserts.append(words)

    values = await commit_together(database, [say(number) for number in range(20)])

    assert values == await database.read(contents) == list(range(20))
    assert await database.read(refusals_of_all_time) == {"daily_messages": 20}
    assert [words.split()[2] for words in inserts] == ["chat_messages", "refusals"]


async def test_a_unit_that_raises_takes_what_it_deferred_with_it(database: Database) -> None:
    """If a unit raises, its deferred writes are dropped, and those of the other units are written once."""

    def fails(connection: Connection) -> None:
        say(100)(connection)
        raise NotFound

    values = await commit_together(database, [say(1), fails, say(2)])

    assert isinstance(values[1], NotFound)
    assert await database.read(contents) == [1, 2]
    assert await database.read(refusals_of_all_time) == {"daily_messages": 2}


async def test_what_cannot_be_written_in_the_end_fails_its_unit_alone(database: Database) -> None:
    """If a deferred write fails, for example into a missing conversation, only its own unit fails."""
    values = await commit_together(database, [say(1), say(100, session=uuid4()), say(2)])

    assert [values[0], values[2]] == [1, 2]
    assert isinstance(values[1], IntegrityError)
    assert await database.read(contents) == [1, 2]
    assert await database.read(refusals_of_all_time) == {"daily_messages": 2}


async def test_an_error_that_another_unit_catches_is_not_lost(database: Database) -> None:
    """If a unit suppresses the error of an earlier unit's deferred write, the earlier unit still fails."""

    def goes_on(connection: Connection) -> int:
        with suppress(DBAPIError):
            connection.execute(select(1))
        return 7

    values = await commit_together(database, [say(100, session=uuid4()), goes_on, say(1)])

    assert isinstance(values[0], IntegrityError)
    assert values[1:] == [7, 1]
    assert await database.read(contents) == [1]


async def test_what_sqlalchemy_executes_sees_what_was_deferred(database: Database) -> None:
    """A statement sees the deferred writes of its own unit and of earlier units in the group."""

    def count(connection: Connection) -> int:
        say(3)(connection)
        return connection.scalar(select(func.count()).select_from(ChatMessage)) or 0

    assert await commit_together(database, [say(1), say(2), count, say(4)]) == [1, 2, 3, 4]


async def test_a_budget_is_decided_by_what_units_before_have_added(database: Database) -> None:
    """A budget decision includes the costs and give-backs of earlier units in the group."""

    def hold_back(connection: Connection) -> None:
        commit_spending(connection, TODAY, 50, Budgets(daily=100), NOON)

    def change(nanodollars: int) -> Callable[[Connection], None]:
        return lambda connection: change_spending(connection, TODAY, nanodollars)

    values = await commit_together(database, [change(60), hold_back, change(-20), hold_back, hold_back])

    assert [isinstance(value, BudgetReached) for value in values] == [False, True, False, False, True]
    assert await database.read(lambda connection: spent_on(connection, TODAY)) == Spent(90, 90)


async def test_where_nothing_is_deferred_it_is_written_at_once(database: Database) -> None:
    """On a connection outside of a group, a write is executed at once instead of being deferred."""

    def write(connection: Connection) -> tuple[list[int], dict[str, int]]:
        say(1)(connection)
        return contents(connection), refusals_by_limit(connection, TODAY, TODAY)

    async with database.engine.begin() as connection:
        assert await connection.run_sync(write) == ([1], {"daily_messages": 1})


async def test_a_statement_gives_values_as_they_went_in(database: Database) -> None:
    """Ids and times are read back as they were written, although SQLite stores them as text."""
    read = Query(
        lambda _: select(ChatMessage.id, ChatMessage.code, ChatMessage.created_at).where(ChatMessage.role == "user"),
        lambda *row: row,
    )

    def write_and_read(connection: Connection) -> list[tuple[UUID, str | None, datetime]]:
        values = {"session_id": session_id(0), "content": "", "code": None, "hint_level": 1, "created_at": NOON}
        for number, role in ((1, "user"), (2, "assistant")):
            SAY.execute(connection, values | {"id": UUID(int=number), "role": role})
        return read.all(connection, {})

    assert await database.commit(write_and_read) == [(UUID(int=1), None, NOON)]


async def test_rows_that_are_inserted_together_are_those_that_were_given(database: Database) -> None:
    """Each inserted row has its own values, in order; PostgreSQL executes one statement for all rows."""
    given = [
        {
            "id": UUID(int=number),
            "session_id": session_id(number % 2),
            "role": "user",
            "content": '{"é", NULL}' * number,
            "code": None if number % 2 else "x = 1\n",
            "hint_level": number,
            "created_at": NOON + timedelta(microseconds=number),
        }
        for number in range(3)
    ]
    executions: list[bool] = []

    def write_and_read(connection: Connection) -> list[dict[str, Any]]:
        event.listen(connection, "before_cursor_execute", lambda *heard: executions.append(heard[-1]))
        SAY.execute_many(connection, given)
        rows = connection.execute(select(*ChatMessage.__table__.columns).order_by(ChatMessage.created_at))
        return [dict(row) for row in rows.mappings()]

    assert await database.commit(write_and_read) == given
    assert executions[0] is (database.engine.dialect.name == "sqlite")


async def test_a_text_that_is_too_long_is_refused_and_not_cut(postgres_server: PostgresServer) -> None:
    """A string that exceeds its column is refused; PostgreSQL would truncate it in a cast, SQLite would store it."""
    opened = open_database(postgres_server.database())
    await opened.commit(upgrade)
    long = {"id": uuid4(), "session_id": session_id(0), "role": "x" * 17, "content": "", "code": None}

    with pytest.raises(DBAPIError, match="too long"):
        await opened.commit(
            lambda connection: SAY.execute_many(connection, [long | {"hint_level": 1, "created_at": NOON}])
        )

    await opened.close()


async def test_what_a_driver_refuses_is_an_error_of_sqlalchemy_without_values(database: Database) -> None:
    """A driver's error is raised as SQLAlchemy's, without the values, which may contain a student's text."""
    with pytest.raises(IntegrityError) as refusal:
        await database.commit(say(4711, session=uuid4()))

    assert "4711" not in str(refusal.value)
    assert "chat_messages" in str(refusal.value)


async def test_a_statement_names_every_column_that_has_a_default(database: Database) -> None:
    """A statement that omits a column with a default is refused before it is executed."""
    incomplete = Statement(lambda insert: insert(User))

    with pytest.raises(ValueError, match="default"):
        await database.commit(lambda connection: incomplete.execute(connection, {"id": uuid4()}))
