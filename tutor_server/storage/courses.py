"""Courses: their dates, limits and switch, as they are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, update

from tutor_pedagogy.ladder.policy import Ladder
from tutor_server.storage.models import Course
from tutor_server.storage.spending import Budgets
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCourse:
    """A course. A limit that is None is the installation's; another one counts besides the installation's."""

    id: UUID
    slug: str
    title: str
    starts: datetime | None = None
    ends: datetime | None = None
    ladder: Ladder | None = None
    max_hint_level: int | None = None
    messages_per_minute: int | None = None
    daily_message_cap: int | None = None
    budgets: Budgets = field(default_factory=Budgets)
    providers: tuple[str, ...] | None = None
    """The names of the providers that may answer, a part of the installation's chain."""
    off_since: datetime | None = None
    off_reason: str = ""
    join_code: str | None = None
    join_code_expires_at: datetime | None = None
    members_version: int = 0
    """A number that changes when a member is removed or gets another role."""


_COLUMNS = (
    Course.id,
    Course.slug,
    Course.title,
    Course.starts,
    Course.ends,
    Course.ladder,
    Course.max_hint_level,
    Course.messages_per_minute,
    Course.daily_message_cap,
    Course.daily_budget_nanodollars,
    Course.monthly_budget_nanodollars,
    Course.providers,
    Course.off_since,
    Course.off_reason,
    Course.join_code,
    Course.join_code_expires_at,
    Course.members_version,
)


def all_courses(connection: Connection) -> Sequence[StoredCourse]:
    """Return all courses in the order of their slugs."""
    return [_course(row) for row in connection.execute(select(*_COLUMNS).order_by(Course.slug))]


def courses_after(connection: Connection, slug: str, limit: int) -> Sequence[StoredCourse]:
    """Return the next page of courses after a slug."""
    query = select(*_COLUMNS).where(Course.slug > slug).order_by(Course.slug).limit(limit)
    return [_course(row) for row in connection.execute(query)]


def find_course(connection: Connection, reference: str | UUID) -> StoredCourse | None:
    """Return the course with an id or a slug."""
    return _first(connection, Course.id == reference if isinstance(reference, UUID) else _is_named(reference))


def course_of_code(connection: Connection, join_code: str, now: datetime) -> StoredCourse | None:
    """Return the course that a join code opens, unless the code has expired."""
    is_valid = (Course.join_code == join_code) & (
        Course.join_code_expires_at.is_(None) | (Course.join_code_expires_at > now)
    )
    return _first(connection, is_valid)


def add_course(connection: Connection, course: StoredCourse, now: datetime) -> bool:
    """Add a course; return whether its slug and its join code were free."""
    added = connection.execute(
        upsert(connection, Course)
        .values(id=course.id, created_at=now, members_version=0, **values_of(course))
        .on_conflict_do_nothing()
        .returning(Course.id)
    )
    return added.first() is not None


def change_course(connection: Connection, course: StoredCourse) -> bool:
    """Store a changed course; return whether its slug and its join code were free."""
    others = select(Course.id).where(Course.id != course.id)
    taken = Course.slug == course.slug
    if course.join_code is not None:
        taken |= Course.join_code == course.join_code
    if connection.execute(others.where(taken)).first() is not None:
        return False
    connection.execute(update(Course).where(Course.id == course.id).values(values_of(course)))
    return True


def note_changed_members(connection: Connection, course_id: UUID) -> None:
    """Record that a member was removed or got another role, so that every process checks its answers under way."""
    connection.execute(update(Course).where(Course.id == course_id).values(members_version=Course.members_version + 1))


def values_of(course: StoredCourse) -> Mapping[str, Any]:
    """Return the columns of a course that can be changed, with their values."""
    return {
        "slug": course.slug,
        "title": course.title,
        "starts": course.starts,
        "ends": course.ends,
        "ladder": course.ladder,
        "max_hint_level": course.max_hint_level,
        "messages_per_minute": course.messages_per_minute,
        "daily_message_cap": course.daily_message_cap,
        "daily_budget_nanodollars": course.budgets.daily,
        "monthly_budget_nanodollars": course.budgets.monthly,
        "providers": None if course.providers is None else list(course.providers),
        "off_since": course.off_since,
        "off_reason": course.off_reason,
        "join_code": course.join_code,
        "join_code_expires_at": course.join_code_expires_at,
    }


def _is_named(reference: str) -> ColumnElement[bool]:
    is_slug = Course.slug == reference
    try:
        return is_slug | (Course.id == UUID(reference))
    except ValueError:
        return is_slug


def _first(connection: Connection, condition: ColumnElement[bool]) -> StoredCourse | None:
    row = connection.execute(select(*_COLUMNS).where(condition)).first()
    return None if row is None else _course(row)


def _course(row: Row[*tuple[Any, ...]]) -> StoredCourse:
    return StoredCourse(
        id=UUID(bytes=row.id.bytes),  # asyncpg returns UUIDs in its own class.
        slug=row.slug,
        title=row.title,
        starts=row.starts,
        ends=row.ends,
        ladder=None if row.ladder is None else Ladder(row.ladder),
        max_hint_level=row.max_hint_level,
        messages_per_minute=row.messages_per_minute,
        daily_message_cap=row.daily_message_cap,
        budgets=Budgets(row.daily_budget_nanodollars, row.monthly_budget_nanodollars),
        providers=None if row.providers is None else tuple(row.providers),
        off_since=row.off_since,
        off_reason=row.off_reason,
        join_code=row.join_code,
        join_code_expires_at=row.join_code_expires_at,
        members_version=row.members_version,
    )
