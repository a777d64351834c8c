"""Statements about refresh tokens. A family is all tokens of one sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import ColumnElement, delete, insert, select, update

from tutor_server.storage.models import DeviceAuthorization, EndedSignIn, PageSession, RefreshToken
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

Refusal = Literal["expired", "revoked", "reused"]


@dataclass(frozen=True, slots=True)
class Rotation:
    """The owner of a refresh token that a client presented, and why it was refused (None: it was exchanged)."""

    user_id: UUID
    family_id: UUID
    refusal: Refusal | None = None


def start_family(
    connection: Connection, *, token_hash: bytes, family_id: UUID, user_id: UUID, now: datetime, expires_at: datetime
) -> None:
    """Store the first token of a sign-in, and delete rows that the user's earlier sign-ins have left."""
    connection.execute(delete(RefreshToken).where(RefreshToken.user_id == user_id, RefreshToken.expires_at <= now))
    _add(connection, token_hash, family_id=family_id, user_id=user_id, now=now, expires_at=expires_at)


def rotate(
    connection: Connection,
    *,
    token_hash: bytes,
    successor_hash: bytes,
    now: datetime,
    expires_at: datetime,
    replay_since: datetime,
) -> Rotation | None:
    """Exchange a token for its successor by compare-and-set; return None if the token does not exist.

    A token that was exchanged after `replay_since` gives the same successor again as long as that is unused. Any other
    use of an exchanged token means that two parties hold it, and revokes the family (RFC 9700 §4.14.2).
    """
    exchanged = connection.execute(
        update(RefreshToken)
        .where(
            RefreshToken.token_hash == token_hash,
            RefreshToken.expires_at > now,
            RefreshToken.rotated_at.is_(None),
            RefreshToken.revoked_at.is_(None),
        )
        .values(rotated_at=now)
        .returning(RefreshToken.family_id, RefreshToken.user_id)
    ).first()
    if exchanged is not None:
        family_id, user_id = exchanged
        _add(connection, successor_hash, family_id=family_id, user_id=user_id, now=now, expires_at=expires_at)
        return Rotation(user_id, family_id)

    token = connection.execute(select(RefreshToken.__table__).where(RefreshToken.token_hash == token_hash)).first()
    if token is None:
        return None
    if token.revoked_at is not None:
        return Rotation(token.user_id, token.family_id, "revoked")
    if token.rotated_at is None:
        return Rotation(token.user_id, token.family_id, "expired")
    if token.rotated_at > replay_since and _is_unused(connection, successor_hash):
        return Rotation(token.user_id, token.family_id)
    revoke_family(connection, token.family_id, now)
    return Rotation(token.user_id, token.family_id, "reused")


def family_of(connection: Connection, token_hash: bytes) -> tuple[UUID, UUID] | None:
    """Return the family and the user of a token."""
    query = select(RefreshToken.family_id, RefreshToken.user_id).where(RefreshToken.token_hash == token_hash)
    row = connection.execute(query).first()
    return None if row is None else (row.family_id, row.user_id)


def revoke_family(connection: Connection, family_id: UUID, now: datetime) -> None:
    """End one sign-in."""
    _revoke(connection, RefreshToken.family_id == family_id, now)


def revoke_families_of(connection: Connection, user_id: UUID, now: datetime) -> frozenset[UUID]:
    """End every sign-in of a user, and drop every device that the user was about to sign in; return the families."""
    connection.execute(delete(DeviceAuthorization).where(DeviceAuthorization.user_id == user_id))
    connection.execute(delete(PageSession).where(PageSession.user_id == user_id))
    return _revoke(connection, RefreshToken.user_id == user_id, now)


def ended_families(connection: Connection) -> Mapping[UUID, datetime]:
    """Return the stored ids of ended sign-ins, with the time at which each ended."""
    query = select(EndedSignIn.family_id, EndedSignIn.ended_at)
    return {row.family_id: row.ended_at for row in connection.execute(query)}


def forget_ended_families(connection: Connection, before: datetime) -> None:
    """Delete ended sign-ins whose access tokens have all expired."""
    connection.execute(delete(EndedSignIn).where(EndedSignIn.ended_at < before))


def _add(
    connection: Connection, token_hash: bytes, *, family_id: UUID, user_id: UUID, now: datetime, expires_at: datetime
) -> None:
    connection.execute(
        insert(RefreshToken).values(
            token_hash=token_hash, family_id=family_id, user_id=user_id, created_at=now, expires_at=expires_at
        )
    )


def _is_unused(connection: Connection, token_hash: bytes) -> bool:
    query = select(RefreshToken.token_hash).where(
        RefreshToken.token_hash == token_hash, RefreshToken.rotated_at.is_(None), RefreshToken.revoked_at.is_(None)
    )
    return connection.execute(query).first() is not None


def _revoke(connection: Connection, condition: ColumnElement[bool], now: datetime) -> frozenset[UUID]:
    statement = (
        update(RefreshToken)
        .where(condition, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(RefreshToken.family_id)
    )
    families: set[UUID] = set()
    # Repeat until no token is left: the first update may have waited for a concurrent rotation, whose new token it
    # cannot see.
    while revoked := connection.scalars(statement).all():
        families.update(revoked)
    if families:
        ended = upsert(connection, EndedSignIn).on_conflict_do_nothing()
        connection.execute(ended, [{"family_id": family_id, "ended_at": now} for family_id in families])
    return frozenset(families)
