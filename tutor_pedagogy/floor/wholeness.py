"""Recognise units that are whole, that wait for the next unit, or that say nothing by themselves.

A unit is a sentence, a line or a closed block, as the guard releases them.
"""

from __future__ import annotations

import re
from enum import Enum

FENCE = re.compile(r"[ \t>*+\-\d.)]{0,40}(?P<fence>`{3,}|~{3,})")
ITEM = re.compile(r"[ \t>]{0,40}(?:[-*+]|\d{1,9}[.)])[ \t]")
_SPAN = re.compile(r"(`{1,16})(?!`)[^\n]{0,400}?(?<!`)\1(?!`)")
_CLOSERS = "*_~\"'\u201d\u2019\u00bb)] \t\n"
_QUESTION_MARKS = ("?", "\uff1f")
_ENDS = (".", "!", "\u2026", "\u3002", "\uff01", *_QUESTION_MARKS)
_WAITS = (":", ",", ";", "\uff1a")
_PROMISE = re.compile(
    r"\A\W{0,8}(?:here(?:'s| is| are| comes)(?! (?:where|why|what))|below (?:is|are)) "
    r"|\b(?:as follows|like this|like so|the following)[.!]?\Z",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_FEWEST_WORDS = 3
"""The minimum number of words of a unit that says something. A shorter one, such as “Sure!”, waits for the next."""


class Wholeness(Enum):
    """How a unit stands by itself."""

    WHOLE = "whole"
    SLIGHT = "slight"
    """Whole, but too short to begin an answer, such as “Sure!”."""
    CODE_END = "code end"
    """It ends with code, without a full stop or a closing fence. The model may stop there, unless it was cut."""
    OPEN = "open"
    """It announces the next unit, or is the first part of a sentence."""
    VOID = "void"
    """It has no letters: blank lines, separators, bare numbers, an empty block."""


def is_block(unit: str) -> bool:
    """Return whether a unit is fenced code."""
    return FENCE.match(unit) is not None


def is_item(unit: str) -> bool:
    """Return whether a unit begins as an item of a list."""
    return ITEM.match(unit) is not None


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters, without code marks, punctuation and list marks."""
    marked = ITEM.match(text)
    return _WORD.findall(text[marked.end() :].casefold() if marked else text.casefold())


def without_spans(text: str) -> str:
    """Return a text in which each code span is an empty pair of backticks."""
    return _SPAN.sub("``", text)


def spans_of(text: str) -> list[str]:
    """Return the contents of the code spans of a text."""
    return [found[0].strip("` ") for found in _SPAN.finditer(text)]


def code_of(block: str) -> str:
    """Return the lines of a fenced block, without its fences."""
    lines = block.strip("\n").split("\n")[1:]
    return "\n".join(line for line in lines if not FENCE.match(line))


def is_closed_block(block: str) -> bool:
    """Return whether the last line of a block is a fence of its own, so that the block is not cut off."""
    lines = block.rstrip().split("\n")
    return len(lines) > 1 and not lines[-1].strip(" \t>`~") and FENCE.match(lines[-1]) is not None


def wholeness_of(unit: str, *, follows_bare_item: bool = False) -> Wholeness:
    """Return how a unit stands by itself.

    `follows_bare_item`: the item before it in the list has no full stop either, so that its own end needs none.
    """
    if is_block(unit):
        return _wholeness_of_block(unit)
    if not any(map(str.isalpha, unit)):
        return Wholeness.VOID
    bare = unit.rstrip(_CLOSERS)
    if unit.count("`") % 2 or bare.endswith(_WAITS):
        return Wholeness.OPEN
    if bare.endswith(_ENDS):
        return _wholeness_of_sentence(unit, bare)
    if is_item(unit) and (unit.endswith("\n") or follows_bare_item):
        return Wholeness.WHOLE
    return Wholeness.CODE_END if bare.endswith("`") else Wholeness.OPEN


def _wholeness_of_block(block: str) -> Wholeness:
    if not any(map(str.isalnum, code_of(block))):
        return Wholeness.VOID
    return Wholeness.WHOLE if is_closed_block(block) else Wholeness.CODE_END


def _wholeness_of_sentence(unit: str, bare: str) -> Wholeness:
    if _PROMISE.search(without_spans(bare)):
        return Wholeness.OPEN
    is_slight = len(words_of(unit)) < _FEWEST_WORDS and "`" not in unit and not bare.endswith(_QUESTION_MARKS)
    return Wholeness.SLIGHT if is_slight else Wholeness.WHOLE
