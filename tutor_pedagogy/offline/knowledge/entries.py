"""The entries of the knowledge base: which places and words each is about, and its texts."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FILES = ("doubts", "calls", "language", "messages")
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

    def parts_asked(self, question: str) -> int:
        """Return the number of patterns of the largest group that a question has; 0 if it asks for something else."""
        return max((len(group) for group in self.asks if all(part.search(question) for part in group)), default=0)


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
        asks=groups(each.get("asks", ())),
        says=each["says"],
        question=each.get("ask", ""),
        example=each.get("example", ""),
        is_local=each.get("is_local", False),
        native={language: each[language] for language in _LANGUAGES if language in each},
    )


def groups(asks: Iterable[str]) -> tuple[tuple[re.Pattern[str], ...], ...]:
    """Return the patterns of each group of words, of which a question needs one whole group."""
    return tuple(tuple(_stems(part) for part in group.split(" & ")) for group in asks)


def _stems(part: str) -> re.Pattern[str]:
    """Return a pattern that finds one of the stems, with the bars between them, at the beginning of a word."""
    return re.compile(rf"(?<!\w)(?:{part})", re.IGNORECASE)
