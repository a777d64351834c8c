"""Access tokens: short-lived signed tokens that identify the caller, checked without the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jwt
import structlog

from tutor_server.errors import TokenExpired, Unauthenticated
from tutor_server.limits import ACCESS_TOKEN_LIFETIME

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.identity.revocations import Revocations

log: FilteringBoundLogger = structlog.get_logger()

_ALGORITHM = "HS256"
_TYPE = "at+jwt"
_ISSUER = "ask-tutor"
_AUDIENCE = "ask-tutor/api"
_CLAIMS = ("iss", "aud", "sub", "exp", "iat", "jti", "sid")
_CACHED_TOKENS = 10_000


@dataclass(frozen=True, slots=True)
class AccessToken:
    """The claims of a valid access token. `family_id` identifies the sign-in that issued it."""

    user_id: UUID
    family_id: UUID
    expires_at: datetime


class AccessTokens:
    """Issues and verifies JWT access tokens in the format of RFC 9068, by the rules of RFC 8725.

    The algorithm is fixed and never taken from the token (§3.1). Type, issuer and audience are checked, so that other
    kinds of token are rejected (§3.8, §3.9, §3.11). Every claim is required. A verified token is cached until it
    expires.
    """

    def __init__(self, key: bytes, *, clock: Clock, new_id: Callable[[], UUID]) -> None:
        self._key = key
        self._clock = clock
        self._new_id = new_id
        self._verified: dict[str, AccessToken] = {}
        # PyJWT would read the system clock, so the times are checked in `verify` with the injected clock.
        self._jwt = jwt.PyJWT({"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False, "verify_nbf": False})

    def issue(self, user_id: UUID, family_id: UUID) -> str:
        """Return a signed token for a user, valid for 15 minutes."""
        now = self._clock.now()
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "sub": str(user_id),
            "sid": str(family_id),
            "jti": str(self._new_id()),
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_TOKEN_LIFETIME).timestamp()),
        }
        return self._jwt.encode(claims, self._key, _ALGORITHM, headers={"typ": _TYPE})

    def verify(self, token: str) -> AccessToken:
        """Return the claims of a token. Raise `TokenExpired`, or `Unauthenticated` for any other fault."""
        access = self._verified.get(token)
        if access is None:
            access = self._decode(token)
            if len(self._verified) >= _CACHED_TOKENS:
                self._forget_oldest()
            self._verified[token] = access
        if access.expires_at <= self._clock.now():
            del self._verified[token]
            log.info("access_token_refused", reason="expired", user_id=str(access.user_id))
            raise TokenExpired
        return access

    def _decode(self, token: str) -> AccessToken:
        try:
            decoded = self._jwt.decode_complete(
                token, self._key, [_ALGORITHM], issuer=_ISSUER, audience=_AUDIENCE, options={"strict_aud": True}
            )
            return _read(decoded["header"], decoded["payload"])
        except (jwt.InvalidTokenError, ValueError) as error:
            log.info("access_token_refused", reason=type(error).__name__)
            raise Unauthenticated from None

    def _forget_oldest(self) -> None:
        for token in list(self._verified)[: _CACHED_TOKENS // 10]:
            del self._verified[token]


def _read(header: dict[str, Any], claims: dict[str, Any]) -> AccessToken:
    if header.get("typ") != _TYPE:
        raise ValueError("a token of another type")
    expires, issued = claims["exp"], claims["iat"]
    if not (type(expires) is type(issued) is int):
        raise ValueError("a time is not a whole number")
    try:
        expires_at = datetime.fromtimestamp(expires, UTC)
    except (OverflowError, OSError):
        raise ValueError("a time is out of range") from None
    return AccessToken(UUID(str(claims["sub"])), UUID(str(claims["sid"])), expires_at)


class Authenticator:
    """Authenticates the sender of a request, and checks that the sign-in of the token has not ended."""

    def __init__(self, access_tokens: AccessTokens, revocations: Revocations) -> None:
        self._access_tokens = access_tokens
        self._revocations = revocations

    def authenticate(self, authorization: str | None) -> AccessToken:
        """Return the claims of an `Authorization` header (RFC 6750 §2.1). Raise `Unauthenticated` or `TokenExpired`."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.isascii():
            raise Unauthenticated
        return self.verify(token.strip())

    def verify(self, access_token: str) -> AccessToken:
        """Return the claims of a token without `Bearer`, as in an `auth` frame. Raise as `authenticate` does."""
        if not access_token.isascii():
            raise Unauthenticated
        token = self._access_tokens.verify(access_token)
        if self.has_ended(token):
            log.info("access_token_refused", reason="sign-in ended", user_id=str(token.user_id))
            raise Unauthenticated
        return token

    def has_ended(self, token: AccessToken) -> bool:
        """Return whether the sign-in of an already verified token has ended since."""
        return self._revocations.has_ended(token.family_id)
