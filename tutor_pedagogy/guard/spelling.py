"""Read names that are spelled otherwise than the student spells them: in capitals, or with accents."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.vocabulary import BUILTINS, KEYWORDS, METHODS

if TYPE_CHECKING:
    from tutor_pedagogy.guard.own import Own

_FEWEST = 2
"""Words spelled otherwise that show that it is done on purpose: the first word of a sentence has a capital as well."""
_WORD = re.compile(r"[^\W\d]\w*")
_SIGN_OF_OTHERWISE = re.compile("[A-Z_]|[^\x00-\x7f\ue000-\uf8ff]")
"""What is in every word but those of small letters of ASCII."""
_OF_PYTHON = frozenset(name for name in BUILTINS | KEYWORDS | METHODS if name.islower())


class Spelling:
    """Knows how names are spelled in a program: the student's own, and Python's."""

    def __init__(self, own: Own) -> None:
        self._own = own

    def corrected(self, text: str) -> str | None:
        """Give a text with its names as the program has them; None where that changes less than two."""
        if len(_SIGN_OF_OTHERWISE.findall(text)) < _FEWEST:
            return None
        otherwise = {word for word in _WORD.findall(text) if not (word.islower() and word.isascii())}
        if len(otherwise) < _FEWEST:
            return None
        named = {word: name for word in otherwise - self._own.code_names if (name := self._name(_folded(word)))}
        if len(named) < _FEWEST:
            return None
        return _WORD.sub(lambda word: named.get(word[0], word[0]), text)

    def _name(self, folded: str) -> str | None:
        return self._names.get(folded) or (folded if folded in _OF_PYTHON else None)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {_folded(name): name for name in self._own.code_names}


def _folded(word: str) -> str:
    if word.isascii():
        return word.casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).casefold()
