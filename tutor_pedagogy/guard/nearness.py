"""Whether tokens are nearly a part of the student's code: one token apart, with values for names, or with gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.guard.tokens import is_value

if TYPE_CHECKING:
    from collections.abc import Iterable


def has_in_order(line: str, parts: Iterable[str]) -> bool:
    """Return whether parts of a line occur in it one after another."""
    position = 0
    for part in parts:
        found = line.find(part, position)
        if found < 0:
            return False
        position = found + len(part) - 1
    return True


def one_apart(one: tuple[str, ...], own: tuple[str, ...]) -> bool:
    """Return whether two runs of tokens differ in exactly one token."""
    shorter = min(len(one), len(own))
    head = 0
    while head < shorter and one[head] == own[head]:
        head += 1
    tail = 0
    while tail < shorter - head and one[-1 - tail] == own[-1 - tail]:
        tail += 1
    if max(len(one), len(own)) - head - tail != 1:
        return False
    if len(one) > len(own) and not head and is_value(one[0]):
        return False  # `"Bob" in scores` is not `in scores` with a token inserted.
    if len(one) < len(own):
        return own[head] != "="  # `best[0]` is not `best = [0]` with a token missing.
    return len(one) > len(own) or not own[head].isidentifier() or one[head].isidentifier()


def is_trace(wanted: tuple[str, ...], own: tuple[str, ...], variables: frozenset[str]) -> bool:
    """Return whether tokens equal those of the code with a value in place of every variable.

    `own` holds the tokens of the code. An extra token at its end is ignored.
    """
    traced = 0
    for token, name in zip(wanted, own, strict=False):
        is_variable = name in variables
        if is_variable and (token[0].isdigit() or token[-1] == '"'):
            traced += 1
        elif token != name or is_variable:
            return False
    return traced > 0
