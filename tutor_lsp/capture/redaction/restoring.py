"""Restore private values in an answer, even if a placeholder is split over several pieces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Restoration:
    """The private values of an ask, by their placeholders."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._longest = max(map(_longest_form, values), default=0)
        self._pattern = _any_of(values) if values else None

    def stream(self) -> RestoredStream:
        """Return a stream for one answer."""
        return RestoredStream(self)

    def restored(self, text: str) -> str:
        """Return a whole text, restored."""
        stream = self.stream()
        return stream.feed(text) + stream.finish()

    def replace_in(self, text: str, start: int) -> str:
        """Return `text` from `start` on, restored. The text before it only shows where words begin."""
        if self._pattern is None:
            return text[start:]
        pieces: list[str] = []
        position = start
        for match in self._pattern.finditer(text, start):
            pieces += (text[position : match.start()], self._values[_plain(match[0])])
            position = match.end()
        return "".join((*pieces, text[position:]))

    def undecided(self, text: str) -> int:
        """Return where the part at the end starts that more text may complete to a placeholder."""
        first = max(0, len(text) - self._longest)
        return next((start for start in range(first, len(text)) if self._may_begin(text[start:])), len(text))

    def _may_begin(self, end: str) -> bool:
        plain = _plain(end.removesuffix("\\"))
        return any(placeholder.startswith(plain) for placeholder in self._values) and bool(plain or end)


class RestoredStream:
    """One answer while it streams. Each text is returned as soon as it is decided."""

    def __init__(self, restoration: Restoration) -> None:
        self._restoration = restoration
        self._held = ""
        self._before = ""

    def feed(self, text: str) -> str:
        """Add the next piece, and return what is decided now."""
        held = self._held + text
        cut = self._restoration.undecided(held)
        self._held = held[cut:]
        return self._out(held[:cut], self._held)

    def finish(self) -> str:
        """Return the rest."""
        held, self._held = self._held, ""
        return self._out(held, "")

    def _out(self, text: str, after: str) -> str:
        before, self._before = self._before, (self._before + text)[-2:]  # as far as the pattern looks back
        restored = self._restoration.replace_in(before + text + after[:1], len(before))
        return restored.removesuffix(after[:1]) if after else restored


def _any_of(placeholders: Mapping[str, str]) -> re.Pattern[str]:
    """Return a pattern that finds each placeholder as a whole word. Markdown may escape its underscore."""
    words = sorted(placeholders, key=len, reverse=True)
    choices = "|".join(re.escape(word).replace("_", r"\\?_") for word in words)
    return re.compile(rf"(?:(?<=\\[abfnrtv])|(?<![^\W_]))(?:{choices})(?![^\W_])")


def _plain(text: str) -> str:
    return text.replace("\\_", "_")


def _longest_form(placeholder: str) -> int:
    return len(placeholder) + placeholder.count("_") + 1
