"""Measure how similar an example is to the student's program if names are ignored. Level 4 allows only other code.

The limits were measured on 253 corrections of student programs with other names, on worked examples, and on correct
programs for other problems. A shared statement alone proves nothing: everybody writes `return total`. The share of an
example that also occurs in the student's program is what separates corrections from examples.
"""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.tokens import is_value
from tutor_pedagogy.guard.vocabulary import BUILTINS, CONSTANTS, KEYWORDS, LIBRARIES, METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ALIKE = 0.7
"""The minimum share of equal tokens at which two statements count as alike."""
_COMMON_SHARE = 0.55
"""The minimum share of alike tokens at which an example with three or more alike statements is too similar."""
_COMMON_SHARE_OF_TWO = 0.7
_MANY = 3
_LONG = 8
_NEARLY_ONE = 0.9
"""The minimum share of equal tokens, below 1, at which a long statement is a correction of the student's."""

_OF_OTHER_VALUES = 0.75
"""What the likeness of two statements counts if each has values of its own: a correction keeps the student's."""

_COMMON_VALUES = CONSTANTS | {"0", "1", '""', '"\\n"', '" "'}
_NOBODYS = BUILTINS | KEYWORDS | LIBRARIES | METHODS

Shape = tuple[str, ...]


def shape(tokens: Iterable[str]) -> Shape:
    """Return a statement with its names replaced by numbers: statements that differ only in names become equal."""
    numbers: dict[str, str] = {}
    return tuple(
        numbers.setdefault(token, f"\x01{len(numbers)}") if token.isidentifier() and token not in _NOBODYS else token
        for token in tokens
    )


def _values(statement: Shape) -> set[str]:
    """Return the numbers above 1 and the strings of a statement."""
    return {token for token in statement if is_value(token) and token not in _COMMON_VALUES}


def _is_frame(statement: Shape) -> bool:
    """Return whether a statement stands in nearly every class: its header, and `__init__` with what it stores."""
    match statement:
        case ["class", *_] | ["def", "__init__", *_]:
            return True
        case ["self", ".", one, "=", other]:
            return one == other
    return False


class Program:
    """The statements of the student's program with numbers for names (shapes), for comparison with an example."""

    def __init__(self, statements: Iterable[Shape]) -> None:
        self._shapes = {statement: Counter(statement) for statement in statements}

    def is_near(self, example: Sequence[Shape]) -> bool:
        """Return whether an example is this program with other names, or a correction of it."""
        example = [statement for statement in example if not _is_frame(statement)]
        likenesses = [(len(statement), self._likeness(statement)) for statement in example]
        if any(length >= _LONG and _NEARLY_ONE <= likeness < 1 for length, likeness in likenesses):
            return True
        alike = sum(likeness > 0 for _, likeness in likenesses)
        share = sum(length * likeness for length, likeness in likenesses) / (sum(map(len, example)) or 1)
        return share >= (_COMMON_SHARE if alike >= _MANY else _COMMON_SHARE_OF_TWO) and alike > 1

    def _likeness(self, statement: Shape) -> float:
        """Return the share of tokens that are equal in the most similar statement, or 0 if no statement is alike."""
        if statement in self._shapes:
            return 1
        values = _values(statement)
        best = 0.0
        bag = Counter(statement)
        matcher: SequenceMatcher[str] = SequenceMatcher(autojunk=False)
        matcher.set_seq2(statement)
        for other, other_bag in self._shapes.items():
            least = max(best, _ALIKE) * (len(other) + len(statement)) / 2
            if min(len(other), len(statement)) >= least and (bag & other_bag).total() >= least:
                matcher.set_seq1(other)
                theirs = _values(other)
                are_others = values and theirs and values.isdisjoint(theirs)
                best = max(best, matcher.ratio() * (_OF_OTHER_VALUES if are_others else 1))
        return best if best >= _ALIKE else 0
