"""Limits of single students that temporarily replace the general ones, such as for the night before a deadline.

Limits in a course replace the course's, and the general ones count besides them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from tutor_server.storage.course_models import EVERYWHERE
from tutor_server.storage.models import LimitOverride, User
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection


_OWN_LIMITS = select(LimitOverride.messages_per_minute, LimitOverride.daily_messages).where(
    LimitOverride.user_id == bindparam("user"),
    LimitOverride.course_id == bindparam("course"),
    LimitOverride.expires_at > bindparam("now"),
)


_OVERRIDES = select(
    LimitOverride.user_id,
    User.email,
    LimitOverride.messages_per_minute,
    LimitOverride.daily_messages,
    LimitOverride.created_at,
    LimitOverride.expires_at,
).join(User, User.id == LimitOverride.user_id)


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """A student's own limits; None means that the general limit applies."""

    messages_per_minute: int | None
    daily_messages: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """An account's own limits, with their beginning and end."""

    user_id: UUID
    email: str
    messages_per_minute: int | None
    daily_messages: int | None
    created_at: datetime
    expires_at: datetime


def own_limits(connection: Connection, user_id: UUID, now: datetime, course_id: UUID = EVERYWHERE) -> OwnLimits | None:
    """Return a student's own limits, over all courses or in one, unless they have expired."""
    row = connection.execute(_OWN_LIMITS, {"user": user_id, "now": now, "course": course_id}).first()
    return None if row is None else OwnLimits(*row)


def set_override(
    connection: Connection,
    user_id: UUID,
    own: OwnLimits,
    *,
    now: datetime,
    expires_at: datetime,
    course_id: UUID = EVERYWHERE,
) -> None:
    """Set a student's own limits, in place of earlier ones."""
    values = {
        "messages_per_minute": own.messages_per_minute,
        "daily_messages": own.daily_messages,
        "created_at": now,
        "expires_at": expires_at,
    }
    connection.execute(
        upsert(connection, LimitOverride)
        .values(user_id=user_id, course_id=course_id, **values)
        .on_conflict_do_update(index_elements=["user_id", "course_id"], set_=values)
    )


def remove_override(connection: Connection, user_id: UUID, course_id: UUID = EVERYWHERE) -> bool:
    """Remove a student's own limits; return whether there were any."""
    mine = (LimitOverride.user_id == user_id) & (LimitOverride.course_id == course_id)
    return connection.execute(delete(LimitOverride).where(mine)).rowcount == 1


def overrides_after(
    connection: Connection, email: str, limit: int, now: datetime, course_id: UUID = EVERYWHERE
) -> Sequence[Override]:
    """Return the next page of limits in force after a position, ordered by e-mail address."""
    query = (
        _OVERRIDES.where(LimitOverride.course_id == course_id, LimitOverride.expires_at > now, User.email > email)
        .order_by(User.email)
        .limit(limit)
    )
    return [Override(**row) for row in connection.execute(query).mappings()]


def override_of(connection: Connection, user_id: UUID, now: datetime, course_id: UUID) -> Override | None:
    """Return a member's own limits in a course, unless they have expired."""
    query = _OVERRIDES.where(LimitOverride.course_id == course_id, LimitOverride.user_id == user_id)
    row = connection.execute(query.where(LimitOverride.expires_at > now)).mappings().first()
    return None if row is None else Override(**row)


def forget_expired_overrides(connection: Connection, now: datetime) -> None:
    """Delete limits that have expired."""
    connection.execute(delete(LimitOverride).where(LimitOverride.expires_at <= now))
