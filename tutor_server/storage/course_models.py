"""The tables of courses and their members."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, String, text, true
from sqlalchemy.orm import Mapped, mapped_column

from tutor_server.storage.base import Base

EVERYWHERE = UUID(int=0)
"""The course id of rows that count over all courses, and of what belongs to no course."""
DEFAULT_COURSE = UUID(int=1)
"""The id of the course `default`, to which everything belongs that names no other course."""
OVER_ALL_COURSES = text(f"'{EVERYWHERE.hex}'")
IN_DEFAULT_COURSE = text(f"'{DEFAULT_COURSE.hex}'")


class Course(Base):
    """A course: its dates and its limits, which can only be stricter than the installation's. Null: the installation's.

    `off_since` is the time at which the course was switched off. `members_version` changes whenever a member is removed
    or gets another role, so that every process notices.
    """

    __tablename__ = "courses"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    starts: Mapped[datetime | None]
    ends: Mapped[datetime | None]
    ladder: Mapped[str | None] = mapped_column(String(16))
    max_hint_level: Mapped[int | None]
    messages_per_minute: Mapped[int | None]
    daily_message_cap: Mapped[int | None]
    daily_budget_nanodollars: Mapped[int | None] = mapped_column(BigInteger)
    monthly_budget_nanodollars: Mapped[int | None] = mapped_column(BigInteger)
    providers: Mapped[list[str] | None]
    off_since: Mapped[datetime | None]
    off_reason: Mapped[str] = mapped_column(String(300), server_default="")
    join_code: Mapped[str | None] = mapped_column(String(16), unique=True)
    join_code_expires_at: Mapped[datetime | None]
    members_version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    created_at: Mapped[datetime]


class CourseMember(Base):
    """A member of a course by e-mail address, which may have no account yet.

    `role` is `student`, `assistant` or `instructor`, or `removed` for an address that an instructor has removed.
    """

    __tablename__ = "course_members"

    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class CourseDailyUsage(Base):
    """The number of messages that a student sent in a course on one UTC day; `daily_usage` has that of all courses."""

    __tablename__ = "course_daily_usage"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(primary_key=True)
    messages: Mapped[int]


class CourseSpending(Base):
    """Spending of a course in a UTC day or month, as `spending` has it for all courses together."""

    __tablename__ = "course_spending"

    course_id: Mapped[UUID] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    committed_nanodollars: Mapped[int] = mapped_column(BigInteger)
    warned_at: Mapped[datetime | None]


def is_in_course(table: Any, course_id: UUID | None) -> ColumnElement[bool]:
    """Return the condition that a row belongs to a course; None stands for all courses together."""
    condition: ColumnElement[bool] = true() if course_id is None else table.course_id == course_id
    return condition
