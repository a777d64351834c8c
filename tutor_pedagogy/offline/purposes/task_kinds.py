"""The kinds of task that the words of a name, a text or a question suggest."""

from __future__ import annotations

import re
from functools import cache

from tutor_pedagogy.offline.purposes.tables import table

_MOST_KINDS = 2


def kinds_of(words: str) -> list[str]:
    """Return the kinds of task that the words suggest, the specific ones if there are any; `other` if none fits.

    A kind counts more if its word stands earlier: the name of a function comes first, then what is said about it.
    """
    found = {kind: place for kind in table("tasks") if (place := _place_of(kind, words)) is not None}
    places = sorted(found, key=lambda kind: found[kind])
    general = {"each", "decide", "ask", "until", "thing"}
    telling = [kind for kind in places if kind not in general] or places
    if "second" in telling:
        telling = ["second", *(kind for kind in telling if kind not in ("second", "largest", "smallest", "count"))]
    return telling[:_MOST_KINDS] or ["other"]


def _place_of(kind: str, words: str) -> int | None:
    """Return the index of the first word of a kind of task in a text, or None."""
    found = found_word(kind, words)
    return found.start() if found is not None else None


def found_word(kind: str, words: str) -> re.Match[str] | None:
    """Return the first word in a text that suggests a kind of task, or None."""
    own = _patterns()[kind]
    other = table("task_words").get(kind)
    match = own.search(words) if own is not None else None
    return match or (re.search(other, words) if other else None)


@cache
def _patterns() -> dict[str, re.Pattern[str] | None]:
    """Return a pattern for the words of each kind of task, with their plural."""
    return {
        kind: re.compile(rf"(?<![a-z])(?:{'|'.join(map(_phrase, entry['words']))})(?![a-z])")
        if entry["words"]
        else None
        for kind, entry in table("tasks").items()
    }


def _phrase(word: str) -> str:
    if word == "number of":
        return r"(?<!largest )(?<!smallest )(?<!highest )(?<!lowest )(?<!biggest )number of(?! (?:a|the) (?:list|row))"
    return rf"{word}(?:e?s)?"


def word_of(kind: str, words: str) -> str:
    """Return the first word in a text that suggests a kind of task, or ""."""
    found = found_word(kind, words)
    return found[0] if found is not None else ""
