"""Exports all stored data about a student page by page, and erases it batch by batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, false, func, select, tuple_, update

from tutor_server.storage.models import (
    AdminAction,
    Ask,
    Base,
    ChatMessage,
    ChatSession,
    CourseDailyUsage,
    CourseMember,
    DailyUsage,
    DeviceAuthorization,
    LimitOverride,
    LtiLaunch,
    LtiMember,
    LtiUser,
    ModelCall,
    ModuleProgress,
    OneTimeToken,
    PageSession,
    Problem,
    ProviderSession,
    RefreshToken,
    SeenRun,
    SignInIdentity,
    User,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Column, ColumnElement, Connection, Delete, Update

    Rows = Sequence[Mapping[str, Any]]
    Place = tuple[Any, ...]
    """A position between pages: the values by which the rows are ordered."""

SECRETS = frozenset(
    {
        "users.password_hash",
        "users.subject",
        "daily_usage.subject",
        "course_daily_usage.subject",
        "refresh_tokens.token_hash",
        "one_time_tokens.token_hash",
        "one_time_tokens.browser_hash",
        "page_sessions.browser_hash",
        "device_authorizations.device_code_hash",
        "device_authorizations.user_code",
        "device_authorizations.browser_hash",
        "lti_launches.state_hash",
        "lti_launches.ticket_hash",
        "asks.digest",
        "asks.said",
    }
)
"""Columns that an export leaves out: secrets of the service, and digests, which say nothing about the student."""

NOT_PERSONAL = frozenset(
    {
        "answer_ratings",
        "course_spending",
        "courses",
        "dashboard_sessions",
        "ended_sign_ins",
        "call_failures",
        "guard_verdicts",
        "learning_modules",
        "lti_contexts",
        "lti_deployments",
        "lti_platforms",
        "module_files",
        "refusals",
        "spending",
        "switched_off",
        "usage_rollups",
    }
)


ERASED = "erased"
"""The name in the audit log of a person whose account was erased."""
MESSAGES_A_PAGE = 20
"""The maximum number of messages on a page. A message may have 64 KiB of code or answer, an old one even more."""
ROWS_A_PAGE = 500
ROWS_A_BATCH = 100
"""The maximum number of rows that one transaction erases, so that asks do not wait long for the writer."""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table about a student, in an order that finds the next page without reading earlier ones."""

    table: str
    owned: ColumnElement[bool]
    order: tuple[str, ...]
    rows_a_page: int = ROWS_A_PAGE


_ORDERS = {Problem.__tablename__: ("fingerprint",), Ask.__tablename__: ("request_id",)}
"""For each table that can hold many rows of one student, the columns that its rows are sorted by.

An index on the student and these columns serves the sort. The other tables are sorted by their primary key.
"""


def parts_of(connection: Connection, user_id: UUID) -> Sequence[Part]:
    """Return the tables to export, in order; none if the account does not exist."""
    owner = _owner(connection, user_id)
    if owner is None:
        return ()
    sessions = connection.scalars(select(ChatSession.id).where(ChatSession.user_id == user_id)).all()
    parts: list[Part] = []
    for table, owned in _owned_by(owner).items():
        if table == ChatMessage.__tablename__ and sessions:
            order = ("created_at", "id")
            parts += (Part(table, ChatMessage.session_id == id_, order, MESSAGES_A_PAGE) for id_ in sessions)
        else:
            parts.append(Part(table, owned, _ORDERS.get(table) or _key_of(table)))
    return parts


def page_of(connection: Connection, part: Part, after: Place | None) -> tuple[Rows, Place | None]:
    """Return the next page of rows after a position, with every stored field but secrets, and the page's end position.

    The end position is None on the last page.
    """
    columns = Base.metadata.tables[part.table].columns
    order = [columns[name] for name in part.order]
    told = _told(part.table)
    query = select(*told, *(column.label(f"place_{column.name}") for column in order)).where(part.owned)
    if after is not None:
        query = query.where(tuple_(*order) > after if len(order) > 1 else order[0] > after[0])
    rows = connection.execute(query.order_by(*order).limit(part.rows_a_page)).all()
    names = [column.name for column in told]
    place = tuple(rows[-1][len(names) :]) if len(rows) == part.rows_a_page else None
    return [dict(zip(names, row, strict=False)) for row in rows], place


def amounts_of(connection: Connection, user_id: UUID) -> dict[str, int]:
    """Return how many rows each table holds about a student; empty if the account does not exist."""
    owner = _owner(connection, user_id)
    if owner is None:
        return {}
    return {
        table: connection.scalar(select(func.count()).select_from(Base.metadata.tables[table]).where(owned)) or 0
        for table, owned in _owned_by(owner).items()
    }


def has_account(connection: Connection, user_id: UUID) -> bool:
    """Return whether the account exists."""
    return connection.scalar(select(User.id).where(User.id == user_id)) is not None


