"""Find code that stands unmarked in a sentence: runs of tokens that only a program would write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.reading import MARK
from tutor_pedagogy.guard.vocabulary import BUILTINS, ENGLISH_KEYWORDS, ENGLISH_NAMES, KEYWORDS, METHODS

if TYPE_CHECKING:
    from tutor_pedagogy.guard.own import Own
    from tutor_pedagogy.guard.reading import Reading

_TOKEN = re.compile(
    r"""(?<![\w'"])[rRbBfFuU]{0,2}(?:"[^"\n]{0,120}"|'[^'\n]{0,120}')(?!\w)"""
    rf"|{MARK}|\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?|[^\W\d]\w*"
    r"|\*\*=?|//=?|>>=?|<<=?|\.\.\.|->|=>|:=|[-+*/%@&|^=<>!]=|\S"
)
_ALWAYS_CODE = frozenset(
    {
        "=",
        "==",
        "!=",
        "<=",
        ">=",
        "<",
        ">",
        "+=",
        "-=",
        "*=",
        "/=",
        "//=",
        "%=",
        "**=",
        "|=",
        "&=",
        "**",
        ":=",
        "<<",
        ">>",
    }
)
_ASSIGNMENTS = frozenset({"=", "+=", "-=", "*=", "/=", "//=", "%=", ":="})
_BETWEEN_OPERANDS = frozenset({"+", "-", "*", "/", "//", "%", "^", "&", "|", "@"})
_NEUTRAL = frozenset({"(", ")", "[", "]", "{", "}", ",", ":", ".", "-", "~"})
_OPERANDS = BUILTINS - ENGLISH_NAMES
"""Names of Python's that are no words of a sentence."""
_TYPES = frozenset({"int", "str", "float", "list"})
_CODE_WORDS = frozenset({"def", "elif", "lambda", "nonlocal", "async"})
_LONGEST_CALL = 12
"""Tokens up to the first closing bracket."""
_PLURAL = frozenset({"s", "es"})
_QUICK = re.compile(
    r"[=<>]|\*\*|\w\(|\w\[|\w\.\w|\d\s*[-+*/%]|[-+*/%]\s*\d|\w\s?[+*/%^]\s?\w|//|[)\]]\s?[-+*/%]|\bin [\"'\[(]"
    r"|\w (?:- \w|[-+*/%]\s?\()|\bdef\b|\blambda\b|\belif\b"
)
_SIGN = re.compile(r"[-=<>*(\[+/%^)\]]|\.\w")


class _Word:
    """A token of a sentence with what is before it."""

    __slots__ = ("glued", "is_code", "text")

    def __init__(self, text: str, *, glued: bool) -> None:
        self.text = text
        self.glued = glued
        self.is_code = False


def runs(reading: Reading, own: Own) -> list[list[str]]:
    """Give the runs of unmarked code of a unit, each as its tokens; marked code inside a run is part of it."""
    if not _has_sign_or_keyword(reading.prose) or not _QUICK.search(reading.prose):
        return []
    found: list[list[str]] = []
    run: list[_Word] = []
    words = _words(reading.prose, own)
    for before, word, after in zip([None, *words], [*words, None], [*words[1:], None, None], strict=False):
        if word is not None and (_belongs(word, own) or _is_bound(before, word, after)):
            run.append(word)
            continue
        if any(part.is_code for part in run):
            found += _trimmed(run, reading)
        run = []
    return found


def _has_sign_or_keyword(prose: str) -> bool:
    """Tell whether a sentence can hold code: whatever `_QUICK` finds has one of these signs or words in it.

    Its every alternative is a sign of `_SIGN`, a dot before a letter or digit, a quote after `in`, or a keyword.
    """
    return (
        bool(_SIGN.search(prose))
        or "def" in prose
        or "lambda" in prose
        or "elif" in prose
        or 'in "' in prose
        or "in '" in prose
    )


def _words(prose: str, own: Own) -> list[_Word]:
    matches = list(_TOKEN.finditer(prose))
    words = [
        _Word(match[0], glued=bool(number and matches[number - 1].end() == match.start()))
        for number, match in enumerate(matches)
    ]
    for number, word in enumerate(words):
        before = words[number - 1] if number else None
        after = words[number + 1] if number + 1 < len(words) else None
        word.is_code = _is_code(word, before, after, own) or (
            word.text == "(" and word.glued and _is_call(words[number - 1 : number + _LONGEST_CALL], own)
        )
    return words


def _is_call(words: list[_Word], own: Own) -> bool:
    """Tell whether a name that nobody knows stands glued before brackets that hold names of the student's or types."""
    name, _, *inside = [word.text for word in words]
    if not name.isidentifier() or len(name) <= 1 or ")" not in inside:
        return False
    within = inside[: inside.index(")")]
    return not (own.identifiers.isdisjoint(within) and _TYPES.isdisjoint(within))


def _is_code(word: _Word, before: _Word | None, after: _Word | None, own: Own) -> bool:
    text = word.text
    if text in _ALWAYS_CODE:
        return before is not None or after is not None
    if text in _CODE_WORDS or before is None or after is None:
        return text in _CODE_WORDS
    if text in _BETWEEN_OPERANDS or text == "in":
        is_between = _is_operand(before.text, own) and _is_operand(after.text, own, before=False)
        return is_between and (word.glued == after.glued if text != "in" else after.text[0] in "\"'[(")
    if not word.glued or not (_is_callable(before.text, own) or before.text in {")", "]"}):
        return False
    if text == ".":
        return after.glued and (after.text in METHODS or after.text in own.code_names)
    return text in {"(", "["} and after.text not in _PLURAL


def _is_operand(text: str, own: Own, *, before: bool = True) -> bool:
    return (
        text[0].isdigit()
        or text in own.identifiers
        or (before and text in {")", "]"})
        or (not before and text in {"(", "["})
        or text in _OPERANDS
        or text[0] in "\"'"
        or "\ue000" <= text[0] <= "\uf8ff"
    )


def _is_callable(text: str, own: Own) -> bool:
    return (
        text in own.code_names
        or text in BUILTINS
        or text in METHODS
        or "_" in text.strip("_")
        or "\ue000" <= text[0] <= "\uf8ff"
    )


def _belongs(word: _Word, own: Own) -> bool:
    """Tell whether a word can be part of a run of code."""
    text = word.text
    return (
        word.is_code
        or text in _NEUTRAL
        or text in _BETWEEN_OPERANDS
        or text[0].isdigit()
        or text[0] in "\"'"
        or "\ue000" <= text[0] <= "\uf8ff"
        or text in own.identifiers
        or text in KEYWORDS
        or text in BUILTINS
        or (word.glued and text.isidentifier())
        or "_" in text
    )


def _is_bound(before: _Word | None, word: _Word, after: _Word | None) -> bool:
    """Tell whether code next to a word makes it a name: defined, given a value, called or looked into there."""
    if not word.text.isidentifier():
        return False
    if after is not None and (after.text in _ASSIGNMENTS or (after.is_code and after.glued)):
        return True
    return before is not None and before.text in {"def", "class", "lambda"}


def _trimmed(run: list[_Word], reading: Reading) -> list[list[str]]:
    """Split a run at the punctuation of the sentence and take English words from its edges."""
    parts: list[list[_Word]] = [[]]
    depth = 0
    for word in run:
        depth = max(0, depth + (word.text in "([{") - (word.text in ")]}"))
        if word.text in ",.;" and not depth and not word.is_code:
            parts.append([])
        else:
            parts[-1].append(word)
    found = []
    for part in parts:
        while part and not part[-1].is_code and (part[-1].text in ENGLISH_KEYWORDS or part[-1].text in ":-"):
            part.pop()
        while (
            part
            and not part[0].is_code
            and part[0].text in {"as", "with", "from", "is", "in", "and", "or", "for", ":", ")", "-"}
        ):
            del part[0]
        if any(word.is_code for word in part):
            tokens: list[str] = []
            for word in part:
                is_mark = "\ue000" <= word.text[0] <= "\uf8ff"
                tokens += _TOKEN.findall(reading.span(word.text)) if is_mark else [word.text]
            found.append(tokens)
    return found
