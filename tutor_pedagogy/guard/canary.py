"""Recognise the canary: a secret of the system prompt that no answer may hold, in whatever spelling."""

from __future__ import annotations

import base64
import codecs

from tutor_pedagogy.guard.disguises import undisguised

_SHORTEST = 8
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())
_SMALL_LETTERS = bytes(range(256)).lower()


class Canary:
    """Watches a text that comes in parts; letters and digits count, case and what is between them does not."""

    def __init__(self, secret: str) -> None:
        bare = _bare(secret)
        if len(bare) < _SHORTEST:
            raise ValueError(f"a canary needs at least {_SHORTEST} letters or digits")
        written = secret.encode()
        forms = [bare, bare[::-1], codecs.encode(bare, "rot13"), written.hex()]
        # Base64 of a longer text holds the secret in one of three shifts; what depends on its neighbours is left off.
        forms += [
            _bare(base64.b64encode(b"\0" * shift + written).decode()[4 if shift else 0 : -4]) for shift in range(3)
        ]
        self._forms = [form for form in forms if len(form) >= _SHORTEST]
        self._longest = max(map(len, self._forms))
        self._tail = ""

    def is_in(self, text: str) -> bool:
        """Take in the next part and tell whether the canary has been said by now."""
        bare = _bare(undisguised(text))
        if not bare:
            return False
        self._tail += bare
        found = any(map(self._tail.__contains__, self._forms))
        self._tail = self._tail[-self._longest :]
        return found


def _bare(text: str) -> str:
    if text.isascii():
        return text.encode().translate(_SMALL_LETTERS, _NO_LETTERS).decode()  # a tenth of what it takes with a text
    return "".join(filter(str.isalnum, text)).casefold()
