"""The kind of a question about a hint, told by its words."""

from __future__ import annotations

import re
from functools import cache

from tutor_pedagogy.dialogue.tables import table

_MAX_QUESTION = 400
"""The maximum number of characters of a question that are read."""

_TRIED = re.compile(
    r"\b(?:tried|try|did|added|changed|put|used|replaced|removed|probiert|versucht|prob[eé]|intent[eé]|essay[eé]"
    r"|tentei|experimentei)\b",
    re.IGNORECASE,
)
_STILL = re.compile(
    r"\b(?:still|same|again|not|doesn.?t|noch|immer|sigue|igual|encore|toujours|ainda)\b", re.IGNORECASE
)


def kind_of(question: str) -> str | None:
    """Return the kind of a question about a hint, or None if its words do not show it."""
    text = question[:_MAX_QUESTION].replace("\u2019", "'").strip()
    return next((name for name, pattern in _patterns() if pattern.search(text)), None)


def without_opening(question: str) -> str:
    """Return a question without the words in front of it that ask nothing, such as “but I don't understand why”."""
    text = question.replace("\u2019", "'").strip()
    match = _opening().match(text[:_MAX_QUESTION])
    return text[match.end() :] if match is not None and len(text) > match.end() else text


def is_guessing(question: str) -> bool:
    """Return whether a question can be answered with yes or no, or tells of something that the student has tried."""
    text = question[:_MAX_QUESTION].replace("\u2019", "'").strip()
    return any(pattern.search(text) for pattern in _guesses())


def is_tried(question: str) -> bool:
    """Return whether a question tells of a change that was tried without success."""
    text = question[:_MAX_QUESTION]
    return _TRIED.search(text) is not None and _STILL.search(text) is not None


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(table("kinds")["opening"], re.IGNORECASE)


@cache
def _guesses() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in table("kinds")["guesses"])


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (kind["name"], re.compile("|".join(f"(?:{pattern})" for pattern in kind["patterns"]), re.IGNORECASE))
        for kind in table("kinds")["kind"]
    )
