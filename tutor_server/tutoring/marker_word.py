"""The secret word around the student's material in prompts: one for each session and problem."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

_DIGITS = 24
"""The number of hexadecimal digits of a word: 96 bits, which nobody guesses."""


def marker_word(key: bytes, session_id: UUID, problem_id: UUID) -> str:
    """Return the secret word. It is equal for all asks of a session about a problem, so that their prompts begin alike.

    The student does not know it and so cannot write text that ends the material. The guard withholds an answer that
    contains it.
    """
    return hmac.digest(key, session_id.bytes + problem_id.bytes, hashlib.sha256).hex()[:_DIGITS]
