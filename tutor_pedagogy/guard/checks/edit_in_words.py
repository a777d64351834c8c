"""Withhold the edit that the offline tutor worked out if it is told in plain words, beside the place that it is for."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.disclosure import MARKS
from tutor_pedagogy.guard.edit_meanings import tells_operation
from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.tokens import holds, tokens_of
from tutor_pedagogy.guard.views.markup import Reading
from tutor_pedagogy.guard.views.told import TICK, Sentence
from tutor_pedagogy.guard.vocabulary import BUILTINS, ENGLISH_KEYWORDS, KEYWORDS, METHODS
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit
    from tutor_pedagogy.guard.known_edit import KnownEdit

_ENCLOSING = frozenset("()[]{},:.\"'")
"""Signs that count only in a run of tokens without any name, number or operator."""
_FUNCTIONS = BUILTINS - {"self", "cls"}
_OF_PYTHON = BUILTINS | KEYWORDS
_STATEMENTS = {
    "import": re.compile(
        r"\b(?:the|this|your) module\b.{0,40}\bimport|\bimport (?:the|this|your|that) module\b|\bimport it\b"
    ),
    "global": re.compile(r"\b(?:variable|name|it)\b.{0,30}\bglobal\b|\bglobal (?:keyword|statement|declaration)\b"),
    "nonlocal": re.compile(r"\b(?:variable|name|it)\b.{0,30}\bnonlocal\b|\bnonlocal (?:keyword|statement)\b"),
}
"""How a sentence says a statement that an edit adds, without its names."""
_ASIDE = re.compile(
    r"\b(?:3rd|third|helper|temporary|temp|extra|additional|spare|another) (?:variable|name)\b|\bdritten? variable"
    r"|\btercera variable|\bvariable (?:auxilia[r]|temporal)|\bhilfsvariable"
)
_REPEATS = re.compile(r"\brepeat (?:the|your) (?:variable|name)")
_LAST_LINE = re.compile(r"\b(?:last|first) line\b")
_LONG_NAME = 5
"""The number of letters from which on a name of the student's is rarely an English word by chance."""


