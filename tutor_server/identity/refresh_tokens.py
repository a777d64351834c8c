"""Refresh tokens: opaque and long-lived; each use exchanges one for its successor."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

from tutor_server.limits import REFRESH_TOKEN_LIFETIME
from tutor_server.storage import tokens

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.storage.tokens import Rotation

REPLAY_WINDOW = timedelta(seconds=30)
"""How long an exchanged token still returns its successor, since several editor windows may refresh at once."""

_TOKEN_BYTES = 32


class RefreshTokens:
    """Issues and exchanges refresh tokens. The database stores only their hashes.

    A successor is derived from its predecessor with a key, so that it can be issued twice without being stored. The
    methods are called within a write transaction.
    """

    def __init__(self, key: bytes, *, random_bytes: Callable[[int], bytes]) -> None:
        self._key = key
        self._random_bytes = random_bytes

    def start_family(self, connection: Connection, *, family_id: UUID, user_id: UUID, now: datetime) -> str:
        """Begin a sign-in. Return its first token."""
        token = self._random_bytes(_TOKEN_BYTES)
        tokens.start_family(
            connection,
            token_hash=_hash(token),
            family_id=family_id,
            user_id=user_id,
            now=now,
            expires_at=now + REFRESH_TOKEN_LIFETIME,
        )
        return _encode(token)

    def rotate(self, connection: Connection, token: str, now: datetime) -> tuple[str, Rotation] | None:
        """Exchange a token. Return its successor, and the rotation, which says whether the exchange was refused.

        The successor of a refused exchange is invalid. Return None if the token is malformed or does not exist.
        """
        old = _decode(token)
        if old is None:
            return None
        new = hmac.digest(self._key, old, hashlib.sha256)
        rotation = tokens.rotate(
            connection,
            token_hash=_hash(old),
            successor_hash=_hash(new),
            now=now,
            expires_at=now + REFRESH_TOKEN_LIFETIME,
            replay_since=now - REPLAY_WINDOW,
        )
        return None if rotation is None else (_encode(new), rotation)

    def end_family(self, connection: Connection, token: str, now: datetime) -> tuple[UUID, UUID] | None:
        """End the sign-in of a token. Return the ids of sign-in and user, or None if the token does not exist."""
        decoded = _decode(token)
        found = None if decoded is None else tokens.family_of(connection, _hash(decoded))
        if found is not None:
            tokens.revoke_family(connection, found[0], now)
        return found


def _hash(token: bytes) -> bytes:
    # A fast hash is enough: 256 random bits cannot be guessed from it.
    return hashlib.sha256(token).digest()


def _encode(token: bytes) -> str:
    return urlsafe_b64encode(token).rstrip(b"=").decode()


def _decode(token: str) -> bytes | None:
    try:
        decoded = urlsafe_b64decode(token + "=")
    except ValueError:  # The token is not ASCII, or not base64.
        return None
    # The decoder skips characters that are not base64, so reject all but the one canonical encoding.
    return decoded if len(decoded) == _TOKEN_BYTES and _encode(decoded) == token else None
