"""Decide whether an instruction to edit gives the student's correction away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from tutor_pedagogy.guard.forms import is_literal, is_one_thing, is_syntax, tokens_of
from tutor_pedagogy.guard.own import flat
from tutor_pedagogy.guard.reading import MARK
from tutor_pedagogy.guard.vocabulary import BUILTINS, ENGLISH_KEYWORDS, ENGLISH_NAMES, KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor_pedagogy.guard.edits import Edit
    from tutor_pedagogy.guard.forms import Forms
    from tutor_pedagogy.guard.own import Own
    from tutor_pedagogy.guard.reading import Reading

STATEMENT = re.compile(
    r"(?:return|import|from|raise|del|global|nonlocal|yield|assert)\b.+|break|continue"
    r"|(?:for|while|if|elif|with|def|class|else|try|except|finally)\b.*:"
)
IMPORT = re.compile(r"\bfrom [\w.]+ import [\w*]+")
QUOTATION = re.compile(r"""(?:^|(?<=[\s(:]))(["'])(?P<code>[^\n]{4,160}?)\1(?=[\s.,;:!?)}\]]|$)""")

_MARKS = re.compile(MARK)
_ARTICLES = frozenset({"a", "an", "the", "just", "simply", "only", "it", "this", "that"})
_LONGEST_PHRASE = 9
"""Words of an operand; with more, it is a clause that talks about the code in it."""
_WORDS_BEFORE = 5
_PLACE = re.compile(
    r"\b(?:line|after|before|below|above|should|must|need|top|end|beginning|start|inside|outside)\b", re.IGNORECASE
)
_RECEIVERS = frozenset({"self", "cls"})
_SIGN_NAME = re.compile(
    r"(?:(?:an?|the|some|another|one|two|missing|extra|single|double|closing|opening|square|round|curly|pair of) )*"
    r"(?:parenthes[ie]s|brackets?|parens?|quotes?|quotation marks?|colons?|commas?|equals? signs?|(?:back)?slash(?:es)?"
    r"|stars?|asterisks?|(?:plus|minus|percent)(?: signs?)?)",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[-+*/%<>=!:,()\[\]]{1,3}")
_SIGN_BEFORE = frozenset({"+ ", "- ", "* ", "/ ", "% "})
"""A sign with a space before a value does something with what is there: `- 1`, where `-1` is a value."""
_SIGN = re.compile(r"[<>=!+\-*/%&|^@~]=?|\*\*|//|and|or|not|in|is")


class Offers:
    """Knows what is the student's and what a hint may name; `functions_are_free` from level 3 on."""

    def __init__(self, own: Own, forms: Forms, *, functions_are_free: bool) -> None:
        self._own = own
        self._forms = forms
        self._functions_are_free = functions_are_free

    def gives_away(self, edit: Edit, reading: Reading) -> bool:
        """Tell whether an instruction names code to write that the student has not got there."""
        new = self._operand(edit.new, reading)
        words = flat(edit.words)
        ends_with_new = edit.kind not in {"attach", "move"}
        if not new or (ends_with_new and self._own.has(words[-_WORDS_BEFORE - len(flat(edit.new)) + 1 :])):
            return False
        return self._BY_KIND[edit.kind](self, edit, new, tokens_of(new), reading)

    def is_code_word(self, token: str) -> bool:
        """Tell whether a token can be code: a sign, a value, a name of Python's or one in the student's code."""
        return (
            not token.isidentifier()
            or token in self._own.identifiers
            or token in KEYWORDS
            or token in BUILTINS
            or token in self._own.code_names
            or "_" in token
        )

    def _by_replacing(self, edit: Edit, _new: str, tokens: list[str], reading: Reading) -> bool:
        if self._functions_are_free and self._forms.is_dotted_name(tokens) and tokens[0] in BUILTINS - _RECEIVERS:
            return False
        return bool(self._operand(edit.old, reading)) or not is_one_thing(tokens) or not self._is_own(tokens)

    def _by_contrast(self, edit: Edit, new: str, tokens: list[str], reading: Reading) -> bool:
        """Judge "this should be that": a name that should have a value is no edit."""
        parts = edit.old.split()
        ends = (" ".join(parts[-size:]) for size in range(_WORDS_BEFORE, 0, -1))
        old = next(filter(None, (self._operand(end, reading) for end in ends)), "")
        return bool(old) and old != new and not (is_literal(tokens) and tokens_of(old)[0].isidentifier())

    def _by_becoming(self, edit: Edit, new: str, tokens: list[str], _reading: Reading) -> bool:
        """Judge "this becomes that": a name that gets a value is how a program is traced by hand."""
        if len(tokens) <= 1 or is_literal(tokens):
            return False
        return not self._is_own(tokens) or (bool(STATEMENT.fullmatch(new)) and edit.old.strip("`") != new)

    def _by_suggesting(self, _edit: Edit, new: str, tokens: list[str], _reading: Reading) -> bool:
        if self._is_own(tokens):
            return False
        return bool(_SIGN.fullmatch(new)) or (len(tokens) > 1 and not self._forms.permit(tokens))

    def _by_setting(self, edit: Edit, _new: str, tokens: list[str], reading: Reading) -> bool:
        name = self._operand(edit.old, reading)
        is_variable = self._own.is_variable(name)
        gives_value = is_literal(tokens) or (len(tokens) > 1 and not self._forms.is_mere_name(tokens))
        return gives_value and is_variable and not self._own.has([name, "=", *flat(" ".join(tokens))])

    def _by_attaching(self, edit: Edit, new: str, tokens: list[str], reading: Reading) -> bool:
        """Judge "put this before that", where both are code: prints and whole words of Python's are no edit."""
        if tokens[0] == "print" or (tokens[0] in KEYWORDS and len(tokens) == 1):
            return False
        if re.search(r"\s(?:to|onto)\s", edit.words) and tokens[0] != ".":
            return False
        return bool(self._operand(edit.old, reading)) and not self._forms.permit_statement(tokens) and new != edit.old

    def _by_moving(self, _edit: Edit, new: str, tokens: list[str], _reading: Reading) -> bool:
        return _acts(tokens, new)

    def _by_telling(self, _edit: Edit, new: str, tokens: list[str], _reading: Reading) -> bool:
        if _SIGN.fullmatch(new):
            return True
        return len(tokens) > 1 and not is_literal(tokens) and (not self._is_own(tokens) or _acts(tokens, new))

    def _by_inserting(self, _edit: Edit, new: str, tokens: list[str], reading: Reading) -> bool:
        if _SIGNS.fullmatch(new) or (len(tokens) > 1 and new[:2] in _SIGN_BEFORE):
            return bool(_PLACE.search(reading.prose))
        if (
            is_one_thing(tokens)
            or tokens[0] == "print"
            or self._forms.is_mere_name(tokens)
            or is_syntax(tokens)
            or self._forms.is_value(tokens)
        ):
            return False
        return not self._is_own(tokens) or (_acts(tokens, new) and bool(_PLACE.search(reading.prose)))

    _BY_KIND: ClassVar[Mapping[str, Callable[[Offers, Edit, str, list[str], Reading], bool]]] = {
        "replace": _by_replacing,
        "contrast": _by_contrast,
        "insert": _by_inserting,
        "set": _by_setting,
        "should": _by_telling,
        "suggest": _by_suggesting,
        "becomes": _by_becoming,
        "attach": _by_attaching,
        "move": _by_moving,
    }

    def _is_own(self, tokens: Sequence[str]) -> bool:
        return self._own.has(flat(" ".join(tokens)))

    def _operand(self, words: str, reading: Reading) -> str:
        """Give the code that an operand of an instruction is, or names after few words; else nothing."""
        if _SIGN_NAME.fullmatch(words):
            return "()"
        marks = _MARKS.findall(words)
        if marks:
            code = reading.span(marks[0])
            before = words.partition(marks[0])[0].casefold().split()
            is_about_a_name = code.isidentifier() and not _ARTICLES.issuperset(before)
            return "" if is_about_a_name or len(words.split()) > _LONGEST_PHRASE else code
        quotation = QUOTATION.fullmatch(words)
        code = quotation["code"] if quotation else words
        tokens = tokens_of(code)
        is_code = bool(tokens) and all(map(self.is_code_word, used(tokens))) and not _is_english(tokens)
        return code if is_code or IMPORT.fullmatch(code) else ""


def used(tokens: Sequence[str]) -> list[str]:
    """Give the tokens without the names that a dot before them, a definition or an assignment explains."""
    return [
        token
        for number, token in enumerate(tokens)
        if not (number and tokens[number - 1] in {".", "def", "class"}) and tokens[number + 1 : number + 2] != ["="]
    ]


def _acts(tokens: Sequence[str], code: str) -> bool:
    """Tell whether code does something where it stands, and does not only name a value."""
    return "=" in tokens or tokens[-1] == ")" or bool(STATEMENT.fullmatch(code))


def _is_english(tokens: Sequence[str]) -> bool:
    return len(tokens) == 1 and (tokens[0] in ENGLISH_NAMES or tokens[0] in ENGLISH_KEYWORDS - {"and", "or"})
