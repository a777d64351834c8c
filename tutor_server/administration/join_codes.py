"""Join codes: short codes with which students join a course."""

from __future__ import annotations

import re
import secrets

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"
"""Letters that form no words and are not mistaken for each other (RFC 8628 §6.1)."""
LENGTH = 8
PATTERN = r"^[A-Z0-9]{6,16}$"
_SEPARATORS = re.compile(r"[\s-]+")


def new_join_code() -> str:
    """Return a random code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def is_join_code(text: str) -> bool:
    """Return whether a text has the form of a code as it is stored."""
    return re.match(PATTERN, text) is not None


def normalised(code: str) -> str:
    """Return a code as it is stored: in upper case, without spaces and hyphens."""
    return _SEPARATORS.sub("", code).upper()
