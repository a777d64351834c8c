"""What the tutor knows about programs in other languages than Python."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from tutor_pedagogy.offline.knowledge.entries import groups

_MAX_CODE = 4_000


class Fact(NamedTuple):
    """A fact about another language, the words that ask for it, and what the code must contain."""

    asks: tuple[tuple[re.Pattern[str], ...], ...]
    signs: re.Pattern[str] | None
    says: str


def known_abroad(language: str, question: str, code: str) -> str:
    """Return what is known about a question on a program in another language, or ""."""
    for fact in _facts().get(language, ()):
        is_asked = any(all(part.search(question) for part in group) for group in fact.asks)
        if is_asked and (fact.signs is None or fact.signs.search(code[:_MAX_CODE])):
            return fact.says
    return ""


@cache
def _facts() -> dict[str, tuple[Fact, ...]]:
    text = (files("tutor_pedagogy.offline.knowledge") / "foreign.toml").read_text(encoding="utf-8")
    return {
        language: tuple(
            Fact(groups(each["asks"]), re.compile(each["signs"]) if "signs" in each else None, each["says"])
            for each in facts
        )
        for language, facts in tomllib.loads(text).items()
    }
