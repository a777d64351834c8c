"""Decode text whose letters are reversed or substituted: backwards, Caesar shifts such as ROT13, and Atbash.

A text is decoded only if it contains a trace of the cipher, such as one of the student's names spelled backwards. So
ordinary sentences cost almost nothing and are never read as code.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.views.encodings import uncertain_readings
from tutor_pedagogy.guard.vocabulary import BUILTINS, KEYWORDS, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHORTEST_NAME = 3
_TELLING_NAME = 5
"""The minimum number of letters of a name that alone is a trace of a cipher. Two shorter names are a trace, too."""
_WORD = re.compile(r"[^\W\d_]\w+")
_SIGNS = re.compile(r"[=()\[\]+*/<>:-]")
_PARTS = re.compile("[a-z]{4,}")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_ROT13 = str.maketrans(
    _ALPHABET + _ALPHABET.upper(), _ALPHABET[13:] + _ALPHABET[:13] + _ALPHABET[13:].upper() + _ALPHABET[:13].upper()
)
_COMMON = words_of("common_words")
_OF_PYTHON = frozenset(word for word in KEYWORDS | BUILTINS if len(word) > _SHORTEST_NAME)
_OF_PYTHON_LOWERED = frozenset(map(str.lower, _OF_PYTHON))


def _backwards_or_rotated(names: Iterable[str]) -> frozenset[str]:
    return frozenset(spelled for name in names for spelled in (name[::-1], name.translate(_ROT13)))


def _steps(word: str) -> tuple[int, ...]:
    return tuple((ord(after) - ord(before)) % len(_ALPHABET) for before, after in pairwise(word))


def _by_steps(names: Iterable[str]) -> dict[tuple[int, ...], list[tuple[int, int]]]:
    """Return the names indexed by the differences between adjacent letters, which a Caesar shift leaves unchanged.

    Each name is a pair: its direction (1, or -1 for the reversed alphabet) and the index of its first letter.
    """
    found: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    for name in names:
        steps = _steps(name)
        found.setdefault(steps, []).append((1, _number(name[0])))
        found.setdefault(tuple(-step % len(_ALPHABET) for step in steps), []).append((-1, _number(name[0])))
    return found


def _number(letter: str) -> int:
    return ord(letter) - ord("a")


_OF_PYTHON_OTHERWISE = _backwards_or_rotated(_OF_PYTHON) - _OF_PYTHON
_STEPS_OF_PYTHON = _by_steps(sorted(name for name in _OF_PYTHON if _PARTS.fullmatch(name)))


class SpelledNames:
    """The student's names in the spellings that ciphers produce."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = frozenset(name for name in names if len(name) >= _SHORTEST_NAME)

    @cached_property
    def otherwise(self) -> frozenset[str]:
        """The names spelled backwards and in ROT13."""
        return _backwards_or_rotated(self.names)

    @cached_property
    def steps(self) -> dict[tuple[int, ...], list[tuple[int, int]]]:
        """The parts of the names, indexed by the differences between adjacent letters as in `_by_steps`."""
        return _by_steps(part for name in self.names for part in _PARTS.findall(name.lower()))

    @cached_property
    def plain(self) -> frozenset[str]:
        """The names and their parts in lower case, without any cipher."""
        return frozenset(map(str.lower, self.names)).union(*(_PARTS.findall(name) for name in self.names))

    def knows(self, word: str) -> bool:
        """Return whether a word is one of the student's or Python's names."""
        return word in self.names or word in _OF_PYTHON

    def in_disguise(self, words: Iterable[str]) -> frozenset[str]:
        """Return the words that are a name of the student's or Python's, backwards or in ROT13. Names are left out."""
        if _OF_PYTHON_OTHERWISE.isdisjoint(words) and self.otherwise.isdisjoint(words):
            return frozenset()
        return (_OF_PYTHON_OTHERWISE.intersection(words) | self.otherwise.intersection(words)) - self.names


def readings(text: str, spelled: SpelledNames) -> Iterator[str]:
    """Yield the text decoded from a cipher or uncertain encoding if it contains names of the student's or Python's."""
    words = frozenset(_WORD.findall(text))
    if found := spelled.in_disguise(words):
        if _is_trace({word for word in found if spelled.knows(word[::-1])}, text):
            yield "\n".join(line[::-1] for line in text.split("\n"))
        if _is_trace({word for word in found if spelled.knows(word.translate(_ROT13))}, text):
            yield text.translate(_ROT13)
    yield from _of_moved_letters(text, words, spelled)
    for content in uncertain_readings(text):
        if _is_trace({name for name in chain(spelled.names, _OF_PYTHON) if name in content}, content):
            yield content


def _of_moved_letters(text: str, words: frozenset[str], spelled: SpelledNames) -> Iterator[str]:
    """Yield the decodings of a text by Caesar shifts of the alphabet and of the reversed alphabet."""
    if not _COMMON.isdisjoint(words) or not _SIGNS.search(text):
        return
    hits: dict[tuple[int, int], set[str]] = {}
    for word in {word.lower() for word in words if len(word) > _SHORTEST_NAME} - _OF_PYTHON_LOWERED - spelled.plain:
        steps = _steps(word)
        for direction, first in spelled.steps.get(steps) or _STEPS_OF_PYTHON.get(steps) or ():
            place = (_number(word[0]) - direction * first) % len(_ALPHABET)
            hits.setdefault((direction, place), set()).add(word)
    for (direction, place), found in hits.items():
        if len(found) > 1 or len(max(found, key=len)) > _TELLING_NAME:
            letters = "".join(_ALPHABET[direction * (number - place) % 26] for number in range(26))
            yield text.translate(str.maketrans(_ALPHABET + _ALPHABET.upper(), letters + letters.upper()))


def _is_trace(hits: set[str], text: str) -> bool:
    """Return whether the names found in a decoding show that a text hides code: two names, or a long one and a sign."""
    return len(hits) > 1 or (bool(hits) and len(max(hits, key=len)) >= _TELLING_NAME and bool(_SIGNS.search(text)))
