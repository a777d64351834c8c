"""What an answer owes at each hint level, collected while its units pass."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from tutor_pedagogy.floor.wholeness import code_of, is_block, is_item, spans_of, without_spans, words_of
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.floor.program import NamedProgram
    from tutor_protocol import Purpose

_NAME = re.compile(r"[^\W\d]\w*")
_QUESTION = re.compile("[?\uff1f]")
_STEP_WORD = re.compile(
    r"(?:\A[\s*_]{0,4}|, |; | and )(first|then|next|after that|finally|lastly|second|third|step \d)\b", re.IGNORECASE
)
_EDIT_WORD = re.compile(
    r"\b(?:chang(?:e|ing)|replac(?:e|ing)|put(?:ting)?|writ(?:e|ing)|wrote|add(?:ing)?|insert(?:ing)?|us(?:e|ing)"
    r"|swap|rename|type|turn|make|remov(?:e|ing)|delete|deleting|indent|dedent|move|drop|initiali[sz]e|set|instead"
    r"|in place of|(?:should|must|has to|needs to) be|becomes?|needs?|missing|lacks?)\b",
    re.IGNORECASE,
)
_EDIT_OF_LINE = re.compile(
    r"\b(?:put|add|insert|remove|delete|indent|dedent|move|drop)\b"
    r"|\b(?:replace|change|swap)\b[^\n]{1,300}?\b(?:with|by|to|for)\b|\bwrite\b[^\n]{1,80}?[()=+*/<>\[\]]",
    re.IGNORECASE,
)
_ENGLISH = frozenset({"the", "that", "this", "it", "you", "to"})
"""Common words of English that are no words of the languages near to it, as `in`, `is`, `of` and `a` are."""
_FEWEST_WORDS = 5
_FEWEST_WORDS_OF_CONCEPT = 14
_FEWEST_STEPS = 2


class Owed:
    """The parts of one answer that its level may owe, as far as they were said."""

    def __init__(self, program: NamedProgram) -> None:
        self.lines: frozenset[int] = frozenset()
        """The lines of the program that the answer names."""
        self.has_question = False
        self._program = program
        self._names_code = False
        self._quotes_line = False
        self._words = self._told = self._steps = 0
        self._step_words: set[str] = set()
        self._has_term = False
        self._is_english = False
        self._has_example = False
        self._has_edit = False

    @property
    def names_place(self) -> bool:
        """Whether the answer names a line or a name of the program, or the program has none."""
        return bool(self.lines) or self._names_code or self._program.is_empty

    def note(self, unit: str) -> None:
        """Note a unit that the student sees."""
        if is_block(unit):
            self._note_block(code_of(unit))
        else:
            self._note_text(unit)

    def is_paid(self, level: HintLevel, purpose: Purpose | None) -> bool:
        """Return whether the answer does what its level owes. An answer to a follow-up question owes only an answer."""
        if purpose == "follow_up":
            return self._words >= _FEWEST_WORDS
        match level:
            case HintLevel.QUESTION:
                return self.has_question and self.names_place
            case HintLevel.CONCEPT:
                is_explained = self._has_term or not self._is_english
                return self._told >= _FEWEST_WORDS_OF_CONCEPT and is_explained and self.names_place
            case HintLevel.STRUCTURE:
                has_line = bool(self.lines) or self._quotes_line or self._program.is_empty
                return has_line and max(self._steps, len(self._step_words)) >= _FEWEST_STEPS
            case HintLevel.EXAMPLE:
                return self._has_example
            case HintLevel.SOLUTION:
                return self._has_edit or (purpose == "explain" and self._told >= _FEWEST_WORDS_OF_CONCEPT)

    def _note_block(self, code: str) -> None:
        program = self._program
        if not code.strip() or program.has_block(code):
            return
        self._has_example = True
        self._has_edit = self._has_edit or program.knows(code)

    def _note_text(self, unit: str) -> None:
        program, spans, prose = self._program, spans_of(unit), without_spans(unit)
        words = words_of(unit)
        lines = program.lines_named_in(unit)
        is_question = bool(_QUESTION.search(prose))
        self.lines |= lines
        self.has_question = self.has_question or is_question
        self._names_code = self._names_code or any(
            program.quotes(span)
            or span.strip("() ") in program.asked_names
            or not program.own_names.isdisjoint(_NAME.findall(span))
            for span in spans
        )
        self._names_code = self._names_code or any(
            map(_is_telling, program.own_names.intersection(_NAME.findall(prose)))
        )
        self._quotes_line = self._quotes_line or any(len(span.split()) > 1 and program.quotes(span) for span in spans)
        self._words += len(words)
        self._is_english = self._is_english or not _ENGLISH.isdisjoint(words)
        if is_item(unit):
            self._steps += not is_question
        elif not is_question:
            self._told += len(words_of(prose))
            self._has_term = self._has_term or not _terms().isdisjoint(words)
        self._step_words.update(map(str.casefold, _STEP_WORD.findall(prose)))
        has_new_code = any(not program.quotes(span) for span in spans)
        if (has_new_code and self._tells_edit(unit, prose, spans)) or (lines and _EDIT_OF_LINE.search(prose)):
            self._has_edit = True

    def _tells_edit(self, unit: str, prose: str, spans: Sequence[str]) -> bool:
        """Return whether a unit with new code tells where it goes.

        A row of a table does if it has old code, too. In other languages the verb is not known, and a whole new
        expression about the program counts.
        """
        if _EDIT_WORD.search(prose):
            return True
        program = self._program
        if unit.lstrip().startswith("|"):
            return any(map(program.quotes, spans))
        is_code = any(
            len(_NAME.findall(span)) > 1 and not program.quotes(span) and program.knows(span) for span in spans
        )
        return not self._is_english and bool(self.lines) and is_code


def _is_telling(name: str) -> bool:
    """Return whether a name in plain prose can only be the program's. Many names are common words, too."""
    has_mark = "_" in name or any(map(str.isdigit, name)) or not (name.islower() or name.istitle())
    return name not in {"A", "I", "a"} and (has_mark or len(name) == 1)


@cache
def _terms() -> frozenset[str]:
    """Return the words of Python's ideas, in small letters."""
    text = (files("tutor_pedagogy.floor") / "terms.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.split("\n") if not line.startswith("#") for word in line.split())
