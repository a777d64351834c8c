"""C6: a filled database of every revision is brought to courses: all of it belongs to `default`, with its figures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, select, text

from tutor_server.storage.background import read_asker
from tutor_server.storage.call_failures import failures_by_course
from tutor_server.storage.course_models import DEFAULT_COURSE, EVERYWHERE
from tutor_server.storage.daily_usage import messages_on
from tutor_server.storage.database import Database, open_database
from tutor_server.storage.figures import refusals_of_all_time
from tutor_server.storage.guard_verdicts import verdict_totals
from tutor_server.storage.members import members_after
from tutor_server.storage.migrations import downgrade, upgrade
from tutor_server.storage.modules import module_named, modules_in_order
from tutor_server.storage.overrides import OwnLimits, own_limits
from tutor_server.storage.spending import Spent, spent_on
from tutor_server.storage.usage import usage_by_course, usage_of_all_time

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = AT.date()
REVISIONS = [f"{number:04}" for number in range(1, 17)]
IDS = {name: UUID(int=number + 100) for number, name in enumerate(("user", "session", "problem", "ask", "call"))}


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Return an empty database of each kind in turn."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'tutor.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_server").empty_database()
    opened = open_database(url)
    yield opened
    await opened.close()


def rows_of(table: str) -> list[dict[str, Any]]:
    """Return rows for a table. Columns that a revision does not have yet are left out by the caller."""
    user = {"user_id": IDS["user"]}
    model = {"provider": "openai", "model": "m"}
    tables: dict[str, list[dict[str, Any]]] = {
        "users": [{"id": IDS["user"], "email": "ada@uni.example", "subject": "ada", "confirmed_at": AT}],
        "learning_modules": [
            {
                "id": name,
                "slug": name,
                "title": name.title(),
                "order": order,
                "objectives": ["x"],
                "allowed_names": [],
                "statement": "S",
            }
            for order, name in enumerate(("loops", "lists"))
        ],
        "chat_sessions": [{"id": IDS["session"], **user, "session_type": "editor", "module_id": "loops"}],
        "problems": [{"id": IDS["problem"], **user, "fingerprint": "f", "hint_level": 2}],
        "asks": [
            {
                "id": IDS["ask"],
                **user,
                **model,
                "session_id": IDS["session"],
                "problem_id": IDS["problem"],
                "state": "done",
            }
        ],
        "model_calls": [
            {"id": IDS["call"], **user, **model, "ask_id": IDS["ask"], "state": "settled", "cost_nanodollars": 7}
        ],
        "user_module_progress": [{"id": uuid4(), **user, "module_id": "loops", "status": "completed"}],
        "daily_usage": [{"subject": "ada", "day": DAY, "messages": 5}],
        "usage_rollups": [
            {
                "day": day,
                **model,
                "calls": 2,
                "input_tokens": 10,
                "output_tokens": 4,
                "cost_nanodollars": 7,
                "unpriced_calls": 0,
            }
            for day in (DAY, date(2026, 2, 1))
        ],
        "spending": [
            {"period": period, "committed_nanodollars": amount, "warned_at": None}
            for period, amount in (("2026-03-01", 7), ("2026-03", 9))
        ],
        "limit_overrides": [
            {**user, "messages_per_minute": None, "daily_messages": 40, "expires_at": datetime(2027, 1, 1, tzinfo=UTC)}
        ],
        "guard_verdicts": [{"day": DAY, **model, "hint_level": 1, "verdict": "passed", "answers": 3}],
        "refusals": [{"day": DAY, "limit_name": "daily_messages", "count": 4}],
        "call_failures": [{"day": DAY, **model, "outcome": "timeout", "calls": 6}],
        "admin_actions": [{"id": uuid4(), "action": "limits_set", "user_id": IDS["user"], "details": {}}],
    }
    return tables.get(table, [])


ORDER = (
    *("users", "learning_modules", "chat_sessions", "problems", "asks", "model_calls", "user_module_progress"),
    *("daily_usage", "usage_rollups", "spending", "limit_overrides", "guard_verdicts", "refusals", "admin_actions"),
    "call_failures",
)


def fill(connection: Connection) -> None:
    """Insert a row or more into every table that the revision has. Columns without a default get a plain value."""
    there = set(inspect(connection).get_table_names())
    for name in ORDER:
        if name not in there:
            continue
        table = Table(name, MetaData(), autoload_with=connection)
        for row in rows_of(name):
            values = {column: value for column, value in row.items() if column in table.columns}
            for column in table.columns:
                if not column.nullable and column.server_default is None:
                    values.setdefault(column.name, plain_value(column.type.python_type))
            insert(connection, table, values)


def insert(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    """Insert a row into a reflected table. SQLite has no type for ids, so they are written as the service does."""
    if connection.dialect.name == "sqlite":
        values = {name: value.hex if isinstance(value, UUID) else value for name, value in values.items()}
    connection.execute(table.insert().values(values))


def plain_value(kind: type) -> Any:
    """Return a value of a type."""
    values: dict[type, Any] = {str: "x", int: 1, bool: False, bytes: b"x", datetime: AT, date: DAY, UUID: uuid4()}
    return values.get(kind, "x")


def figures(connection: Connection) -> dict[str, Any]:
    """Return what the service tells from the database."""
    return {
        "usage": usage_of_all_time(connection),
        "today": messages_on(connection, "ada", DAY),
        "refusals": refusals_of_all_time(connection),
        "verdicts": verdict_totals(connection),
        "spent": spent_on(connection, DAY),
        "own": own_limits(connection, IDS["user"], AT),
        "failures": failures_by_course(connection),
        "modules": [module.id for module in modules_in_order(connection, after=None, limit=10)],
    }


@pytest.mark.parametrize("revision", REVISIONS)
async def test_c6_every_revision_becomes_the_default_course(database: Database, revision: str) -> None:
    """C6: after the migration the figures are the same, in all courses together and in `default`."""
    await database.commit(lambda connection: upgrade(connection, revision))
    await database.commit(fill)
    has_budgets, has_verdicts = revision >= "0003", revision >= "0004"

    await database.commit(upgrade)

    told = await database.read(figures)
    (usage,) = told["usage"]
    assert (usage.calls, usage.input_tokens, usage.cost_nanodollars) == (4, 20, 14)
    assert (told["today"], told["modules"]) == (5, ["loops", "lists"])
    if has_budgets:
        assert told["spent"] == Spent(7, 9)
        assert told["own"] == OwnLimits(None, 40)
        assert told["refusals"] == {"daily_messages": 4}
    if told["failures"]:
        assert told["failures"] == {(DEFAULT_COURSE, "timeout"): 6}
    if has_verdicts:
        assert [total.answers for total in told["verdicts"]] == [3]

    def of_default(connection: Connection) -> tuple[Any, ...]:
        by_course = usage_by_course(connection, date(2026, 1, 1), date(2026, 12, 31))
        module = module_named(connection, (DEFAULT_COURSE,), "loops")
        return (
            {course: [model.calls for model in models] for course, models in by_course.items()},
            messages_on(connection, "ada", DAY, DEFAULT_COURSE),
            spent_on(connection, DAY, DEFAULT_COURSE),
            [(member.email, member.role) for member in members_after(connection, DEFAULT_COURSE, "", 10)],
            None if module is None else (module.id, module.slug),
            read_asker(connection, IDS["user"], AT).standings[0].course_id,
            connection.scalar(select(text("count(*)")).select_from(text("user_module_progress"))),
        )

    assert await database.read(of_default) == (
        {DEFAULT_COURSE: [4]},
        5,
        told["spent"],
        [("ada@uni.example", "student")],
        ("loops", "loops"),
        DEFAULT_COURSE,
        1,
    )
    for table in ("chat_sessions", "asks", "model_calls"):
        ids = select(text("course_id")).select_from(text(table))
        stored = await database.read(lambda connection, ids=ids: connection.scalars(ids).all())  # type: ignore[misc]
        assert {UUID(str(each)) for each in stored} == {DEFAULT_COURSE}


async def test_going_back_adds_the_courses_up(database: Database) -> None:
    """Migrating down keeps the figures of all courses together, and up again gives them to `default`."""
    await database.commit(upgrade)
    await database.commit(fill)
    other = UUID(int=7)

    def more(connection: Connection) -> None:
        for name in ("usage_rollups", "refusals", "call_failures"):
            table = Table(name, MetaData(), autoload_with=connection)
            for row in rows_of(name):
                insert(connection, table, row | {"course_id": other})

    await database.commit(more)
    assert await database.read(failures_by_course) == {(DEFAULT_COURSE, "timeout"): 6, (other, "timeout"): 6}
    await database.commit(lambda connection: downgrade(connection, "0016"))
    await database.commit(upgrade)

    told = await database.read(figures)
    assert [(usage.calls, usage.cost_nanodollars) for usage in told["usage"]] == [(8, 28)]
    assert (told["today"], told["refusals"], told["spent"]) == (5, {"daily_messages": 8}, Spent(7, 9))
    assert await database.read(failures_by_course) == {(DEFAULT_COURSE, "timeout"): 12}
    assert await database.read(lambda connection: messages_on(connection, "ada", DAY, EVERYWHERE)) == 5
