"""Recognise an answer that repeats itself: the same unit again, the same words in a row, or too much text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tutor_pedagogy.floor.wholeness import is_block, is_item, words_of
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHORT_UNIT = 4
"""The number of words from which on a unit is not said twice. A shorter one may come back a few times."""
_SHORT_REPEATS = 3
_COUNTING_REPEATS = 6
"""The number of units that may differ in their numbers only, such as the rounds of a loop."""

MOST_WORDS = 320
"""The maximum number of words outside blocks. A prompt asks for at most half as many."""
MOST_WORDS_OF_TALK = 120
"""The maximum number of words before the answer names a line or a name of the program."""
MOST_ITEMS = 15
MOST_CODE = 4_000
MOST_CODE_OF_SOLUTION = 12_000
"""The maximum numbers of characters in blocks: up to the example, and of a solution."""

_TAIL = 1_200
_STEP = 60
"""The loop of words is searched in the last characters, after each so many new ones."""
_LONGEST_CYCLE = 16
_FEWEST_WORDS = 12
_LONGEST_WORD = 160
_FEWEST_ROUNDS = {1: 12, 2: 6, 3: 5}
_ROUNDS = 4
_ROUNDS_OF_SIGNS = 60
"""The number of times that a cycle without letters, such as a column of zeros, may come in a row."""


class Repetition:
    """The units of one answer so far."""

    def __init__(self) -> None:
        self._said: Counter[str] = Counter()
        self._last = ""

    def is_again(self, unit: str) -> bool:
        """Note a unit. Return whether the answer has said it before."""
        words = words_of(unit)
        if not words:
            return False
        key = " ".join(words)
        skeleton = " ".join("#" if word.isdigit() else word for word in words)
        is_again = (
            key == self._last
            or self._said[key] >= (1 if len(words) >= _SHORT_UNIT else _SHORT_REPEATS)
            or (skeleton != key and self._said[skeleton] >= _COUNTING_REPEATS)
        )
        self._last = key
        self._said[key] += 1
        if skeleton != key:
            self._said[skeleton] += 1
        return is_again


class Length:
    """The size of one answer so far, against the most that a level needs."""

    def __init__(self, level: HintLevel) -> None:
        self._words = self._items = self._code = 0
        self._most_code = MOST_CODE_OF_SOLUTION if level >= HintLevel.SOLUTION else MOST_CODE

    def is_too_long_with(self, unit: str, *, is_about_program: bool) -> bool:
        """Note a unit. Return whether the answer is too long with it.

        An answer that has not named a line or a name of the program so far may be shorter only.
        """
        if is_block(unit):
            self._code += len(unit)
        else:
            self._words += len(unit.split())
            self._items += is_item(unit)
        most_words = MOST_WORDS if is_about_program else MOST_WORDS_OF_TALK
        return self._words > most_words or self._items > MOST_ITEMS or self._code > self._most_code


class WordLoop:
    """Finds words that repeat in a row in text that has not ended a unit yet."""

    def __init__(self) -> None:
        self._tail = ""
        self._new = 0

    def feed(self, text: str) -> bool:
        """Take the next text of the model. Return whether it goes round in a circle."""
        self._tail = (self._tail + text)[-_TAIL:]
        self._new += len(text)
        if self._new < _STEP:
            return False
        self._new = 0
        return _loops(self._tail)


def _loops(tail: str) -> bool:
    words = tail.split()
    if any(len(word) > _LONGEST_WORD for word in words):
        return True
    words = words[1:-1]  # The first and the last word may be cut off.
    return any(_ends_in_cycle(words, size) for size in range(1, min(_LONGEST_CYCLE, len(words) // 2) + 1))


def _ends_in_cycle(words: Sequence[str], size: int) -> bool:
    run = size
    while run < len(words) and words[-run - 1] == words[-run - 1 + size]:
        run += 1
    has_letters = any(any(map(str.isalpha, word)) for word in words[-size:])
    rounds = _FEWEST_ROUNDS.get(size, _ROUNDS) if has_letters else _ROUNDS_OF_SIGNS
    return run >= _FEWEST_WORDS and run // size >= rounds
