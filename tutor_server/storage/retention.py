"""Retention: students' messages and asks are deleted after some days, expired rows as soon as possible."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, exists, select, update

from tutor_server.storage.daily_usage import forget_days_before
from tutor_server.storage.models import (
    AdminAction,
    Ask,
    ChatMessage,
    ChatSession,
    LtiLaunch,
    ModelCall,
    OneTimeToken,
    PageSession,
    Problem,
    SeenRun,
    User,
)
from tutor_server.storage.overrides import forget_expired_overrides

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, Connection

BATCH = 100
"""The maximum number of rows that one transaction deletes, so that asks need not wait. A row may have 64 KiB."""
FOUND_AT_ONCE = 5_000
RUNS_KEPT = timedelta(days=7)
"""How long the id of a run is kept, which counts as an effort once."""


@dataclass(frozen=True, slots=True)
class Unused:
    """The ids of a table's rows that were found unused and may be deleted."""

    table: type[ChatMessage | ChatSession | Problem]
    ids: Sequence[UUID]

    def batches(self) -> Iterator[Unused]:
        """Yield batches of the rows, each small enough for one transaction."""
        for start in range(0, len(self.ids), BATCH):
            yield Unused(self.table, self.ids[start : start + BATCH])


def forget_what_ran_out(connection: Connection, now: datetime) -> None:
    """Delete expired rows: counts of past days, limits of students, links, page sessions and launches."""
    # Counts of yesterday are kept: a process whose clock is behind may still increment them.
    forget_days_before(connection, now.date() - timedelta(days=1))
    forget_expired_overrides(connection, now)
    connection.execute(delete(OneTimeToken).where(OneTimeToken.expires_at < now))
    connection.execute(delete(PageSession).where(PageSession.expires_at < now))
    connection.execute(delete(LtiLaunch).where(LtiLaunch.expires_at < now))
    connection.execute(delete(SeenRun).where(SeenRun.seen_at < now - RUNS_KEPT))


def forget_unconfirmed_before(connection: Connection, before: datetime) -> int:
    """Delete accounts made before a time whose address was never confirmed; return how many.

    An account with a valid link stays: an invitation can be sent long after the account was made.
    """
    has_link = exists().where(OneTimeToken.user_id == User.id)
    old = select(User.id).where(User.created_at < before, User.confirmed_at.is_(None), ~has_link).limit(BATCH)
    ids = connection.scalars(old).all()
    if ids:
        connection.execute(delete(User).where(User.id.in_(ids), User.confirmed_at.is_(None)))
    return len(ids)


def forget_asks_before(connection: Connection, before: datetime) -> int:
    """Delete the oldest asks that ended before a time, with question, code and answer; return how many.

    The cost of their calls stays, without an owner. Their request ids are deleted with them.
    """
    ask_ids = connection.scalars(
        select(Ask.id).where(Ask.created_at < before, Ask.state != "running").order_by(Ask.created_at).limit(BATCH)
    ).all()
    if ask_ids:
        connection.execute(update(ModelCall).where(ModelCall.ask_id.in_(ask_ids)).values(user_id=None, ask_id=None))
        connection.execute(delete(Ask).where(Ask.id.in_(ask_ids)))
    return len(ask_ids)


def unused_words(connection: Connection, before: datetime) -> Unused | None:
    """Return messages, conversations and problems that have not changed since a time.

    This may scan whole tables, though none of their long columns, so it must not run on the writing connection.
    """
    old_messages = (
        select(ChatMessage.id)
        .join(ChatSession, ChatSession.id == ChatMessage.session_id)
        .where(ChatSession.created_at < before, _is_unused(ChatMessage, before))
        .limit(FOUND_AT_ONCE)
    )
    if ids := connection.scalars(old_messages).all():
        return Unused(ChatMessage, ids)
    for table in (ChatSession, Problem):
        if ids := connection.scalars(select(table.id).where(_is_unused(table, before)).limit(FOUND_AT_ONCE)).all():
            return Unused(table, ids)
    return None


def forget_words(connection: Connection, unused: Unused, before: datetime) -> int:
    """Delete a batch of rows, except those that were used again since they were found; return how many."""
    table = unused.table
    return connection.execute(delete(table).where(table.id.in_(unused.ids), _is_unused(table, before))).rowcount


def _is_unused(table: type[ChatMessage | ChatSession | Problem], before: datetime) -> ColumnElement[bool]:
    if table is ChatMessage:
        return ChatMessage.created_at < before
    kept_by, changed_at = (
        (Ask.session_id == ChatSession.id, ChatSession.updated_at)
        if table is ChatSession
        else (Ask.problem_id == Problem.id, Problem.updated_at)
    )
    return and_(changed_at < before, ~select(Ask.id).where(kept_by).exists())


def forget_actions_before(connection: Connection, before: datetime) -> int:
    """Delete old rows of the audit log; return how many."""
    old = select(AdminAction.id).where(AdminAction.at < before).limit(BATCH)
    ids = connection.scalars(old).all()
    if ids:
        connection.execute(delete(AdminAction).where(AdminAction.id.in_(ids)))
    return len(ids)
