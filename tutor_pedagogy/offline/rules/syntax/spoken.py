"""Comparisons in the words of a sentence: `is equal to`, `is greater than`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import (
    EXPECTED_COLON,
    FORGOTTEN_COMMA,
    INVALID,
    Broken,
    Candidate,
    Change,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator
_WORDS = (
    (r"not equal(?:s)? to|not equal(?:s)?|different (?:from|to)", "!="),
    (r"(?:greater|bigger|larger|more|higher) than or equals? to", ">="),
    (r"(?:less|smaller|lower|fewer) than or equals? to", "<="),
    (r"at least", ">="),
    (r"at most", "<="),
    (r"(?:greater|bigger|larger|more|higher) than", ">"),
    (r"(?:less|smaller|lower|fewer) than", "<"),
    (r"equals? to|equal", "=="),
)
_SPOKEN = re.compile("|".join(rf"(?P<_{n}>\b(?:is )?(?:{words})\b)" for n, (words, _) in enumerate(_WORDS)))
_MOST = 4
"""The maximum number of such comparisons on one line."""


@syntax_rule("comparison-in-words", INVALID, FORGOTTEN_COMMA, EXPECTED_COLON)
def comparison_in_words(broken: Broken) -> Iterator[Candidate]:
    """Yield a comparison that is written as in a sentence, with its operator."""
    line = broken.fault.line
    text = broken.text(line)
    inside = [(t.column, t.column + len(t.text)) for t in broken.here if t.type in ("string", "open_string")]
    found = [
        match
        for match in _SPOKEN.finditer(text)
        if not any(start <= match.start() < end for start, end in inside) and text[: match.start()].strip()
    ][:_MOST]
    if not found or broken.word(line) not in ("if", "elif", "while", "return", "assert"):
        return
    changes: list[Change] = []
    for match in found:
        operator = _WORDS[int((match.lastgroup or "_0")[1:])][1]
        changes.append(broken.part(line, match.start(), match.end(), operator))
    yield broken.guess(0.4, *changes, of=found[0][0], words=Code(found[0][0]))
