"""Statements about browser sessions of the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from tutor_server.storage.models import DashboardSession

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def open_session(connection: Connection, token_hash: bytes, *, now: datetime, expires_at: datetime) -> None:
    """Add a session, and delete the sessions that have expired."""
    connection.execute(delete(DashboardSession).where(DashboardSession.expires_at <= now))
    connection.execute(insert(DashboardSession).values(token_hash=token_hash, created_at=now, expires_at=expires_at))


def is_open(connection: Connection, token_hash: bytes, now: datetime) -> bool:
    """Return whether a session exists and has not expired."""
    query = select(DashboardSession.token_hash).where(
        DashboardSession.token_hash == token_hash, DashboardSession.expires_at > now
    )
    return connection.scalar(query) is not None


def close_session(connection: Connection, token_hash: bytes) -> bool:
    """Delete a session; return whether it existed."""
    closed = connection.execute(delete(DashboardSession).where(DashboardSession.token_hash == token_hash))
    return closed.rowcount == 1
