"""A student's conversations and messages, read page by page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select, tuple_

from tutor_server.storage.course_models import is_in_course
from tutor_server.storage.models import ChatMessage, ChatSession

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a page's end: time and id of its last row."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """A conversation."""

    id: UUID
    session_type: str
    course_id: UUID
    module_id: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message of a conversation."""

    id: UUID
    role: str
    content: str
    code: str | None
    hint_level: int
    created_at: datetime


_SESSIONS = select(
    ChatSession.id,
    ChatSession.session_type,
    ChatSession.course_id,
    ChatSession.module_id,
    ChatSession.created_at,
    ChatSession.updated_at,
)


def session_of(connection: Connection, user_id: UUID, session_id: UUID) -> StoredSession | None:
    """Return a conversation, or None if the user has no such conversation."""
    query = _SESSIONS.where(ChatSession.id == session_id, ChatSession.user_id == user_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else StoredSession(**row)


def sessions_of(
    connection: Connection,
    user_id: UUID,
    *,
    session_type: str | None,
    after: Place | None,
    limit: int,
    course_id: UUID | None = None,
) -> Sequence[StoredSession]:
    """Return a user's conversations, newest first: of all courses, or of one."""
    query = _SESSIONS.where(ChatSession.user_id == user_id, is_in_course(ChatSession, course_id))
    if session_type is not None:
        query = query.where(ChatSession.session_type == session_type)
    if after is not None:
        query = query.where(tuple_(ChatSession.created_at, ChatSession.id) < (after.at, after.id))
    query = query.order_by(ChatSession.created_at.desc(), ChatSession.id.desc()).limit(limit)
    return [StoredSession(**row) for row in connection.execute(query).mappings()]


@dataclass(slots=True)
class MessagesPage:
    """Messages of a conversation, oldest first, and whether more follow."""

    messages: list[StoredMessage] = field(default_factory=list)
    has_more: bool = False


ROWS_A_READ = 32
PAGE_CHARACTERS = 1024 * 1024
"""The number of characters after which a page ends, even below its message limit.

The message that exceeds the number is still on the page.
"""


def messages_of(
    connection: Connection, user_id: UUID, session_id: UUID, *, after: Place | None, limit: int
) -> MessagesPage | None:
    """Return at most `limit` messages of a conversation, or None if the user has no such conversation."""
    owned = select(ChatSession.id).where(ChatSession.id == session_id, ChatSession.user_id == user_id)
    if connection.scalar(owned) is None:
        return None
    page, characters = MessagesPage(), 0
    while True:
        found = _messages_after(connection, session_id, after, ROWS_A_READ)
        for message in found:
            if len(page.messages) == limit or characters > PAGE_CHARACTERS:
                page.has_more = True
                return page
            page.messages.append(message)
            characters += len(message.content) + len(message.code or "")
        if len(found) < ROWS_A_READ:
            return page
        after = Place(found[-1].created_at, found[-1].id)


def _messages_after(
    connection: Connection, session_id: UUID, after: Place | None, limit: int
) -> Sequence[StoredMessage]:
    query = select(
        ChatMessage.id,
        ChatMessage.role,
        ChatMessage.content,
        ChatMessage.code,
        ChatMessage.hint_level,
        ChatMessage.created_at,
    ).where(ChatMessage.session_id == session_id)
    if after is not None:
        query = query.where(tuple_(ChatMessage.created_at, ChatMessage.id) > (after.at, after.id))
    query = query.order_by(ChatMessage.created_at, ChatMessage.id).limit(limit)
    return [StoredMessage(**row) for row in connection.execute(query).mappings()]
