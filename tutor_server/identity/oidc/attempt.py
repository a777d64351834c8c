"""One attempt to sign in at the provider: its secrets, and what the provider must send back (RFC 7636, RFC 6749)."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from tutor_server.identity.oidc.provider import Endpoints

SCOPE = "openid email profile"
LIFETIME_SECONDS = 600
"""Seconds that a person has to sign in at the provider."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt, known by the secret in the cookie of the browser that began it. Nothing of it is stored.

    `state`, `nonce` and the PKCE verifier are derived from the secret. So another browser cannot finish the attempt,
    and it ends with the cookie.
    """

    secret: str = field(repr=False)
    key: bytes = field(repr=False)

    @property
    def state(self) -> str:
        """The value that comes back with the code, and shows that this browser began the attempt."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """The value that the ID token must repeat."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """The PKCE code verifier, which shows at the token endpoint that this service asked for the code."""
        return self._derived("verifier")

    def is_answered_by(self, state: str) -> bool:
        """Return whether a `state` belongs to this attempt."""
        return hmac.compare_digest(self.state.encode(), state.encode())

    def authorization_url(
        self, endpoints: Endpoints, client_id: str, redirect_uri: str, *, asks_password: bool = False
    ) -> str:
        """Return the URL at the provider where the person signs in. `asks_password` has the person sign in anew."""
        challenge = _encoded(hashlib.sha256(self.verifier.encode()).digest())
        parameters = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if asks_password:
            parameters["prompt"] = "login"
        separator = "&" if "?" in endpoints.authorization else "?"
        return f"{endpoints.authorization}{separator}{urlencode(parameters)}"

    def _derived(self, purpose: str) -> str:
        return _encoded(hmac.digest(self.key, f"{purpose} {self.secret}".encode(), hashlib.sha256))


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
