"""What is forgotten with time: students' words and asks after some days; what ran out, as soon as it has."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from tutor_server.storage.daily_usage import forget_days_before
from tutor_server.storage.models import (
    AdminAction,
    Ask,
    ChatMessage,
    ChatSession,
    ModelCall,
    OneTimeToken,
    PageSession,
    Problem,
    User,
)
from tutor_server.storage.overrides import forget_expired_overrides

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

BATCH = 500
"""Rows that one transaction forgets at the most, so that no ask waits for long."""


def forget_what_ran_out(connection: Connection, now: datetime) -> None:
    """Drop what serves nothing any more: counts of past days, limits of students, links and page sessions."""
    forget_days_before(connection, now.date() - timedelta(days=1))  # a process whose clock is behind may still count
    forget_expired_overrides(connection, now)
    connection.execute(delete(OneTimeToken).where(OneTimeToken.expires_at < now))
    connection.execute(delete(PageSession).where(PageSession.expires_at < now))


def forget_unconfirmed_before(connection: Connection, before: datetime) -> int:
    """Forget accounts made before a time whose address nobody has confirmed; return how many."""
    old = select(User.id).where(User.created_at < before, User.confirmed_at.is_(None)).limit(BATCH)
    ids = connection.scalars(old).all()
    if ids:
        connection.execute(delete(User).where(User.id.in_(ids), User.confirmed_at.is_(None)))
    return len(ids)


def forget_asks_before(connection: Connection, before: datetime) -> int:
    """Forget the oldest asks that ended before a time, with question, code and answer; tell how many.

    What their calls cost stays, and belongs to nobody. A `request_id` is forgotten with its ask.
    """
    ask_ids = connection.scalars(
        select(Ask.id).where(Ask.created_at < before, Ask.state != "running").order_by(Ask.created_at).limit(BATCH)
    ).all()
    if ask_ids:
        connection.execute(update(ModelCall).where(ModelCall.ask_id.in_(ask_ids)).values(user_id=None, ask_id=None))
        connection.execute(delete(Ask).where(Ask.id.in_(ask_ids)))
    return len(ask_ids)


def forget_words_before(connection: Connection, before: datetime) -> int:
    """Forget messages, and then conversations and problems, that nothing was added to since a time; tell how many."""
    message_ids = connection.scalars(select(ChatMessage.id).where(ChatMessage.created_at < before).limit(BATCH)).all()
    if message_ids:
        connection.execute(delete(ChatMessage).where(ChatMessage.id.in_(message_ids)))
        return len(message_ids)
    forgotten = 0
    for table, of_asks in ((ChatSession, Ask.session_id), (Problem, Ask.problem_id)):
        unused = (
            select(table.id)
            .where(table.updated_at < before, ~select(Ask.id).where(of_asks == table.id).exists())
            .limit(BATCH)
        )
        ids = connection.scalars(unused).all()
        if ids:
            connection.execute(delete(table).where(table.id.in_(ids)))
        forgotten += len(ids)
    return forgotten


def forget_actions_before(connection: Connection, before: datetime) -> int:
    """Forget old lines of the audit log; tell how many."""
    old = select(AdminAction.id).where(AdminAction.at < before).limit(BATCH)
    ids = connection.scalars(old).all()
    if ids:
        connection.execute(delete(AdminAction).where(AdminAction.id.in_(ids)))
    return len(ids)
