"""The operations that a known edit makes, and whether a sentence tells one of them by its meaning."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.vocabulary import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.guard.known_edit import KnownEdit
    from tutor_pedagogy.guard.views.told import Sentence

_MEANINGS = {name: re.compile(pattern) for name, pattern in table_of("edit_meanings")}
_DIRECTS = _MEANINGS.pop("directs")
_NUMBERS, _TEXTS = frozenset(("int", "float")), frozenset(("str", "repr"))
_ALIKE = 0.7
"""How alike two names are if one is the other with a slip."""


def tells_operation(edit: KnownEdit, sentence: Sentence) -> bool:
    """Return whether a sentence instructs to do what the edit does, in whatever words."""
    if sentence.only_asks:
        return False
    told = [name for name in operations(edit) if _MEANINGS[name].search(sentence.lowered)]
    return bool(told) and bool(_DIRECTS.search(sentence.lowered))


@lru_cache(maxsize=64)
def operations(edit: KnownEdit) -> tuple[str, ...]:
    """Return the names of the operations that an edit makes."""
    return tuple(_operations(edit))


def _operations(edit: KnownEdit) -> Iterator[str]:
    added, removed = edit.added, edit.removed
    written = {token for run in added for token in run}
    signs = [token for token in edit.new if token in {",", "="}]
    made = {
        "drop-one": not added and bool(removed) and all(map(_is_one_more, removed)),
        "accumulate": "+=" in written or _repeats_target(edit),
        "colon": [":"] in added,
        "double-equals": "==" in written and "==" not in edit.old,
        "to-text": not written.isdisjoint(_TEXTS),
        "to-number": not written.isdisjoint(_NUMBERS),
        "give-back": "return" in written and "return" not in edit.old,
        "swap-aside": (edit.is_move and "," in signs) or signs[:2] == [",", "="],
        "respell": len(added) == len(removed) == 1 and _is_slip(added[0], removed[0]),
        "on-object": any(run[:2] == ["self", "."] for run in added),
        "border": not written.isdisjoint((">=", "<=")) and any(run[0] in {"<", ">"} for run in removed),
    }
    return (name for name, is_made in made.items() if is_made)


def _is_one_more(run: list[str]) -> bool:
    match run:
        case ["+" | "-", number]:
            return number.isdigit()
    return False


def _repeats_target(edit: KnownEdit) -> bool:
    """Return whether the edit adds the old value of a variable to what is assigned to it."""
    match edit.new:
        case [target, "=", *value] if edit.old[:2] == [target, "="]:
            return "+" in value and target in value and target not in edit.old[2:]
    return False


def _is_slip(added: list[str], removed: list[str]) -> bool:
    if len(added) != 1 or len(removed) != 1 or not (added[0].isidentifier() and removed[0].isidentifier()):
        return False
    return SequenceMatcher(None, added[0], removed[0]).ratio() >= _ALIKE
