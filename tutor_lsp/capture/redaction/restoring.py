"""Restore private values in an answer, even if the stream splits a placeholder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Restoration:
    """The private values of an ask, by placeholder."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._longest = max(map(_longest_form, values), default=0)
        self._pattern = _any_of(values) if values else None

    def stream(self) -> RestoredStream:
        """Return a stream that restores the private values in one answer."""
        return RestoredStream(self)

    def restored(self, text: str) -> str:
        """Return a complete text with its private values restored."""
        stream = self.stream()
        return stream.feed(text) + stream.finish()

    def replace_in(self, text: str, start: int) -> str:
        """Return `text` from offset `start` on, with its values restored.

        The text before `start` only shows whether a word begins there.
        """
        if self._pattern is None:
            return text[start:]
        pieces: list[str] = []
        position = start
        for match in self._pattern.finditer(text, start):
            pieces += (text[position : match.start()], self._values[_plain(match[0])])
            position = match.end()
        return "".join((*pieces, text[position:]))

    def undecided(self, text: str) -> int:
        """Return the offset where a possibly incomplete placeholder at the text's end begins, or the text's length."""
        first = max(0, len(text) - self._longest)
        return next((start for start in range(first, len(text)) if self._may_begin(text[start:])), len(text))

    def _may_begin(self, end: str) -> bool:
        plain = _plain(end.removesuffix("\\"))
        return any(placeholder.startswith(plain) for placeholder in self._values) and bool(plain or end)


class RestoredStream:
    """Restores one answer while it streams. It holds back only text that may be an incomplete placeholder."""

    def __init__(self, restoration: Restoration) -> None:
        self._restoration = restoration
        self._held = ""
        self._before = ""

    def feed(self, text: str) -> str:
        """Add the next part of the answer. Return the restored text that is complete now."""
        held = self._held + text
        cut = self._restoration.undecided(held)
        self._held = held[cut:]
        return self._out(held[:cut], self._held)

    def finish(self) -> str:
        """Return the restored text that was held back."""
        held, self._held = self._held, ""
        return self._out(held, "")

    def _out(self, text: str, after: str) -> str:
        before, self._before = self._before, (self._before + text)[-2:]  # The pattern looks back two characters.
        restored = self._restoration.replace_in(before + text + after[:1], len(before))
        return restored.removesuffix(after[:1]) if after else restored


def _any_of(placeholders: Mapping[str, str]) -> re.Pattern[str]:
    """Return a pattern that finds each placeholder as a whole word, even if Markdown escapes its underscores."""
    words = sorted(placeholders, key=len, reverse=True)
    choices = "|".join(re.escape(word).replace("_", r"\\?_") for word in words)
    return re.compile(rf"(?:(?<=\\[abfnrtv])|(?<![^\W_]))(?:{choices})(?![^\W_])")


def _plain(text: str) -> str:
    return text.replace("\\_", "_")


def _longest_form(placeholder: str) -> int:
    return len(placeholder) + placeholder.count("_") + 1
