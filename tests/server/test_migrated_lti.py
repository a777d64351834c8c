"""C6: the migrations of LTI keep what a filled database has, forwards and back, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.database import Database, open_database
from tutor_server.storage.lti import Context, all_platforms, contexts_of, deployments_of
from tutor_server.storage.lti_people import note_role, save_user, told_roles, user_of
from tutor_server.storage.members import members_after
from tutor_server.storage.migrations import downgrade, is_at_head, upgrade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

AT = "2026-03-01 12:00:00"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
USER, PLATFORM = UUID(int=101), UUID(int=102)
OF_COURSES = (
    (
        "INSERT INTO users"
        " (id, email, subject, password_hash, programming_level, maths_level, created_at, confirmed_at)"
        f" VALUES ('{USER.hex}', 'ada@uni.example', 'ada', 'x', 3, 3, '{AT}', '{AT}')"
    ),
    (
        "INSERT INTO course_members (course_id, email, role, created_at)"
        f" VALUES ('{DEFAULT_COURSE.hex}', 'ada@uni.example', 'instructor', '{AT}')"
    ),
    (
        "INSERT INTO course_spending (course_id, period, committed_nanodollars)"
        f" VALUES ('{DEFAULT_COURSE.hex}', '2026-03', 9)"
    ),
)
OF_PLATFORMS = (
    (
        "INSERT INTO lti_platforms (id, issuer, client_id, authorization_url, token_url, keys_url, created_at)"
        f" VALUES ('{PLATFORM.hex}', 'https://moodle.uni.example', 'c', 'https://a', 'https://t', 'https://k', '{AT}')"
    ),
    (
        "INSERT INTO lti_deployments (platform_id, deployment_id, course_id, created_at)"
        f" VALUES ('{PLATFORM.hex}', '1', NULL, '{AT}')"
    ),
    (
        "INSERT INTO lti_contexts (platform_id, deployment_id, context_id, course_id, members_url, created_at)"
        f" VALUES ('{PLATFORM.hex}', '1', 'c-1', '{DEFAULT_COURSE.hex}', NULL, '{AT}')"
    ),
)
CONTEXT = Context(PLATFORM, "1", "c-1", DEFAULT_COURSE, None)


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


def told(connection: Connection) -> dict[str, Any]:
    """Return what a database says about people and courses."""
    spent = connection.execute(text("SELECT period, committed_nanodollars FROM course_spending")).all()
    members = [(member.email, member.role) for member in members_after(connection, DEFAULT_COURSE, "", 10)]
    return {"spent": [tuple(row) for row in spent], "members": members}


def fill(connection: Connection, *statements: str) -> None:
    """Insert rows, as a service of that revision has."""
    for statement in statements:
        connection.execute(text(statement))


@pytest.mark.parametrize("revision", ["0017", "0018"])
async def test_c6_a_filled_database_keeps_its_courses_and_platforms(database: Database, revision: str) -> None:
    """C6: courses, members and figures are the same after the migration; so are the platforms, where there are some."""
    await database.commit(lambda connection: upgrade(connection, revision))
    rows = OF_COURSES if revision == "0017" else (*OF_COURSES, *OF_PLATFORMS)
    await database.commit(lambda connection: fill(connection, *rows))
    before = await database.read(told)

    await database.commit(upgrade)

    assert await database.read(is_at_head)
    assert before == await database.read(told)
    assert before == {"spent": [("2026-03", 9)], "members": [("ada@uni.example", "instructor")]}
    platforms = await database.read(all_platforms)
    assert [(each.issuer, each.vouches, each.makes_courses) for each in platforms] == (
        [] if revision == "0017" else [("https://moodle.uni.example", False, False)]
    )


async def test_going_back_keeps_courses_and_members(database: Database) -> None:
    """Migrating down forgets platforms and their people alone, and up again begins without them."""
    await database.commit(upgrade)
    await database.commit(lambda connection: fill(connection, *OF_COURSES, *OF_PLATFORMS))

    def people(connection: Connection) -> None:
        save_user(connection, PLATFORM, "s-1", USER, NOW)
        note_role(connection, CONTEXT, "ada@uni.example", "student", NOW)

    def known(connection: Connection) -> tuple[Any, ...]:
        return (
            user_of(connection, PLATFORM, "s-1"),
            dict(told_roles(connection, CONTEXT)),
            contexts_of(connection, DEFAULT_COURSE),
            [each.name for each in deployments_of(connection, PLATFORM)],
        )

    await database.commit(people)
    assert await database.read(known) == (USER, {"ada@uni.example": "student"}, [CONTEXT], ["1"])
    before = await database.read(told)

    await database.commit(lambda connection: downgrade(connection, "0018"))
    await database.commit(upgrade)
    assert await database.read(known) == (None, {}, [CONTEXT], ["1"])

    await database.commit(lambda connection: downgrade(connection, "0017"))
    assert await database.read(told) == before
    await database.commit(upgrade)
    assert await database.read(known) == (None, {}, [], [])
    assert await database.read(told) == before
