"""The entries of the knowledge base: which places and words each is about, and its texts."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILES = ("calls", "language", "messages")
_LANGUAGES = ("de", "es", "fr", "pt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A thing that students ask about.

    `names` are words of code that mean it. `needs` are kinds of places, of which the program must have one. A question
    asks about it if all patterns of one of the groups in `asks` are found. `native` are texts in other languages.
    """

    key: str
    names: frozenset[str]
    needs: tuple[str, ...]
    asks: tuple[tuple[re.Pattern[str], ...], ...]
    says: str
    question: str
    example: str
    native: Mapping[str, str]
    is_local: bool = False
    """Whether its words are so common that they count only beside a place on the line of the question."""

    def is_asked(self, question: str) -> bool:
        """Return whether the words of a question ask about this."""
        return any(all(part.search(question) for part in group) for group in self.asks)


@cache
def entries() -> tuple[Entry, ...]:
    """Return all entries in the order of the files; of two that fit as well, the earlier one counts."""
    folder = files("tutor_pedagogy.offline.knowledge")
    tables = [tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")) for name in _FILES]
    return tuple(_entry(key, each) for table in tables for key, each in table.items())


def _entry(key: str, each: dict[str, Any]) -> Entry:
    return Entry(
        key=key,
        names=frozenset(each.get("names", ())),
        needs=tuple(each.get("needs", ())),
        asks=tuple(tuple(_stems(part) for part in group.split(" & ")) for group in each.get("asks", ())),
        says=each["says"],
        question=each.get("ask", ""),
        example=each.get("example", ""),
        is_local=each.get("is_local", False),
        native={language: each[language] for language in _LANGUAGES if language in each},
    )


def _stems(part: str) -> re.Pattern[str]:
    """Return a pattern that finds one of the stems, with the bars between them, at the beginning of a word."""
    return re.compile(rf"(?<!\w)(?:{part})", re.IGNORECASE)
