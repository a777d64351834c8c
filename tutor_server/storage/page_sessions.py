"""Statements about browsers that are signed in to the account pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from tutor_server.storage.models import PageSession

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection


def start_session(
    connection: Connection, browser_hash: bytes, *, user_id: UUID, now: datetime, expires_at: datetime
) -> None:
    """Sign a browser in, under a new secret."""
    connection.execute(
        insert(PageSession).values(browser_hash=browser_hash, user_id=user_id, created_at=now, expires_at=expires_at)
    )


def user_of_session(connection: Connection, browser_hash: bytes, now: datetime) -> UUID | None:
    """Return the account that a browser is signed in to."""
    return connection.scalar(
        select(PageSession.user_id).where(PageSession.browser_hash == browser_hash, PageSession.expires_at > now)
    )


def began_after(connection: Connection, browser_hash: bytes, since: datetime) -> bool:
    """Return whether a browser's session began after a time."""
    query = select(PageSession.user_id).where(PageSession.browser_hash == browser_hash, PageSession.created_at > since)
    return connection.scalar(query) is not None


def end_session(connection: Connection, browser_hash: bytes) -> None:
    """Sign a browser out."""
    connection.execute(delete(PageSession).where(PageSession.browser_hash == browser_hash))
