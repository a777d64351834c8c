"""The kind of a question about a hint, told by its words."""

from __future__ import annotations

import re
from functools import cache

from tutor_pedagogy.dialogue.tables import table

_MAX_QUESTION = 400
"""The maximum number of characters of a question that are read."""


def kind_of(question: str) -> str | None:
    """Return the kind of a question about a hint, or None if its words do not show it."""
    text = question[:_MAX_QUESTION].replace("\u2019", "'").strip()
    return next((name for name, pattern in _patterns() if pattern.search(text)), None)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (kind["name"], re.compile("|".join(f"(?:{pattern})" for pattern in kind["patterns"]), re.IGNORECASE))
        for kind in table("kinds")["kind"]
    )
