"""The audit log: actions of operators and instructors. Rows are added, and deleted only by retention."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from tutor_server.storage.course_models import is_in_course
from tutor_server.storage.models import AdminAction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action. `details` contain no e-mail address and no secret, since they outlive the account."""

    id: UUID
    at: datetime
    way: str
    actor: str
    address: str | None
    action: str
    user_id: UUID | None = None
    module_id: str | None = None
    course_id: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


_COLUMNS = AdminAction.__table__.columns


def record(connection: Connection, action: Action) -> None:
    """Add a row in the transaction of the action that it records."""
    connection.execute(
        insert(AdminAction).values(
            id=action.id,
            at=action.at,
            way=action.way,
            actor=action.actor,
            address=action.address,
            action=action.action,
            user_id=action.user_id,
            module_id=action.module_id,
            course_id=action.course_id,
            details=dict(action.details),
        )
    )


def actions_before(
    connection: Connection, after: tuple[datetime, UUID] | None, limit: int, course_id: UUID | None = None
) -> Sequence[Action]:
    """Return the next page of actions after a position, newest first: all of them, or those of one course."""
    query = select(*_COLUMNS).order_by(AdminAction.at.desc(), AdminAction.id.desc()).limit(limit)
    query = query.where(is_in_course(AdminAction, course_id))
    if after is not None:
        at, action_id = after
        query = query.where((AdminAction.at < at) | ((AdminAction.at == at) & (AdminAction.id < action_id)))
    return [Action(**row) for row in connection.execute(query).mappings()]