def erase_some(connection: Connection, user_id: UUID) -> bool:
    """Erase a batch from the tables that may hold many rows; return whether more are left.

    Cost rows stay, without an owner.
    """
    calls = select(ModelCall.id).where(ModelCall.user_id == user_id).limit(ROWS_A_BATCH)
    messages = (
        select(ChatMessage.id)
        .where(ChatMessage.session_id.in_(select(ChatSession.id).where(ChatSession.user_id == user_id)))
        .limit(ROWS_A_BATCH)
    )
    asks = select(Ask.id).where(Ask.user_id == user_id).limit(ROWS_A_BATCH)
    problems = select(Problem.id).where(Problem.user_id == user_id).limit(ROWS_A_BATCH)
    tokens = select(RefreshToken.token_hash).where(RefreshToken.user_id == user_id).limit(ROWS_A_BATCH)
    statements: tuple[Update | Delete, ...] = (
        update(ModelCall).where(ModelCall.id.in_(calls)).values(user_id=None, ask_id=None),
        delete(ChatMessage).where(ChatMessage.id.in_(messages)),
        delete(Ask).where(Ask.id.in_(asks)),
        delete(Problem).where(Problem.id.in_(problems)),
        delete(RefreshToken).where(RefreshToken.token_hash.in_(tokens)),
    )
    return any(connection.execute(statement).rowcount == ROWS_A_BATCH for statement in statements)


def erase(connection: Connection, user_id: UUID, today: date) -> bool:
    """Erase a student with the rows that `erase_some` has left; return whether the account existed.

    The day's count stays under the keyed hash of the e-mail address until midnight UTC, so that erasing an account
    does not reset it. Actions of the person stay in the audit log, without the name.
    """
    owner = _owner(connection, user_id)
    if owner is None:
        return False
    for counts in (DailyUsage, CourseDailyUsage):
        connection.execute(delete(counts).where(counts.subject == owner.subject, counts.day < today))
    for table in (CourseMember, LtiMember, LtiLaunch):
        connection.execute(delete(table).where(_is_of_address(table, owner)))
    connection.execute(update(AdminAction).where(AdminAction.actor == owner.email).values(actor=ERASED))
    connection.execute(delete(User).where(User.id == user_id))
    return True


@dataclass(frozen=True, slots=True)
class _Owner:
    id: UUID
    subject: str
    email: str
    is_confirmed: bool


def _owner(connection: Connection, user_id: UUID) -> _Owner | None:
    row = connection.execute(
        select(User.id, User.subject, User.email, User.confirmed_at.is_not(None)).where(User.id == user_id)
    ).first()
    return None if row is None else _Owner(*row)


def _owned_by(owner: _Owner) -> dict[str, ColumnElement[bool]]:
    user_id = owner.id
    sessions = select(ChatSession.id).where(ChatSession.user_id == user_id)
    return {
        User.__tablename__: User.id == user_id,
        RefreshToken.__tablename__: RefreshToken.user_id == user_id,
        OneTimeToken.__tablename__: OneTimeToken.user_id == user_id,
        PageSession.__tablename__: PageSession.user_id == user_id,
        SignInIdentity.__tablename__: SignInIdentity.user_id == user_id,
        ProviderSession.__tablename__: ProviderSession.user_id == user_id,
        DeviceAuthorization.__tablename__: DeviceAuthorization.user_id == user_id,
        ChatSession.__tablename__: ChatSession.user_id == user_id,
        ChatMessage.__tablename__: ChatMessage.session_id.in_(sessions),
        Problem.__tablename__: Problem.user_id == user_id,
        Ask.__tablename__: Ask.user_id == user_id,
        SeenRun.__tablename__: SeenRun.user_id == user_id,
        ModuleProgress.__tablename__: ModuleProgress.user_id == user_id,
        DailyUsage.__tablename__: DailyUsage.subject == owner.subject,
        CourseDailyUsage.__tablename__: CourseDailyUsage.subject == owner.subject,
        ModelCall.__tablename__: ModelCall.user_id == user_id,
        LimitOverride.__tablename__: LimitOverride.user_id == user_id,
        AdminAction.__tablename__: (AdminAction.user_id == user_id) | (AdminAction.actor == owner.email),
        CourseMember.__tablename__: _is_of_address(CourseMember, owner),
        LtiUser.__tablename__: LtiUser.user_id == user_id,
        LtiMember.__tablename__: _is_of_address(LtiMember, owner),
        LtiLaunch.__tablename__: _is_of_address(LtiLaunch, owner),
    }


def _is_of_address(table: type[CourseMember | LtiMember | LtiLaunch], owner: _Owner) -> ColumnElement[bool]:
    """Return the condition of rows of the account's address. An unconfirmed address may be somebody else's."""
    return table.email == owner.email if owner.is_confirmed else false()


def _key_of(table: str) -> tuple[str, ...]:
    return tuple(column.name for column in Base.metadata.tables[table].primary_key.columns)


def _told(table: str) -> list[Column[Any]]:
    columns = Base.metadata.tables[table].columns
    return [column for column in columns if f"{table}.{column.name}" not in SECRETS]
