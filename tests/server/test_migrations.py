"""The database migrations: up, down and up again, and the same schema that the models describe."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Uuid, bindparam, inspect, select, text

from tutor_pedagogy.ladder.levels import StudentLevels
from tutor_server.storage.accounts import Account, add_account
from tutor_server.storage.database import Database, open_database
from tutor_server.storage.migrations import downgrade, is_at_head, upgrade
from tutor_server.storage.models import Base, Problem, User
from tutor_server.storage.types import UtcDateTime

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


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


def tables(connection: Connection) -> set[str]:
    """Return the names of the tables that the migrations created."""
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


def differences(connection: Connection) -> list[object]:
    """Return the differences between the database and the models."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


async def test_up_down_and_up_again(database: Database) -> None:
    """Migrating up creates the schema, and migrating down removes everything."""
    assert await database.read(is_at_head) is False

    await database.commit(upgrade)
    assert await database.read(is_at_head) is True
    assert await database.read(tables) == set(Base.metadata.tables)

    await database.commit(lambda connection: downgrade(connection, "base"))
    assert await database.read(is_at_head) is False
    assert await database.read(tables) == set()

    await database.commit(upgrade)
    assert await database.read(is_at_head) is True
    assert await database.read(tables) == set(Base.metadata.tables)


async def test_going_up_twice_changes_nothing(database: Database) -> None:
    """A second `migrate` changes nothing."""
    await database.commit(upgrade)
    await database.commit(upgrade)

    assert await database.read(is_at_head) is True


async def test_the_models_and_the_migrations_agree(database: Database) -> None:
    """The migrated schema equals the models in tables, columns, types, indexes and constraints."""
    await database.commit(upgrade)

    assert await database.read(differences) == []


async def test_the_indexes_that_routes_rely_on(database: Database) -> None:
    """The migrations create the indexes for look-ups by user and session, and for sorting."""
    await database.commit(upgrade)

    def indexed(connection: Connection) -> set[tuple[str, tuple[str | None, ...]]]:
        inspector = inspect(connection)
        found: set[tuple[str, tuple[str | None, ...]]] = set()
        for table in Base.metadata.tables:
            found |= {(table, tuple(index["column_names"])) for index in inspector.get_indexes(table)}
            found |= {(table, tuple(rule["column_names"])) for rule in inspector.get_unique_constraints(table)}
        return found

    assert await database.read(indexed) >= {
        ("users", ("email",)),
        ("chat_sessions", ("user_id", "session_type")),
        ("chat_messages", ("session_id", "created_at")),
        ("learning_modules", ("course_id", "order")),
        ("user_module_progress", ("user_id", "module_id")),
        ("user_module_progress", ("user_id",)),
    }


async def test_accounts_from_before_count_as_confirmed(database: Database) -> None:
    """Accounts from before the migration count as confirmed.

    Migrating down deletes unconfirmed accounts, since they would count as confirmed after migrating up again.
    """
    await database.commit(lambda connection: upgrade(connection, "0004"))
    made = datetime(2026, 3, 1, 12, tzinfo=UTC)
    insert = text(
        "INSERT INTO users (id, email, subject, password_hash, programming_level, maths_level, created_at)"
        " VALUES (:id, :email, :email, 'x', 3, 3, :made)"
    ).bindparams(bindparam("id", type_=Uuid()), bindparam("made", type_=UtcDateTime()))
    await database.commit(
        lambda connection: connection.execute(insert, {"id": uuid4(), "email": "ada@uni.example", "made": made})
    )

    await database.commit(upgrade)
    rows = await database.read(lambda connection: connection.execute(select(User.email, User.confirmed_at)).all())
    assert [tuple(row) for row in rows] == [("ada@uni.example", made)]

    new = Account(uuid4(), "eve@uni.example", "eve", "x", StudentLevels(), made)
    await database.commit(lambda connection: add_account(connection, new))
    await database.commit(lambda connection: downgrade(connection, "0004"))
    left = await database.read(lambda connection: connection.scalars(text("SELECT email FROM users")).all())
    assert left == ["ada@uni.example"]


async def test_problems_from_before_keep_their_levels(database: Database) -> None:
    """A problem from before versions were stored is found by its code, with its level, after migrating up and down."""
    await database.commit(lambda connection: upgrade(connection, "0008"))
    made, user = datetime(2026, 3, 1, 12, tzinfo=UTC), uuid4()
    account = Account(user, "ada@uni.example", "ada", "x", StudentLevels(), made)
    await database.commit(lambda connection: add_account(connection, account))
    insert = text(
        "INSERT INTO problems (id, user_id, fingerprint, hint_level, updated_at) VALUES (:id, :user, 'f', 3, :made)"
    ).bindparams(bindparam("id", type_=Uuid()), bindparam("user", type_=Uuid()), bindparam("made", type_=UtcDateTime()))
    await database.commit(lambda connection: connection.execute(insert, {"id": uuid4(), "user": user, "made": made}))

    await database.commit(upgrade)
    levels = select(Problem.code_fingerprint, Problem.root_id, Problem.hint_level, Problem.has_effort)
    assert await database.read(lambda connection: tuple(connection.execute(levels).one())) == ("f", None, 3, False)

    await database.commit(lambda connection: downgrade(connection, "0008"))
    left = await database.read(lambda connection: connection.scalars(text("SELECT hint_level FROM problems")).all())
    assert left == [3]