def check(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the rule if a sentence tells the known edit beside its place.

    At levels 1 and 2, an earlier sentence may name the place, or this one only a part of the program.
    """
    if context.edit is None or unit.is_block:
        return None
    return _rule_of(context, context.edit, unit.sentences)


def check_talk(context: GuardContext, text: str) -> GuardRule | None:
    """Return the rule if prose without any sign of code tells the known edit. Its reading is the text itself."""
    return None if context.edit is None else _rule_of(context, context.edit, [Reading(text)])


def _rule_of(context: GuardContext, edit: KnownEdit, readings: Sequence[Reading]) -> GuardRule | None:
    for reading in readings:
        telling = _Telling(context, edit, reading)
        if (telling.says_edit() and telling.tells_to_edit()) or telling.tells_its_meaning():
            return GuardRule.EDIT_IN_WORDS
        if telling.is_early and not context.is_place_named:
            context.is_place_named = telling.names_place
    return None


class _Telling:
    """A sentence, read beside the known edit."""

    def __init__(self, context: GuardContext, edit: KnownEdit, reading: Reading) -> None:
        self._context = context
        self._edit = edit
        self.is_early = context.level < HintLevel.STRUCTURE
        self._own = context.material.identifiers
        self._whole = Sentence(_shown(reading, lambda code: code), self._own)
        self._told = Sentence(_shown(reading, self._without_quotation), self._own) if reading.marked else self._whole
        """The sentence without the student's code in it, which only says what is there."""

    def _without_quotation(self, code: str) -> str:
        tokens = tokens_of(code)
        is_quoted = len(tokens) > 1 and (self._context.material.has_code(tokens) or self._is_of_an_example(tokens))
        return "" if is_quoted else code

    def _is_of_an_example(self, tokens: Sequence[str]) -> bool:
        """Return whether code is about an example of level 4: it has a name that nobody else has."""
        if self._context.level < HintLevel.EXAMPLE:
            return False
        return any(
            token.isidentifier() and token not in _OF_PYTHON and token not in self._context.material.names
            for token in tokens
        )

    @cached_property
    def names_place(self) -> bool:
        """Whether the sentence names a line of the edit, a name of the student's in it, or what it removes."""
        edit = self._edit
        kept = {token for token in edit.new if [token] not in edit.added and not edit.adds([token])}
        if self._is_of_indentation and (edit.old[0] in self._whole.words or _LAST_LINE.search(self._whole.lowered)):
            return True
        names = self._own.intersection((*edit.old, *kept)) | self._context.material.functions
        if not names.isdisjoint(self._whole.named) or self._whole.lines.intersection(edit.lines):
            return True
        return self.is_early and any(self._says_all(run) for run in edit.removed if not _is_number(run))

    @property
    def _is_of_indentation(self) -> bool:
        return bool(self._edit.old) and self._edit.old == self._edit.new

    def tells_to_edit(self) -> bool:
        """Return whether the sentence instructs to edit the place, or says what that place ought to have or lacks."""
        told, context = self._told, self._context
        if told.only_asks:
            return False
        is_near = self.names_place or (
            self.is_early
            and (
                context.is_place_named
                or self._names_a_part()
                or self._contrasts_numbers()
                or self._says_statement()
                or self._says_swap()
            )
        )
        is_obliging = self._contrasts_numbers() or self._says_statement() or self._says_operator_after_place()
        obliges = self.names_place or (self.is_early and is_obliging)
        may_lack = context.level == HintLevel.QUESTION or told.addresses
        return (is_near and told.instructs) or (obliges and told.obliges) or (is_near and may_lack and told.lacks)

    def tells_its_meaning(self) -> bool:
        """Return whether the sentence tells to do what the edit does, in other words than those of Python."""
        return (self.is_early or self.names_place) and tells_operation(self._edit, self._told)

    def _names_a_part(self) -> bool:
        names = {token for token in (*self._edit.old, *self._edit.new) if token.isidentifier()} - ENGLISH_KEYWORDS
        return self._told.names_a_part or not names.isdisjoint(self._told.words)

    def _says_statement(self) -> bool:
        """Return whether the sentence tells to import the module, or to declare the variable, that the edit does."""
        firsts = {run[0] for run in self._edit.added if run[0] in _STATEMENTS}
        return any(_STATEMENTS[first].search(self._told.lowered) for first in firsts)

    def _says_swap(self) -> bool:
        """Return whether the sentence tells to keep a value aside, where the edit swaps two names."""
        match self._edit.new:
            case [one, ",", other, "=", new_one, ",", new_other] if (one, other) == (new_other, new_one):
                return bool(_ASIDE.search(self._told.lowered))
        return False

    def _says_operator_after_place(self) -> bool:
        """Return whether an earlier sentence named the place, and this one the operator that the edit adds."""
        match self._edit.added:
            case [[operator]] if not operator[0].isalnum() and operator not in _ENCLOSING:
                return self._context.is_place_named and self._told.says(operator)
        return False

    def says_edit(self) -> bool:
        """Return whether the sentence says what the edit adds, removes, moves or indents."""
        told, edit = self._told, self._edit
        if self._says_statement() or self._says_swap():
            return True
        is_print = "print(" in told.text or ("print" in told.words and "print" not in edit.new)
        if edit.old == edit.new:
            return told.indents or (told.moves and told.instructs and not is_print)
        if not edit.added:
            is_removed = told.removes and all(map(self._shows_removed, edit.removed))
            return told.instructs and (is_removed or self._starts_at_zero())
        if edit.is_move:
            names = [token for token in edit.added[0] if token.isidentifier()]
            return told.moves and not is_print and self._says_all(names)
        return any(map(self._says_run, edit.added))

    def _says_run(self, run: Sequence[str]) -> bool:
        content = _content(run)
        if _REPEATS.search(self._told.lowered):
            content = [token for token in content if token not in self._own]
        if not content:
            return not any(map(_content, self._edit.added)) and any(map(self._told.says, run))
        if _is_number(content):
            is_placed = any(self._told.starts_at(number) or self._told.sets_to(number) for number in content)
            return is_placed or (self._says_all(content) and self._says_removed())
        if self._told.returns_at_once and self._is_kept_result(run):
            return True
        if content[0] == "return" and self._told.adds_a_return:
            return True
        if len(run) == 1 and [run[0].casefold()] in [[token.casefold() for token in old] for old in self._edit.removed]:
            return self._told.writes_a_capital or run[0] in self._told.words
        return self._says_all(content) and self._is_new(run, content)

    def _starts_at_zero(self) -> bool:
        """Return whether the sentence says that a range starts at 0, where the edit removes its start."""
        starts = (run for run in self._edit.removed if len(run) > 1 and run[0].isdigit() and run[1] == ",")
        is_of_range = any(holds(self._edit.old, ["range", "(", *start]) for start in starts)
        return is_of_range and self._told.starts_at("0")

    def _is_kept_result(self, run: Sequence[str]) -> bool:
        """Return whether the edit stores the result of a call whose method the sentence names."""
        match run:
            case [name, "="] if name.isidentifier():
                return not METHODS.isdisjoint(self._told.words.intersection(self._edit.old))
        return False

    def _contrasts_numbers(self) -> bool:
        """Return whether the sentence says a number instead of the one that the edit replaces."""
        changes = [*self._edit.added, *self._edit.removed]
        is_of_numbers = len(changes) > 1 and all(map(_is_number, changes)) and all(map(self._says_all, changes))
        return is_of_numbers and self._told.contrasts

    def _is_new(self, run: Sequence[str], content: Sequence[str]) -> bool:
        """Return whether said tokens are more than names that any hint may hold."""
        if content == ["return"] and self._edit.removed:
            return self._says_all(self._edit.removed[0])
        if not self.is_early and _FUNCTIONS.issuperset(content):
            return False
        if not self._own.issuperset(content):
            return True
        is_rename = len(run) == 1 == len(self._edit.removed)
        if is_rename and (len(run[0]) >= _LONG_NAME or TICK + run[0] in self._told.text):
            return True
        return any(self._told.says(token) for token in run if token in _ENCLOSING) or self._says_removed()

    def _says_removed(self) -> bool:
        return any(map(self._says_all, self._edit.removed))

    def _says_all(self, tokens: Sequence[str]) -> bool:
        return _says_all(self._told, tokens)

    def _shows_removed(self, run: Sequence[str]) -> bool:
        match run:
            case [_, "="]:
                return self._told.says("=")
        return self._shows_all(run)

    def _shows_all(self, tokens: Sequence[str]) -> bool:
        return _says_all(self._whole, tokens)


def _shown(reading: Reading, code: Callable[[str], str]) -> str:
    def between_ticks(mark: re.Match[str]) -> str:
        return f"{TICK}{code(reading.span(mark[0]))}{TICK}"

    return MARKS.sub(between_ticks, reading.prose) if reading.marked else reading.prose


def _content(run: Sequence[str]) -> list[str]:
    return [token for token in run if token not in _ENCLOSING]


def _is_number(tokens: Sequence[str]) -> bool:
    return all(token[0].isdigit() for token in tokens)


def _says_all(sentence: Sentence, tokens: Sequence[str]) -> bool:
    content = _content(tokens)
    return bool(content) and all(map(sentence.says, content))
