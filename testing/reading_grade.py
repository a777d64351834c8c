"""The reading grade of the tutor's texts: Flesch-Kincaid, by the library `readability`."""

from __future__ import annotations

import re

from readability import getmeasures

FEWEST_WORDS, MOST_WORDS = 40, 160
GRADE = 9.0
_BLOCK = re.compile(r"```.*?```", re.DOTALL)
_SPAN = re.compile(r"`[^`]*`")
_MARKS = re.compile(r"\*\*|^\d+\. ", re.MULTILINE)
_END = re.compile(r"(?<=[.!?])\s+|\n")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*|\d+")


def sentences(text: str) -> list[str]:
    """Return the sentences of a text as the library expects them: words with blanks between them, without code.

    A code span counts as one short word; a block of code does not count.
    """
    prose = _MARKS.sub("", _SPAN.sub("it", _BLOCK.sub("\n\n", text)))
    words = (" ".join(_WORD.findall(part)) for part in _END.split(prose))
    return [part for part in words if part]


def reading_grade(text: str) -> float:
    """Return the Flesch-Kincaid grade of a text's prose (Kincaid et al. 1975)."""
    return float(getmeasures(sentences(text), lang="en")["readability grades"]["Kincaid"])
