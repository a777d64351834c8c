"""Checks the tokens of the identity provider: ID tokens and logout tokens, by signature, issuer, audience and time."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import jwt

from tutor_server.identity.oidc.key_set import ALGORITHMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_server.clock import Clock
    from tutor_server.identity.oidc.key_set import ProviderKey

SKEW_SECONDS = 60
"""Seconds by which the provider's clock may differ."""
OLDEST_SECONDS = 600
"""Seconds since its issue after which a token is refused, whatever its own expiry says."""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
MOST_TOKEN_CHARACTERS = 32 * 1024
MOST_SUBJECT_CHARACTERS = 255
"""OpenID Connect Core 1.0 §2: a `sub` has at most 255 ASCII characters."""
MOST_ADDRESS_CHARACTERS = 254
_FARTHEST_SECONDS = 1e15
"""Seconds since 1970 that no time of a token reaches."""
_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f]++@[^@\s\x00-\x1f\x7f]++")


class TokenRefused(Exception):
    """A token is not accepted. The message says which check failed; it holds no claim of the token."""


@dataclass(frozen=True, slots=True)
class Person:
    """The person whom the provider has signed in. `is_email_verified` is None if the provider does not say."""

    issuer: str
    subject: str
    email: str | None
    is_email_verified: bool | None
    sid: str | None
    """The session at the provider."""


@dataclass(frozen=True, slots=True)
class EndedSession:
    """What a logout token ends: all sign-ins of a subject, or those of one session at the provider."""

    issuer: str
    subject: str | None
    sid: str | None


class Registration(Protocol):
    """What this service is to an issuer of tokens."""

    @property
    def issuer(self) -> str:
        """The name of the issuer."""
        ...

    @property
    def client_id(self) -> str:
        """The name of this service there."""
        ...


class TokenIssuer(Protocol):
    """An issuer of tokens: an identity provider, or a platform of LTI."""

    @property
    def client(self) -> Registration:
        """The registration of this service there."""
        ...

    async def key(self, kid: str | None, algorithm: str) -> ProviderKey | None:
        """Return the key with an id, or None. Raise `ProviderUnavailable`."""
        ...


class TokenCheck:
    """Checks the tokens that one provider issues to this service."""

    def __init__(self, provider: TokenIssuer, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock

    async def id_token(self, token: str, *, nonce: str) -> dict[str, Any]:
        """Return the claims of an ID token (OpenID Connect Core 1.0 §3.1.3.7).

        Raise `TokenRefused` or `ProviderUnavailable`.
        """
        claims = await self._claims(token)
        said = claims.get("nonce")
        if not isinstance(said, str) or not said.isascii() or not hmac.compare_digest(said, nonce):
            raise TokenRefused("nonce")
        self._require_fresh(claims, needs_expiry=True)
        _subject(claims)
        return claims

    async def logout_token(self, token: str) -> EndedSession:
        """Return what a logout token ends (OpenID Connect Back-Channel Logout 1.0 §2.6).

        Raise `TokenRefused` or `ProviderUnavailable`.
        """
        claims = await self._claims(token)
        self._require_fresh(claims, needs_expiry=False)
        events = claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
            raise TokenRefused("events")
        if "nonce" in claims:
            raise TokenRefused("nonce in a logout token")
        subject, sid = claims.get("sub"), _session(claims)
        if subject is None and sid is None:
            raise TokenRefused("neither sub nor sid")
        return EndedSession(self._provider.client.issuer, None if subject is None else _subject(claims), sid)

    async def _claims(self, token: str) -> dict[str, Any]:
        """Return the claims of a token with a valid signature, of the right issuer and audience."""
        if len(token) > MOST_TOKEN_CHARACTERS:
            raise TokenRefused("size")
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise TokenRefused("form") from None
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or "crit" in header:
            raise TokenRefused("alg")
        key = await self._provider.key(kid, algorithm)
        if key is None:
            raise TokenRefused("kid")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=[algorithm],
                options={
                    "verify_aud": False,
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                    "verify_sub": False,
                },
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            raise TokenRefused("signature") from None
        client = self._provider.client
        if claims.get("iss") != client.issuer:
            raise TokenRefused("iss")
        _require_audience(claims, client.client_id)
        return claims

    def _require_fresh(self, claims: Mapping[str, Any], *, needs_expiry: bool) -> None:
        now = self._clock.now().timestamp()
        issued_at, expires_at = _time(claims, "iat"), _time(claims, "exp")
        if issued_at is None or issued_at > now + SKEW_SECONDS or issued_at < now - OLDEST_SECONDS:
            raise TokenRefused("iat")
        if (needs_expiry and expires_at is None) or (expires_at is not None and expires_at < now - SKEW_SECONDS):
            raise TokenRefused("exp")
        not_before = _time(claims, "nbf")
        if not_before is not None and not_before > now + SKEW_SECONDS:
            raise TokenRefused("nbf")


def person_of(claims: Mapping[str, Any], userinfo: Mapping[str, Any]) -> Person:
    """Return the person whom an ID token and the userinfo response are about. Raise `TokenRefused`.

    The address is the ID token's or else that of the userinfo response, which must be about the same subject
    (OpenID Connect Core 1.0 §5.3.2). An address and the word on it come from the same source.
    """
    subject = _subject(claims)
    source = claims if isinstance(claims.get("email"), str) else userinfo
    if source is userinfo and userinfo and userinfo.get("sub") != subject:
        raise TokenRefused("sub of userinfo")
    return Person(
        issuer=claims["iss"],
        subject=subject,
        email=address_in(source.get("email")),
        is_email_verified=_truth(source.get("email_verified")),
        sid=_session(claims),
    )


def address_in(value: object) -> str | None:
    """Return an e-mail address in lower case, or None for a text that is none and could not be stored as one."""
    address = value.strip().lower() if isinstance(value, str) else ""
    is_fit = len(address) <= MOST_ADDRESS_CHARACTERS and address.isprintable() and _ADDRESS.fullmatch(address)
    return address if is_fit else None


def _session(claims: Mapping[str, Any]) -> str | None:
    """Return the session at the provider, or None if there is none that could be stored."""
    sid = claims.get("sid")
    is_fit = isinstance(sid, str) and 0 < len(sid) <= MOST_SUBJECT_CHARACTERS and sid.isprintable()
    return sid if is_fit else None


def _truth(value: object) -> bool | None:
    """Return a truth value; some providers send it as a string."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT_CHARACTERS or not subject.isprintable():
        raise TokenRefused("sub")
    return subject


def _require_audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Raise `TokenRefused` if a token is not for this service alone, or does not say that it was issued to it."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if client_id not in audiences:
        raise TokenRefused("aud")
    if (len(audiences) > 1 or party is not None) and party != client_id:
        raise TokenRefused("azp")


def _time(claims: Mapping[str, Any], name: str) -> float | None:
    """Return a time of a token, or None if the token has none. Raise `TokenRefused` if it is no finite number."""
    value = claims.get(name)
    if value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if (
        not is_number or not -_FARTHEST_SECONDS < value < _FARTHEST_SECONDS
    ):  # Python's JSON also knows NaN and Infinity.
        raise TokenRefused(name)
    return float(value)
