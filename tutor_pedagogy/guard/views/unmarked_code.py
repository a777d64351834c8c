"""Find code in a sentence outside backticks: runs of tokens that only a program would contain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.views.markup import MARK
from tutor_pedagogy.guard.vocabulary import BUILTINS, ENGLISH_KEYWORDS, ENGLISH_NAMES, KEYWORDS, METHODS, words_of

if TYPE_CHECKING:
    from tutor_pedagogy.guard.student_material import StudentMaterial
    from tutor_pedagogy.guard.views.markup import Reading

_TOKEN = re.compile(
    r"""(?<![\w'"])[rRbBfFuU]{0,2}(?:"[^"\n]{0,120}"|'[^'\n]{0,120}')(?!\w)"""
    rf"|{MARK}|\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?|[^\W\d]\w*"
    r"|\*\*=?|//=?|>>=?|<<=?|\.\.\.|->|=>|:=|[-+*/%@&|^=<>!]=|\S"
)
_ALWAYS_CODE = words_of("code_signs")
_ASSIGNMENTS = frozenset({"=", "+=", "-=", "*=", "/=", "//=", "%=", ":="})
_BETWEEN_OPERANDS = frozenset("+-*/%^&|@") | {"//"}
_INSIDE = KEYWORDS | BUILTINS | _BETWEEN_OPERANDS | frozenset("()[]{},:.~")
"""Tokens that may occur in a run of code, in addition to values and the student's names."""
_CALLABLE = BUILTINS | METHODS
_OPERANDS = BUILTINS - ENGLISH_NAMES
"""Built-in names that are not English words."""
_TYPES = frozenset({"int", "str", "float", "list"})
_CODE_WORDS = frozenset({"def", "elif", "lambda", "nonlocal", "async"})
_LONGEST_CALL = 12
"""The maximum number of tokens of a call, up to its first closing parenthesis."""
_PLURAL = frozenset({"s", "es"})
_FIRST_WORDS = frozenset({"as", "with", "from", "is", "in", "and", "or", "for", ":", ")", "-"})
"""Words and symbols that belong to the sentence, not to the code, at the beginning of a run of code."""
_QUOTES = "\"'"
_QUICK = re.compile(
    r"[=<>]|\*\*|\w\(|\w\[|\w\.\w|\d\s*[-+*/%]|[-+*/%]\s*\d|\w\s?[+*/%^]\s?\w|//|[)\]]\s?[-+*/%]|\bin [\"'\[(]"
    r"|\w (?:- \w|[-+*/%]\s?\()|\bdef\b|\blambda\b|\belif\b"
)
_SIGN = re.compile(r"[-=<>*(\[+/%^)\]]|\.\w")


class _Word:
    """A token of a sentence. It is `glued` if no space separates it from the previous token."""

    __slots__ = ("glued", "is_code", "text")

    def __init__(self, text: str, *, glued: bool) -> None:
        self.text = text
        self.glued = glued
        self.is_code = False


def runs(reading: Reading, material: StudentMaterial) -> list[list[str]]:
    """Return the runs of code outside backticks, each as a list of tokens. A code span inside a run belongs to it."""
    if not _has_sign_or_keyword(reading.prose) or not _QUICK.search(reading.prose):
        return []
    found: list[list[str]] = []
    run: list[_Word] = []
    words = _words(reading.prose, material)
    for before, word, after in zip([None, *words], [*words, None], [*words[1:], None, None], strict=False):
        if word is not None and (_belongs(word, material) or _is_bound(before, word, after)):
            run.append(word)
            continue
        if any(part.is_code for part in run):
            found += [_tokens(part, reading) for part in _trimmed(run)]
        run = []
    return found


def _has_sign_or_keyword(prose: str) -> bool:
    """Return whether a sentence may contain code.

    This is a cheap prefilter: every match of `_QUICK` contains one of these characters or words.
    """
    return bool(_SIGN.search(prose)) or any(map(prose.__contains__, ("def", "lambda", "elif", 'in "', "in '")))


def _words(prose: str, material: StudentMaterial) -> list[_Word]:
    words: list[_Word] = []
    end = -1
    for match in _TOKEN.finditer(prose):
        words.append(_Word(match[0], glued=match.start() == end))
        end = match.end()
    for number, word in enumerate(words):
        before = words[number - 1] if number else None
        after = words[number + 1] if number + 1 < len(words) else None
        word.is_code = _is_code(word, before, after, material) or (
            word.text == "(" and word.glued and _is_call(words[number - 1 : number + _LONGEST_CALL], material)
        )
    return words


def _is_call(words: list[_Word], material: StudentMaterial) -> bool:
    """Return whether words are a call: a name, then parentheses that contain a name of the student's or a type."""
    name, _, *inside = [word.text for word in words]
    if not name.isidentifier() or len(name) <= 1 or ")" not in inside:
        return False
    within = inside[: inside.index(")")]
    return not (material.identifiers.isdisjoint(within) and _TYPES.isdisjoint(within))


def _is_code(word: _Word, before: _Word | None, after: _Word | None, material: StudentMaterial) -> bool:
    text = word.text
    if text in _ALWAYS_CODE:
        return before is not None or after is not None
    if text in _CODE_WORDS or before is None or after is None:
        return text in _CODE_WORDS
    if text in _BETWEEN_OPERANDS or text == "in":
        is_between = (before.text in ")]" or _is_operand(before.text, material)) and (
            after.text in "([" or _is_operand(after.text, material)
        )
        return is_between and (word.glued == after.glued if text != "in" else after.text[0] in "\"'[(")
    if not word.glued or not (before.text in ")]" or _is_callable(before.text, material)):
        return False
    if text == ".":
        return after.glued and (after.text in METHODS or after.text in material.code_names)
    return text in {"(", "["} and after.text not in _PLURAL


def _is_operand(text: str, material: StudentMaterial) -> bool:
    return _is_value_or_mark(text) or text in material.identifiers or text in _OPERANDS


def _is_callable(text: str, material: StudentMaterial) -> bool:
    is_known = text in _CALLABLE or text in material.code_names
    return is_known or "_" in text.strip("_") or "\ue000" <= text[0] <= "\uf8ff"


def _is_value_or_mark(text: str) -> bool:
    return text[0].isdigit() or text[0] in _QUOTES or "\ue000" <= text[0] <= "\uf8ff"


def _belongs(word: _Word, material: StudentMaterial) -> bool:
    """Return whether a word can be part of a run of code."""
    text = word.text
    return (
        word.is_code
        or text in _INSIDE
        or text in material.identifiers
        or _is_value_or_mark(text)
        or (word.glued and text.isidentifier())
        or "_" in text
    )


def _is_bound(before: _Word | None, word: _Word, after: _Word | None) -> bool:
    """Return whether a word is a name because of its neighbours: it is defined, assigned, called or indexed."""
    if not word.text.isidentifier():
        return False
    if after is not None and (after.text in _ASSIGNMENTS or (after.is_code and after.glued)):
        return True
    return before is not None and before.text in {"def", "class", "lambda"}


def _trimmed(run: list[_Word]) -> list[list[_Word]]:
    """Return a run split at the punctuation of the sentence, without English words at the ends of each part."""
    parts: list[list[_Word]] = [[]]
    depth = 0
    for word in run:
        depth = max(0, depth + (word.text in "([{") - (word.text in ")]}"))
        if word.text in ",.;" and not depth and not word.is_code:
            parts.append([])
        else:
            parts[-1].append(word)
    for part in parts:
        while part and not part[-1].is_code and (part[-1].text in ENGLISH_KEYWORDS or part[-1].text in ":-"):
            part.pop()
        while part and not part[0].is_code and part[0].text in _FIRST_WORDS:
            del part[0]
    return [part for part in parts if any(word.is_code for word in part)]


def _tokens(part: list[_Word], reading: Reading) -> list[str]:
    tokens: list[str] = []
    for word in part:
        is_mark = "\ue000" <= word.text[0] <= "\uf8ff"
        tokens += _TOKEN.findall(reading.span(word.text)) if is_mark else [word.text]
    return tokens
