"""Take out of a unit the code that it hands over, for what an answer may spell out piece by piece."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.forms import all_tokens_of
from tutor_pedagogy.guard.offers import used
from tutor_pedagogy.guard.reading import MARK
from tutor_pedagogy.guard.vocabulary import ENGLISH

if TYPE_CHECKING:
    from tutor_pedagogy.guard.offers import Offers
    from tutor_pedagogy.guard.reading import Reading

_MARKS = re.compile(MARK)
_RULER = re.compile(r"[ \t]*[-:=]{3,}[ \t]*|[ \t]*+(?:\.{3}|\u2026)?[ \t]*")
_WORDS_A_PIECE = 6
"""Where a sentence has more words of prose to each piece of code, it talks about them and does not spell them out."""
_MOST_WORDS = 8
"""Words of the longest sentence that may begin or end with a piece of code."""
_LONG_LINE = 120
_COUNTED = re.compile(r"(?<=\S)[ \t][ \t]*+[(\[]?\d{1,2}[.):\]]+\s*$|(?<=\S)\s\s*+[.!?\u2026]+\s*$")
"""What counts the next piece, or ends this one."""


class Pieces:
    """Knows which words can be code."""

    def __init__(self, offers: Offers) -> None:
        self._offers = offers

    def of(self, reading: Reading) -> list[str]:
        """Give the code that a unit hands over rather than talks about: marked code with few words, lines of code."""
        marks = _MARKS.findall(reading.prose) if reading.marked else []
        if marks:
            is_talk = len(reading.prose.split()) - len(marks) > _WORDS_A_PIECE * len(marks)
            return [] if is_talk else [reading.span(mark) for mark in marks]
        return list(filter(None, map(self._piece_in, reading.prose.split("\n"))))

    def _piece_in(self, line: str) -> str:
        """Give the piece of code that a line is, or with which it begins or ends."""
        is_talk, words = self._begins_as_talk(line), line.split()
        if is_talk and len(words) > _MOST_WORDS + 1:  # one of them may only count the next
            return ""
        if _RULER.fullmatch(line):
            return ""
        if words and not words[-1][0].isalpha():
            line = _COUNTED.sub("", line)
        return line if not is_talk and self._is_code(line) else self._end_piece(line)

    def _end_piece(self, line: str) -> str:
        """Give the one piece of code with which a short sentence begins or ends."""
        words = line.split() if len(line) < _LONG_LINE else []
        if not words or len(words) > _MOST_WORDS:
            return ""
        ends = (words[0], words[-1].rstrip(".!?") or ".")
        piece = next(filter(self._is_mere_code, ends), "")
        return "" if piece and any(map(self._is_mere_code, words[1:-1])) else piece

    def _is_mere_code(self, word: str) -> bool:
        if word in ENGLISH:
            return False
        return self._offers.is_code_word(word) if word.isalpha() else self._is_code(word)

    def _is_code(self, line: str) -> bool:
        tokens = [] if len(line) >= _LONG_LINE or self._begins_as_talk(line) else all_tokens_of(line)
        return bool(tokens) and all(map(self._offers.is_code_word, used(tokens)))

    def _begins_as_talk(self, line: str) -> bool:
        """Tell whether a line begins with a word that cannot be code, so that the whole line is none.

        The word is a token whole, since no letter, digit or quote follows it, and one that counts: nothing before it or
        `=` after it explains it.
        """
        word = line.partition(" ")[0]
        return word.isalpha() and "=" not in line and not self._offers.is_code_word(word)
