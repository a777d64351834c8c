"""Everything that is stored about a student: read whole for them, and erased whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import delete, func, select

from tutor_server.storage.models import (
    AdminAction,
    Ask,
    Base,
    ChatMessage,
    ChatSession,
    DailyUsage,
    DeviceAuthorization,
    LimitOverride,
    ModelCall,
    ModuleProgress,
    OneTimeToken,
    PageSession,
    Problem,
    RefreshToken,
    User,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Column, ColumnElement, Connection

    Rows = Sequence[Mapping[str, Any]]

SECRETS = frozenset(
    {
        "users.password_hash",
        "users.subject",
        "refresh_tokens.token_hash",
        "one_time_tokens.token_hash",
        "one_time_tokens.browser_hash",
        "page_sessions.browser_hash",
        "device_authorizations.device_code_hash",
        "device_authorizations.user_code",
        "device_authorizations.browser_hash",
        "asks.digest",
    }
)
"""What proves something to this service and tells nothing about the student."""

NOT_PERSONAL = frozenset(
    {
        "dashboard_sessions",
        "ended_sign_ins",
        "guard_verdicts",
        "learning_modules",
        "refusals",
        "spending",
        "switched_off",
        "usage_rollups",
    }
)


def personal_data_of(connection: Connection, user_id: UUID) -> dict[str, Rows]:
    """Read every stored field about a student by table, but for secrets; empty where there is no such account."""
    subject = connection.scalar(select(User.subject).where(User.id == user_id))
    if subject is None:
        return {}
    return {
        table: [dict(row) for row in connection.execute(select(*_told(table)).where(owned)).mappings()]
        for table, owned in _owned_by(user_id, subject).items()
    }


def as_document(data: Mapping[str, Rows]) -> bytes:
    """Write what `personal_data_of` returns as JSON: one list of rows a table."""
    return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)


def amounts_of(connection: Connection, user_id: UUID) -> dict[str, int]:
    """Return how many rows each table holds about a student; empty if there is no such account."""
    subject = connection.scalar(select(User.subject).where(User.id == user_id))
    if subject is None:
        return {}
    return {
        table: connection.scalar(select(func.count()).select_from(Base.metadata.tables[table]).where(owned)) or 0
        for table, owned in _owned_by(user_id, subject).items()
    }


def erase(connection: Connection, user_id: UUID, today: date) -> bool:
    """Erase a student; tell whether there was one. Cost rows stay, and belong to nobody.

    The day's count stays under the keyed hash of the e-mail until midnight UTC, so that erasing does not reset it.
    """
    subject = connection.scalar(select(User.subject).where(User.id == user_id))
    if subject is None:
        return False
    connection.execute(delete(DailyUsage).where(DailyUsage.subject == subject, DailyUsage.day < today))
    connection.execute(delete(User).where(User.id == user_id))
    return True


def _owned_by(user_id: UUID, subject: str) -> dict[str, ColumnElement[bool]]:
    sessions = select(ChatSession.id).where(ChatSession.user_id == user_id)
    return {
        User.__tablename__: User.id == user_id,
        RefreshToken.__tablename__: RefreshToken.user_id == user_id,
        OneTimeToken.__tablename__: OneTimeToken.user_id == user_id,
        PageSession.__tablename__: PageSession.user_id == user_id,
        DeviceAuthorization.__tablename__: DeviceAuthorization.user_id == user_id,
        ChatSession.__tablename__: ChatSession.user_id == user_id,
        ChatMessage.__tablename__: ChatMessage.session_id.in_(sessions),
        Problem.__tablename__: Problem.user_id == user_id,
        Ask.__tablename__: Ask.user_id == user_id,
        ModuleProgress.__tablename__: ModuleProgress.user_id == user_id,
        DailyUsage.__tablename__: DailyUsage.subject == subject,
        ModelCall.__tablename__: ModelCall.user_id == user_id,
        LimitOverride.__tablename__: LimitOverride.user_id == user_id,
        AdminAction.__tablename__: AdminAction.user_id == user_id,
    }


def _told(table: str) -> list[Column[Any]]:
    columns = Base.metadata.tables[table].columns
    return [column for column in columns if f"{table}.{column.name}" not in SECRETS and column.name != "subject"]
