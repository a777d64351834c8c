"""Find names that are spelled differently from the student's program: in capitals, or with accents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.views.characters import folded
from tutor_pedagogy.guard.vocabulary import BUILTINS, KEYWORDS, METHODS

if TYPE_CHECKING:
    from tutor_pedagogy.guard.student_material import StudentMaterial

_FEWEST = 2
"""The minimum number of words with another spelling. A single such word may be the first word of a sentence."""
_WORD = re.compile(r"[^\W\d]\w*")
_SIGN_OF_OTHERWISE = re.compile("[A-Z_]|[^\x00-\x7f\ue000-\uf8ff]")
"""Characters that are not in lower-case ASCII words. Counting them is a cheap prefilter for other spellings."""
_OF_PYTHON = frozenset(name for name in BUILTINS | KEYWORDS | METHODS if name.islower())


def reading(text: str, material: StudentMaterial) -> str | None:
    """Return a text with its misspelled names replaced by the program's spelling, or None if fewer than two change.

    A single one may be an ordinary word at the beginning of a sentence.
    """
    if len(_SIGN_OF_OTHERWISE.findall(text)) < _FEWEST:
        return None
    otherwise = {word for word in _WORD.findall(text) if not (word.islower() and word.isascii())}
    if len(otherwise) < _FEWEST:
        return None
    named = {word: name for word in otherwise - material.code_names if (name := _name(folded(word), material))}
    if len(named) < _FEWEST:
        return None
    return _WORD.sub(lambda word: named.get(word[0], word[0]), text)


def _name(word: str, material: StudentMaterial) -> str | None:
    return material.names_by_folded.get(word) or (word if word in _OF_PYTHON else None)
