"""Withhold the canary: a secret of the system prompt that must not appear in an answer in any spelling."""

from __future__ import annotations

import base64
import codecs
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.views.characters import undisguised

if TYPE_CHECKING:
    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit

_SHORTEST = 8
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())
_SMALL_LETTERS = bytes(range(256)).lower()


def forms_of(secret: str) -> tuple[str, ...]:
    """Return the spellings of a canary to search for.

    Raise `ValueError` if it has fewer than eight letters and digits, because an answer may contain those by chance.
    """
    bare = _bare(secret)
    if len(bare) < _SHORTEST:
        raise ValueError(f"a canary needs at least {_SHORTEST} letters or digits")
    written = secret.encode()
    forms = [bare, bare[::-1], codecs.encode(bare, "rot13"), written.hex()]
    # Base64 of a longer text contains the secret at one of three byte offsets. Characters that depend on the
    # neighbouring text are cut off.
    forms += [_bare(base64.b64encode(b"\0" * shift + written).decode()[4 if shift else 0 : -4]) for shift in range(3)]
    return tuple(form for form in forms if len(form) >= _SHORTEST)


def check(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the rule if the answer so far contains the canary. Only letters and digits are compared, ignoring case."""
    bare = _bare(undisguised(unit.text)) if context.canary_forms else ""
    if not bare:
        return None
    said = context.canary_tail + bare
    context.canary_tail = said[-max(map(len, context.canary_forms)) :]
    return GuardRule.CANARY if any(map(said.__contains__, context.canary_forms)) else None


def _bare(text: str) -> str:
    if text.isascii():
        return text.encode().translate(_SMALL_LETTERS, _NO_LETTERS).decode()  # Ten times faster than `str.translate`.
    return "".join(filter(str.isalnum, text)).casefold()
