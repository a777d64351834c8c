"""Withhold an editing instruction whose new code is not yet in the student's program at that place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.guard.checks.code_line import QUOTATION
from tutor_pedagogy.guard.disclosure import MARKS, STATEMENT
from tutor_pedagogy.guard.forms import is_syntax
from tutor_pedagogy.guard.neutral import is_sum, states_in
from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.tokens import flat, is_literal, is_one_thing, names_in, tokens_of
from tutor_pedagogy.guard.views.instructions import edits
from tutor_pedagogy.guard.vocabulary import BUILTINS, ENGLISH, KEYWORDS, phrase, table_of
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit
    from tutor_pedagogy.guard.views.instructions import Edit
    from tutor_pedagogy.guard.views.markup import Reading

LINE_NUMBERS = re.compile(
    r"[lLrR](?<!\w.)(?i:(?<=l)ine|(?<=r)ow)(?i:s?)\s++\d++(?:(?:\s*+(?:,|-|(?i:\band\b|\bto\b)))++\s*+\d++)*+"
)
"""References such as `lines 3 and 4`. The pattern begins with letters, which are found faster than a word boundary."""
_DIGIT = re.compile(r"\d")
_IMPORT = re.compile(r"\bfrom [\w.]+ import [\w*]+")
_ARTICLES = frozenset({"a", "an", "the", "just", "simply", "only", "it", "this", "that"})
_LONGEST_PHRASE = 9
"""The maximum number of words in an operand of an instruction. A longer phrase only discusses the code in it."""
_WORDS_BEFORE = 5
_PLACE = phrase("PLACE")
_ENGLISH = ENGLISH - {"and", "or"}
_FREE_FUNCTIONS = BUILTINS - {"self", "cls"}
_SIGN_NAME = phrase("SIGN_NAME")
_LOOKING, _TRYING = phrase("LOOKING"), phrase("TRYING")
_MOVING = phrase("MOVING")
_MOVED_PART, _REMOVING = phrase("MOVED_PART"), phrase("REMOVING")
_PART_OF_PROGRAM = "..."
"""The operand of an instruction that names a part of the program without its code: the line, the loop."""
_SHELL = phrase("SHELL")
_REPORTING, _FOLLOWING = phrase("REPORTING"), phrase("FOLLOWING")
_SIGNS = re.compile(r"[-+*/%<>=!:,()\[\]]{1,3}")
_SIGN_BEFORE = frozenset({"+ ", "- ", "* ", "/ ", "% "})
"""The first two characters of code that is an operation, such as `- 1`, unlike the value `-1`."""
_NUMBERS = dict(table_of("number_words"))
_SPOKEN = [(re.compile(pattern, re.IGNORECASE), code) for code, pattern in table_of("spoken_operands")]
_SPOKEN_PARTS = [
    (re.compile(rf"\b{said.pattern}\b", re.IGNORECASE), code)
    for said, code in _SPOKEN
    if " of" in said.pattern or "of|in" in said.pattern
]
_INTO_ONE = re.compile(r"\b(?:it|this|that) into one$")
"""A value turned into a number, which the sentence has named before, and not into the number 1."""
_COUNTED = re.compile(r"\d+ [a-z]+")
"""A number of things, such as “one tuple”, which is not code."""
_A_THING = re.compile(r"an? (?:list|set|string|dict|tuple|range|function|object|loop)")
"""A noun after its article, which is not code although the student has a name `a`."""
_COMPARISONS = frozenset({"==", "!=", "<=", ">="})
_SIGN = re.compile(r"[<>=!+\-*/%&|^@~]=?|\*\*|//|and|or|not|in|is")


class _Instruction(NamedTuple):
    """An editing instruction with its `new` code, the tokens of that code, and the sentence as a `Reading`."""

    edit: Edit
    new: str
    tokens: list[str]
    reading: Reading


def check(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the rule of the first editing instruction that reveals withheld code, or None."""
    for reading in unit.readings:
        prose = LINE_NUMBERS.sub("line", reading.prose) if _DIGIT.search(reading.prose) else reading.prose
        if " of " in prose:
            prose = _with_parts_written(prose)
        for edit in edits(prose):
            if _gives_away(context, edit, reading):
                return edit.rule
    return None


