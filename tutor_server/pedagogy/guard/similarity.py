"""How near an example comes to the student's program once its names are the student's: the measure of level 4."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from tutor_server.pedagogy.guard.vocabulary import BUILTINS, KEYWORDS, LIBRARIES, METHODS

if TYPE_CHECKING:
    from collections.abc import Sequence

NEAR = 0.8
"""A statement that agrees with one of the student's in so much of its tokens, and not in all, may be its correction."""
_SMALL = 5
"""Statements of fewer tokens (`count = 0`, `return total`) are everybody's."""
_LARGE = 9
"""A statement of so many tokens that agrees in all of them is a copy."""
_MAJORITY = 0.6
_MANY = 3

_NOBODYS = BUILTINS | KEYWORDS | LIBRARIES | METHODS

Shape = tuple[str, ...]


def shape(tokens: Sequence[str]) -> Shape:
    """Give a statement with its names numbered in order, so that two statements that differ in names are equal."""
    numbers: dict[str, str] = {}
    return tuple(
        numbers.setdefault(token, f"\x01{len(numbers)}") if token.isidentifier() and token not in _NOBODYS else token
        for token in tokens
    )


def is_too_near(example: Sequence[Shape], own: Sequence[Shape]) -> bool:
    """Tell whether an example is the student's program, or the correction of it, in other names.

    That is so if one statement is nearly one of the student's, if a long one is exactly one of theirs, or if most of
    the statements are exactly theirs.
    """
    known = set(own)
    same = [statement for statement in example if statement in known]
    if any(len(statement) >= _LARGE for statement in same):
        return True
    if len(same) >= _MANY and len(same) >= _MAJORITY * len(example):
        return True
    return any(is_nearly_one_of(statement, own) for statement in example if statement not in known)


def is_nearly_one_of(statement: Shape, own: Sequence[Shape]) -> bool:
    """Tell whether a statement differs from one of the student's in few of its tokens."""
    if len(statement) < _SMALL:
        return False
    matcher: SequenceMatcher[str] = SequenceMatcher(autojunk=False)
    matcher.set_seq2(statement)
    for other in own:
        if len(other) >= _SMALL - 1 and 2 * min(len(other), len(statement)) >= NEAR * (len(other) + len(statement)):
            matcher.set_seq1(other)
            if matcher.quick_ratio() >= NEAR and matcher.ratio() >= NEAR:
                return True
    return False
