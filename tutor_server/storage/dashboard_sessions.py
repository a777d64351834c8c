"""Statements over the browsers that are signed in to the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from tutor_server.storage.models import DashboardSession

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def open_session(connection: Connection, token_hash: bytes, *, now: datetime, expires_at: datetime) -> None:
    """Add a session, and drop those that have run out."""
    connection.execute(delete(DashboardSession).where(DashboardSession.expires_at <= now))
    connection.execute(insert(DashboardSession).values(token_hash=token_hash, created_at=now, expires_at=expires_at))


def is_open(connection: Connection, token_hash: bytes, now: datetime) -> bool:
    """Return whether a session is there and has not run out."""
    query = select(DashboardSession.token_hash).where(
        DashboardSession.token_hash == token_hash, DashboardSession.expires_at > now
    )
    return connection.scalar(query) is not None


def close_session(connection: Connection, token_hash: bytes) -> bool:
    """Remove a session; return whether it was there."""
    closed = connection.execute(delete(DashboardSession).where(DashboardSession.token_hash == token_hash))
    return closed.rowcount == 1