def check_talk(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the rule if prose without any sign of code tells to move a part of the program."""
    return check(context, unit) if _MOVING.search(unit.text) else None


def _gives_away(context: GuardContext, edit: Edit, reading: Reading) -> bool:
    new = _operand(context, edit.new, reading)
    words = flat(edit.words)
    ends_with_new = edit.rule not in {GuardRule.EDIT_ATTACH, GuardRule.EDIT_MOVE}
    if edit.rule == GuardRule.EDIT_MOVE and not new and _MOVED_PART.fullmatch(edit.new):
        new = _PART_OF_PROGRAM
    if not new or (ends_with_new and context.material.has(words[-_WORDS_BEFORE - len(flat(edit.new)) + 1 :])):
        return False
    return _BY_RULE[edit.rule](context, _Instruction(edit, new, tokens_of(new), reading))


def _by_replacing(context: GuardContext, told: _Instruction) -> bool:
    if _INTO_ONE.search(told.edit.words):
        return False
    may_name_functions = context.level >= HintLevel.STRUCTURE
    if may_name_functions and context.forms.is_dotted_name(told.tokens) and told.tokens[0] in _FREE_FUNCTIONS:
        return False
    if not is_one_thing(told.tokens) or not context.material.has_code(told.tokens):
        return True
    old = _operand(context, told.edit.old, told.reading)
    is_followed = is_literal(told.tokens) and old in context.material.identifiers - context.material.functions
    return bool(old) and not (is_followed and _FOLLOWING.search(told.reading.prose))


def _by_contrast(context: GuardContext, told: _Instruction) -> bool:
    """Return whether "A should be B" replaces code A by other code B. If A is a name and B a literal, it does not."""
    parts = told.edit.old.split()
    ends = (" ".join(parts[-size:]) for size in range(_WORDS_BEFORE, 0, -1))
    old = next(filter(None, (_operand(context, end, told.reading) for end in ends)), "")
    is_raised = told.new.endswith(("Error", "Exception")) and told.new.isidentifier()
    is_value = is_literal(told.tokens) and bool(old) and (tokens_of(old)[0].isidentifier() or is_sum(tokens_of(old)))
    is_result = is_value or is_raised
    return bool(old) and old != told.new and not is_result and not _notes_values(context, old, told)


def _notes_values(context: GuardContext, old: str, told: _Instruction) -> bool:
    """Return whether two names and their values are noted beside each other: `i = 2 → total = 3`."""
    one, other = states_in(tokens_of(old)), states_in(told.tokens)
    are_noted = bool(one) and bool(other) and set(one).isdisjoint(other)
    return are_noted and not (context.edit is not None and context.edit.adds(told.tokens))


def _by_becoming(context: GuardContext, told: _Instruction) -> bool:
    """Return whether "A becomes B" describes an edit.

    If B is a literal or a single token, the sentence describes how a value changes while the program runs.
    """
    if len(told.tokens) <= 1 or is_literal(told.tokens):
        return False
    is_other_statement = bool(STATEMENT.fullmatch(told.new)) and told.edit.old.strip("`") != told.new
    return is_other_statement or not context.material.has_code(told.tokens)


def _by_suggesting(context: GuardContext, told: _Instruction) -> bool:
    if context.material.has_code(told.tokens) or _A_THING.fullmatch(told.new):
        return False
    if _SIGN.fullmatch(told.new) or (len(told.tokens) > 1 and not context.forms.permit(told.tokens)):
        return True
    is_to_look = _LOOKING.search(told.reading.prose) or _TRYING.match(told.edit.words)
    return not is_to_look and len(told.tokens) > 1 and context.forms.is_mere_look(told.tokens)


def _by_setting(context: GuardContext, told: _Instruction) -> bool:
    name = _operand(context, told.edit.old, told.reading)
    tokens = told.tokens
    gives_value = is_literal(tokens) or (len(tokens) > 1 and not context.forms.is_mere_name(tokens))
    is_variable = context.material.is_variable(name)
    return gives_value and is_variable and not context.material.has([name, "=", *flat(" ".join(tokens))])


def _by_attaching(context: GuardContext, told: _Instruction) -> bool:
    """Return whether "put A before B" is an edit: both are code, and A is no `print` and no single keyword."""
    tokens = told.tokens
    if tokens[0] == "print" or (tokens[0] in KEYWORDS and len(tokens) == 1):
        return False
    if re.search(r"\s(?:to|onto)\s", told.edit.words) and tokens[0] != ".":
        return False
    if told.new == "()":
        return True
    old = _operand(context, told.edit.old, told.reading)
    return bool(old) and not context.forms.permit_statement(tokens) and told.new != told.edit.old


def _by_telling(context: GuardContext, told: _Instruction) -> bool:
    if _SIGN.fullmatch(told.new):
        return True
    if len(told.tokens) <= 1 or is_literal(told.tokens):
        return False
    return _acts(context, told) or not context.material.has_code(told.tokens)


def _by_inserting(context: GuardContext, told: _Instruction) -> bool:
    tokens, forms = told.tokens, context.forms
    names_place = bool(_PLACE.search(told.reading.prose))
    if _SIGNS.fullmatch(told.new) or (len(tokens) > 1 and told.new[:2] in _SIGN_BEFORE):
        return names_place or bool(_REMOVING.match(told.edit.words))
    if tokens[0] == "." and tokens[-1] == ")":
        return names_place
    if is_one_thing(tokens) or tokens[0] == "print" or forms.is_mere_name(tokens) or is_syntax(tokens):
        return False
    if forms.is_calculation(tokens) or (_SHELL.search(told.reading.prose) and forms.permit(tokens)):
        return False
    if context.material.has_code(tokens):
        return names_place and _acts(context, told) and not _REPORTING.match(told.edit.words)
    return True


def _by_moving(context: GuardContext, told: _Instruction) -> bool:
    is_part = told.new == _PART_OF_PROGRAM
    return is_part or _acts(context, told)


def _acts(_context: GuardContext, told: _Instruction) -> bool:
    """Return whether code is an assignment, a call or a statement, rather than the name of a value."""
    return (
        any(token[-1] == "=" and token not in _COMPARISONS for token in told.tokens)
        or told.tokens[-1] == ")"
        or bool(STATEMENT.fullmatch(told.new))
    )


_BY_RULE: Mapping[GuardRule, Callable[[GuardContext, _Instruction], bool]] = {
    GuardRule.EDIT_REPLACE: _by_replacing,
    GuardRule.EDIT_CONTRAST: _by_contrast,
    GuardRule.EDIT_INSERT: _by_inserting,
    GuardRule.EDIT_SET: _by_setting,
    GuardRule.EDIT_SHOULD: _by_telling,
    GuardRule.EDIT_SUGGEST: _by_suggesting,
    GuardRule.EDIT_BECOMES: _by_becoming,
    GuardRule.EDIT_ATTACH: _by_attaching,
    GuardRule.EDIT_MOVE: _by_moving,
}


def _with_parts_written(prose: str) -> str:
    """Return a sentence with code for the parts of values that it names: `a[0]` for “the first element of a”."""
    for said, code in _SPOKEN_PARTS:
        prose = said.sub(code, prose)
    return prose


def _written(words: str) -> str:
    """Return the code that words say, such as `prices[0]` for “the first element of prices”, or the words."""
    numbered = " ".join(_NUMBERS.get(word.lower(), word) for word in words.split()) if words.isascii() else words
    for said, code in _SPOKEN:
        if found := said.fullmatch(numbered):
            return found.expand(code)
    return numbered


def _operand(context: GuardContext, words: str, reading: Reading) -> str:
    """Return the code of an operand: a code span in it, its quotation or all of it. Return "" if it is not code."""
    if _SIGN_NAME.fullmatch(words):
        return "()"
    words = _written(words)
    marks = MARKS.findall(words)
    if marks:
        code = reading.span(marks[0])
        before = words.partition(marks[0])[0].casefold().split()
        is_about_a_name = code.isidentifier() and not _ARTICLES.issuperset(before)
        return "" if is_about_a_name or len(words.split()) > _LONGEST_PHRASE else code
    quotation = QUOTATION.fullmatch(words)
    code = quotation["code"] if quotation else words
    tokens = tokens_of(code)
    is_word_of_english = len(tokens) == 1 and tokens[0] in _ENGLISH
    if _COUNTED.fullmatch(words):
        return ""
    is_code = bool(tokens) and not is_word_of_english and all(map(context.is_code_word, names_in(tokens)))
    return code if is_code or _IMPORT.fullmatch(code) else ""
