"""The keys for tokens, hashes and forms, each derived for one purpose from the service's secret."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Keys:
    """One 256-bit key for each purpose, so that a signature for one purpose is invalid for another."""

    access_tokens: bytes = field(repr=False)
    """Signs access tokens."""
    refresh_tokens: bytes = field(repr=False)
    """Derives a refresh token's successor."""
    subjects: bytes = field(repr=False)
    """Hashes e-mail addresses."""
    device_page: bytes = field(repr=False)
    """Signs the CSRF tokens of the device page's forms, which bind a form to its browser."""
    account_page: bytes = field(repr=False)
    """Signs the CSRF tokens of the account pages' forms, which bind a form to its browser."""
    admin_page: bytes = field(repr=False)
    """Hashes the secrets of the dashboard's sessions, and signs the CSRF tokens of its forms."""
    single_sign_on: bytes = field(repr=False)
    """Derives what an attempt to sign in at the identity provider is known by, and signs its forms."""
    lti: bytes = field(repr=False)
    """Signs the states of launches from course platforms."""
    prompt_markers: bytes = field(repr=False)
    """Derives the secret words around the student's material in prompts."""

    def subject(self, email: str) -> str:
        """Return the keyed hash that replaces an e-mail address (lower-case) where the address must not be stored."""
        return _hmac(self.subjects, email.encode()).hex()


def derive_keys(secret: bytes) -> Keys:
    """Return the keys derived from the service's secret, which has no other use.

    Each key is one HMAC of its label: the expand step of HKDF (RFC 5869 §2.3) for a single block. The extract step is
    not needed, because the secret is random and long enough.
    """
    return Keys(
        access_tokens=_hmac(secret, b"ask-tutor access tokens\x01"),
        refresh_tokens=_hmac(secret, b"ask-tutor refresh tokens\x01"),
        subjects=_hmac(secret, b"ask-tutor subjects\x01"),
        device_page=_hmac(secret, b"ask-tutor device page\x01"),
        account_page=_hmac(secret, b"ask-tutor account page\x01"),
        admin_page=_hmac(secret, b"ask-tutor admin page\x01"),
        single_sign_on=_hmac(secret, b"ask-tutor single sign-on\x01"),
        lti=_hmac(secret, b"ask-tutor lti\x01"),
        prompt_markers=_hmac(secret, b"ask-tutor prompt markers\x01"),
    )


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)
