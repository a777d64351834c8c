"""Judge what a text says in hiding: encoded, in other spelling, set apart in pieces, or with its signs in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.apart import joined
from tutor_pedagogy.guard.ciphers import Ciphers
from tutor_pedagogy.guard.disguises import decoded
from tutor_pedagogy.guard.forms import all_tokens_of, is_one_thing
from tutor_pedagogy.guard.instalments import is_new_statement
from tutor_pedagogy.guard.own import flat
from tutor_pedagogy.guard.reading import MARK, Reading
from tutor_pedagogy.guard.spelling import Spelling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tutor_pedagogy.guard.own import Own

_MARKS = re.compile(MARK)
_WHOLE = "\N{FULL BLOCK}"
"""Stands for code that is whole already, among pieces of code."""
_SIGNS_OF_PIECES = re.compile(r"[=+*/%<>(\[]")
_OTHER_PIECES = re.compile(r"\W-\W|\breturn\b|\bimport\b")


class Hidden:
    """Knows the student's names in disguise. What is found is code if it `quotes_code` or its parts `give_away`."""

    def __init__(self, own: Own, gives_away: Callable[[str], bool], quotes_code: Callable[[Reading], bool]) -> None:
        self._own = own
        self._gives_away = gives_away
        self._quotes_code = quotes_code
        self._ciphers = Ciphers(own.identifiers)
        self._spelling = Spelling(own)

    def read_ahead(self) -> None:
        """Spell the student's names in the ways that every unit is searched for."""
        self._ciphers.read_ahead()

    def is_suspicious(self, text: str, words: Iterable[str]) -> bool:
        """Tell whether a text of plain `words` may hide code after all."""
        return self._ciphers.is_suspicious(text, words)

    def rule_broken(self, reading: Reading) -> str | None:
        """Give the name of the rule that a text breaks in hiding, or None."""
        for content in (*decoded(reading.seen), *self._ciphers.decoded(reading.seen)):
            if not self._own.has(flat(content)):
                return "encoded"
        corrected = self._spelling.corrected(reading.prose)
        if corrected is not None and self._quotes_code(Reading(corrected, reading.marked)):
            return "code-respelled"
        if self._is_pieced_together(reading):
            return "code-in-pieces"
        spoken = self._ciphers.spoken(reading.prose)
        is_told = spoken is not None and self._quotes_code(Reading(spoken, reading.marked))
        return "code-in-words" if is_told else None

    def _is_pieced_together(self, reading: Reading) -> bool:
        """Tell whether the pieces of code that a text sets apart are a statement.

        Marked code of several tokens is no piece, and no line of the student's is made of pieces.
        """
        text = reading.prose
        if reading.marked:
            text = _MARKS.sub(lambda mark: _as_piece(reading.span(mark[0])), text)
        if not _may_be_pieces(text) or not any(map(self.states, joined(text))):
            return False
        others = "\n".join(line for line in text.split("\n") if not self._own.has(flat(line)))
        return any(map(self.states, joined(others)))

    def states(self, text: str) -> bool:
        """Tell whether a text that was put together is a statement that is new to the student."""
        return any(
            is_new_statement(part, self._gives_away) for line in text.split("\n") for part in _without_first_words(line)
        )


def _may_be_pieces(text: str) -> bool:
    """Tell whether a text holds a sign or word without which its pieces are no statement."""
    may_be_other = "-" in text or "return" in text or "import" in text
    return bool(_SIGNS_OF_PIECES.search(text)) or (may_be_other and bool(_OTHER_PIECES.search(text)))


def _as_piece(code: str) -> str:
    return f" {code} " if is_one_thing(all_tokens_of(code)) else f" {_WHOLE} "


def _without_first_words(line: str) -> Iterator[str]:
    """Give a line without its full stop, whole and from its second to fourth word on."""
    line = line.strip().rstrip(".!?,;")
    yield line
    for _ in range(3):
        first, _, line = line.partition(" ")
        if not first.rstrip(",:").isalpha():
            return
        yield line
