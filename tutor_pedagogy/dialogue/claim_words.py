"""The words of claims: how they state or deny something, and the answer with yes or no."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.kinds import is_guessing
from tutor_pedagogy.dialogue.tables import table
from tutor_pedagogy.dialogue.values import of_type

if TYPE_CHECKING:
    from tutor_pedagogy.dialogue.asked import Question


NOT = re.compile(r"\b(?:not|n.t|never|no longer|nicht|kein\w*|nie|nunca|pas|jamais|n[aã]o)\b|n't\b", re.IGNORECASE)


_WHY = re.compile(r".{0,60}\bwhich one\b|why\b|how come\b|warum\b|wieso\b|por ?qu[eé]\b|pourquoi\b", re.IGNORECASE)


LITERAL = re.compile(
    r"(?<![\w.'\"])(?:-?\d{1,9}(?:\.\d{1,6})?|'[^'\n]{0,30}'|\"[^\"\n]{0,30}\"|True|False|None|\[\]|\{\})(?![\w'])"
)


NUMBER_OF_LINE = re.compile(r"\b(?:lines?|zeile|l[ií]nea|ligne|linha) \d{1,5}", re.IGNORECASE)


MOST_SHOWN = 4


def yes_or_no(asked: Question, *, is_true: bool, is_denied: bool) -> str:
    """Return the word for yes or no, or "" for a question for a reason. A denied claim that is false is denied, too."""
    if _WHY.match(asked.text):
        return ""
    return asked.say("verdict", "yes" if is_true != is_denied else "no")


def opened(asked: Question, name: str, said: str) -> str:
    """Return a sentence with yes or no in front if the question can be answered so, and denies nothing."""
    if not is_guessing(asked.text) or NOT.search(asked.text):
        return said
    return f"{asked.say('verdict', name)} {said}"


def types_in(text: str) -> set[type]:
    """Return the types that a text names in any of the languages."""
    return {
        kind
        for entry in table("signs")["type"]
        if re.search(rf"\b(?:{entry['words']})\b", text, re.IGNORECASE)
        for kind in of_type(entry["types"])
    }
