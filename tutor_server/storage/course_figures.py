"""Figures of several courses side by side, for those who see more than one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.figures import NOT_ANALYSED
from tutor_server.storage.memberships import ROLES
from tutor_server.storage.models import Ask, CourseMember, Refusals, UsageRollup, User

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection, Select


def members_by_course(connection: Connection) -> Mapping[UUID, int]:
    """Return the number of members of each course. In `default` accounts without a row count as students."""
    rows = select(CourseMember.course_id, func.count()).where(CourseMember.role.in_(ROLES))
    counts = _counts(connection, rows.group_by(CourseMember.course_id))
    has_row = select(CourseMember.email).where(CourseMember.email == User.email).exists()
    others = connection.scalar(select(func.count()).select_from(User).where(~has_row)) or 0
    return counts | {DEFAULT_COURSE: counts.get(DEFAULT_COURSE, 0) + others}


def asks_by_course(connection: Connection, since: datetime, until: datetime) -> Mapping[UUID, int]:
    """Return the number of asks of each course in a period."""
    is_in_span = (Ask.created_at >= since) & (Ask.created_at < until) & (Ask.state != "released")
    query = select(Ask.course_id, func.count()).where(is_in_span)
    return _counts(connection, query.group_by(Ask.course_id))


def refusals_by_course_on(connection: Connection, first: date, last: date) -> Mapping[UUID, int]:
    """Return the number of refused asks of each course on some days."""
    is_on = Refusals.day.between(first, last) & (Refusals.limit_name != NOT_ANALYSED)
    query = select(Refusals.course_id, func.sum(Refusals.count)).where(is_on)
    return _counts(connection, query.group_by(Refusals.course_id))


def cost_by_course(connection: Connection, first: date, last: date) -> Mapping[UUID, int]:
    """Return the cost of each course on some days, in nano-dollars."""
    query = select(UsageRollup.course_id, func.sum(UsageRollup.cost_nanodollars))
    return _counts(connection, query.where(UsageRollup.day.between(first, last)).group_by(UsageRollup.course_id))


def _counts(connection: Connection, query: Select[UUID, int]) -> dict[UUID, int]:
    return {UUID(bytes=course_id.bytes): int(count) for course_id, count in connection.execute(query)}
