"""The words above an answer: its hint level by number and name, and why an ask did not climb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_lsp.protocol import AI_LABEL
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from tutor_protocol import Accepted

SOLVED = "Solved"
ASKED = "same level: you asked a question"
CHANGED = "same level: you changed the code"
STARTS_AGAIN = "from the start: you changed the code"
UNEARNED = "try something first: edit, run or answer"

_TEENS = range(11, 14)
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}
_ATTEMPTS = {"same", "nearer", "worse"}


def label(accepted: Accepted) -> str:
    """Return the number and the name of the hint level, or `SOLVED`. A level without a name has its number only."""
    if accepted.change == "solved":
        return SOLVED
    level = accepted.hint_level
    return f"Hint {level} · {HintLevel(level).name.lower()}" if level in list(HintLevel) else f"Hint {level}"


def level_note(accepted: Accepted, before: int | None) -> str | None:
    """Return why the ask did not climb, in a few words, or None if it did or if the reason is not known.

    `before` is the level of the last answer about the same unit of code in this session. The ladder policies are told
    apart by what they do: only `earned` repeats the level of unchanged code, and only `code` starts again after an
    edit. Students take that for a loss, so it is said, too.
    """
    if accepted.purpose == "follow_up":
        return ASKED
    level = accepted.hint_level
    if accepted.change in _ATTEMPTS:
        return CHANGED if level == before else STARTS_AGAIN if before is not None and level == 1 else None
    is_held = accepted.change == "none" and level == before and level < accepted.max_hint_level
    return UNEARNED if is_held else None


def in_line(place: int) -> str | None:
    """Return a place in the queue in words, or None for the place 0, which says that the wait is over."""
    if not place:
        return None
    ending = "th" if place % 100 in _TEENS else _ORDINALS.get(place % 10, "th")
    return "Waiting: next in line" if place == 1 else f"Waiting: {place}{ending} in line"


def heading(label: str, *more: str | None, is_ai: bool = False) -> str:
    """Return a label with what else is known of the answer. Words of a model are marked as such."""
    return " · ".join(part for part in (label, *more, AI_LABEL if is_ai else None) if part)
