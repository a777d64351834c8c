"""Statements about the one-time tokens of links that were mailed or printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sqlalchemy import delete, func, insert, select, update

from tutor_server.storage.models import OneTimeToken

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

Purpose = Literal["confirm", "reset", "invite"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """The token of a link. `browser_hash` identifies the browser in which the account was created, if there was one."""

    token_hash: bytes = field(repr=False)
    user_id: UUID
    purpose: Purpose
    browser_hash: bytes | None = field(default=None, repr=False)
    created_at: datetime
    expires_at: datetime


def add_token(connection: Connection, token: Token) -> None:
    """Store a token."""
    connection.execute(
        insert(OneTimeToken).values(
            token_hash=token.token_hash,
            user_id=token.user_id,
            purpose=token.purpose,
            browser_hash=token.browser_hash,
            created_at=token.created_at,
            expires_at=token.expires_at,
        )
    )


def tokens_since(connection: Connection, user_id: UUID, purpose: Purpose, since: datetime) -> int:
    """Return how many unused tokens for a purpose were created for an account since a time."""
    query = select(func.count()).where(
        OneTimeToken.user_id == user_id, OneTimeToken.purpose == purpose, OneTimeToken.created_at > since
    )
    return connection.scalar(query) or 0


def find_token(connection: Connection, token_hash: bytes, purposes: Collection[Purpose], now: datetime) -> Token | None:
    """Return a valid token for one of the purposes."""
    row = connection.execute(
        select(*OneTimeToken.__table__.columns).where(
            OneTimeToken.token_hash == token_hash, OneTimeToken.purpose.in_(purposes), OneTimeToken.expires_at > now
        )
    ).first()
    if row is None:
        return None
    return Token(
        token_hash=row.token_hash,
        user_id=row.user_id,
        purpose=row.purpose,
        browser_hash=row.browser_hash,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def take_token(connection: Connection, token_hash: bytes, purposes: Collection[Purpose], now: datetime) -> UUID | None:
    """Use up a valid token for one of the purposes; return the account that it belonged to, or None."""
    return connection.scalar(
        delete(OneTimeToken)
        .where(OneTimeToken.token_hash == token_hash, OneTimeToken.purpose.in_(purposes), OneTimeToken.expires_at > now)
        .returning(OneTimeToken.user_id)
    )


def void_tokens(connection: Connection, user_id: UUID, purposes: Collection[Purpose], now: datetime) -> None:
    """Expire the tokens of an account now. Their rows stay, so that `tokens_since` counts them."""
    connection.execute(
        update(OneTimeToken)
        .where(OneTimeToken.user_id == user_id, OneTimeToken.purpose.in_(purposes), OneTimeToken.expires_at > now)
        .values(expires_at=now)
    )
