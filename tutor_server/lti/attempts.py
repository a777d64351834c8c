"""The state of a launch under way: signed by this service, not stored, and valid without a cookie."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from tutor_server.lti.refusals import AGAIN, LaunchRefused

if TYPE_CHECKING:
    from datetime import datetime

    from tutor_server.clock import Clock

LIFETIME_SECONDS = 600
"""Seconds that a person has from the platform's first request until the launch is carried out."""
KEPT_SECONDS = 60
_FORM = struct.Struct(">16sQ16s16s16s")
"""Platform, time of the beginning, random bytes, digest of the target, digest of the browser's secret."""
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Attempt:
    """A launch under way. `nonce` is what its token must repeat; it belongs to this `state` alone."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    platform_id: UUID
    expires_at: float
    target_digest: bytes
    browser_digest: bytes = field(repr=False)

    def is_for(self, target: object) -> bool:
        """Return whether the launch began for this target (LTI 1.3 Core §5.3.5)."""
        return isinstance(target, str) and hmac.compare_digest(_digest(target), self.target_digest)

    def began_in(self, browser: str | None) -> bool:
        """Return whether the launch began in the browser with this secret in its cookie."""
        return browser is not None and hmac.compare_digest(_digest(browser), self.browser_digest)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Makes and reads states. A stranger who begins launches causes no rows: only a verified launch is stored."""

    key: bytes = field(repr=False)
    clock: Clock

    def begin(self, platform_id: UUID, target: str) -> tuple[Attempt, str]:
        """Return a new attempt, and the secret for the browser's cookie."""
        browser = secrets.token_urlsafe(32)
        body = _FORM.pack(
            platform_id.bytes,
            int(self.clock.now().timestamp()),
            secrets.token_bytes(16),
            _digest(target),
            _digest(browser),
        )
        state = _encoded(body + self._signed(b"state", body))
        return self._attempt(state, body), browser

    def read(self, state: str) -> Attempt:
        """Return the attempt of a state. Raise `LaunchRefused` if this service did not make it, or it is too old."""
        try:
            content = urlsafe_b64decode(state.encode("ascii") + b"==")
        except ValueError:
            content = b""
        body, signature = content[: _FORM.size], content[_FORM.size :]
        is_signed = len(body) == _FORM.size and hmac.compare_digest(self._signed(b"state", body), signature)
        if not is_signed or _encoded(content) != state:  # Another spelling of a used state would count as unused.
            raise LaunchRefused(f"This launch did not begin here. {AGAIN}", "state")
        attempt = self._attempt(state, body)
        if attempt.expires_at < self.clock.now().timestamp():
            raise LaunchRefused(f"This launch took too long. {AGAIN}", "state expired")
        return attempt

    def ticket(self, attempt: Attempt) -> str:
        """Return the secret by which a verified launch is carried out."""
        return _encoded(self._signed(b"ticket", attempt.state.encode()))

    def _attempt(self, state: str, body: bytes) -> Attempt:
        platform, began_at, _, target, browser = _FORM.unpack(body)
        nonce = _encoded(self._signed(b"nonce", body))
        return Attempt(state, nonce, UUID(bytes=platform), began_at + LIFETIME_SECONDS, target, browser)

    def _signed(self, purpose: bytes, content: bytes) -> bytes:
        return hmac.digest(self.key, purpose + b" " + content, hashlib.sha256)


def hash_of(secret: str) -> bytes:
    """Return the hash under which a state or a ticket is stored."""
    return hashlib.sha256(secret.encode()).digest()


def expiry_of(attempt: Attempt, now: datetime) -> datetime:
    """Return the time until which a used attempt is remembered: longer than a request that is late can take."""
    return type(now).fromtimestamp(attempt.expires_at + KEPT_SECONDS, now.tzinfo)


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[:_DIGEST_BYTES]
