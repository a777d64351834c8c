"""Read what is written so that a program could not: backwards, shifted, letter by letter, with its signs in words.

Each reading is tried only where a trace of it is in the text, such as a name of the student's spelled backwards, so
that ordinary sentences cost next to nothing and are never read as code.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.disguises import CODE_SIGNS
from tutor_pedagogy.guard.vocabulary import BUILTINS, KEYWORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_SHORTEST_NAME = 3
_TELLING_NAME = 5
"""Letters of a name of which one alone is enough."""
_WORD = re.compile(r"[^\W\d_]\w+")
_SIGNS = re.compile(r"[=()\[\]+*/<>:-]")
# linear: seven characters always match, up to the last that may end them
_APART = re.compile(r"(?<![^\s`|])[`|]?\S(?:[\s`|.\-·•,_]{1,6}\S){6,}[`|]?(?![^\s`|])")
_LETTER_APART = r"[\s`|.\-·•,_][^\s`|.\-·•,_][\s`|.\-·•,_]*(?=[\s`|.\-·•,_])"
_LETTERS_APART = re.compile(f"{_LETTER_APART}(?:{_LETTER_APART}){{4}}")
_READABLE = re.compile(r"[\t\n\r -~]+")
_BETWEEN = re.compile(r"[\s`|·•]")
# linear: four numbers always match, up to the last that may end them
_BINARY = re.compile(r"(?<![\w.])(?:[01]{7,8}[ ,]*){4,}(?![\w.])")
# linear: six numbers always match, up to the last that may end them
_OCTAL = re.compile(r"(?<![\w.])(?:\\?[01][0-7]{2}[ ,]*){6,}(?![\w.])")
_BASE32 = re.compile(r"(?<![A-Z2-7=])[A-Z2-7]{16,}={0,6}")
_SIGN_OF_BASE32 = re.compile(r"[A-Z2-7]{16}")
_PACKED = re.compile(r"(?<!\S)(?=\S*[!#$%&@^~?{}]\S)[!#-&(-+\-0-9;-Z^-~]{10,}(?!\S)")
_SIGN_OF_PACKED = re.compile(r"[!#$%&@^~?{}]\S")
"""What `_PACKED` looks ahead for, so that it matches nothing where this is nowhere."""
# linear: three strings always match, and all that follow with them
_QUOTED = re.compile(r"""(?:(?:"[^"\n]*"|'[^'\n]*')[ \t]*[+,.&]?[ \t]*){3,}""")
_PIECE = re.compile(r""""([^"\n]*)"|'([^'\n]*)'""")
_COMMAS = re.compile(r"(?<=[\w)\]+=\-*/<>%([:]), ?(?=[\w)\]+=\-*/<>%([:])")
_LISTED_SIGN = re.compile(r"[,;]\s*[-+*/=<>%()\[\]:]{1,2}\s*[,;]")
_KIND = r"(?:round |square |curly )?(?:bracket|parenthes[ie]s|paren|brace)s?"
_SPOKEN = (
    (re.compile(r"\b(?:open|opening|left) square bracket\b", re.IGNORECASE), " [ "),
    (re.compile(r"\b(?:close|closing|right) square bracket\b", re.IGNORECASE), " ] "),
    (re.compile(rf"\b(?:open|opening|left) {_KIND}", re.IGNORECASE), " ( "),
    (re.compile(rf"\b(?:close|closing|right|end) {_KIND}", re.IGNORECASE), " ) "),
    (re.compile(r"\bparen(?:thes[ie]s)?\b", re.IGNORECASE), " ( "),
    (re.compile(r"\bplus[ -]?equals?(?: sign)?\b", re.IGNORECASE), " += "),
    (re.compile(r"\bminus[ -]?equals?(?: sign)?\b", re.IGNORECASE), " -= "),
    (re.compile(r"\btimes[ -]?equals?(?: sign)?\b", re.IGNORECASE), " *= "),
    (re.compile(r"\b(?:(?:double|two) equals?(?: signs?)?|equals? equals?|is equal to)\b", re.IGNORECASE), " == "),
    (re.compile(r"\b(?:not equals?(?: to)?|(?:bang|exclamation mark) equals?)\b", re.IGNORECASE), " != "),
    (re.compile(r"\b(?:less|smaller) than or equals?(?: to)?\b|\bless than equals\b", re.IGNORECASE), " <= "),
    (re.compile(r"\b(?:greater|bigger) than or equals?(?: to)?\b|\bgreater than equals\b", re.IGNORECASE), " >= "),
    (re.compile(r"\b(?:less|smaller) than\b", re.IGNORECASE), " < "),
    (re.compile(r"\b(?:greater|bigger) than\b", re.IGNORECASE), " > "),
    (re.compile(r"\b(?:equals?(?: sign)?|gets the value of|becomes|is (?:assigned|set to))\b", re.IGNORECASE), " = "),
    (re.compile(r"\b(?:double slash|slash slash)\b", re.IGNORECASE), " // "),
    (re.compile(r"\b(?:divided by|slash)\b", re.IGNORECASE), " / "),
    (re.compile(r"\b(?:double star|star star|to the power of)\b", re.IGNORECASE), " ** "),
    (re.compile(r"\b(?:times|star|asterisk)\b", re.IGNORECASE), " * "),
    (re.compile(r"\bplus(?: sign)?\b", re.IGNORECASE), " + "),
    (re.compile(r"\b(?:minus|dash)(?: sign)?\b", re.IGNORECASE), " - "),
    (re.compile(r"\b(?:percent|modulo)(?: sign)?\b", re.IGNORECASE), " % "),
    (re.compile(r"\bcolon\b", re.IGNORECASE), ": "),
    (re.compile(r"\bcomma\b", re.IGNORECASE), ", "),
    (re.compile(r"(?<=\w) dot (?=\w)", re.IGNORECASE), "."),
)
_TOLD_VALUE = re.compile(
    r"\b(?:equals|becomes|is assigned|is set to|gets)\b[^.\n]{1,60}\b(?:plus|minus|times|divided by|modulo)\b"
)
"""A value that is given in words, and calculated in words."""
_SPELLED = re.compile(
    rf"\b(?:open|opening|left|close|closing|right) {_KIND}|\b(?:plus|minus|times|equals?|double)[ -]equals?\b"
    r"|\bcolon\b",
    re.IGNORECASE,
)
"""Words that name a sign and nothing else, so that the others around them may be signs as well."""


_ROT13 = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM"
)
_OF_PYTHON = frozenset(word for word in KEYWORDS | BUILTINS if len(word) > _SHORTEST_NAME)
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_PARTS = re.compile("[a-z]{4,}")
_COMMON = frozenset(
    {"the", "is", "are", "you", "your", "to", "of", "it", "do", "does", "what", "and", "that", "can", "on"}
)
"""Words of which one is in nearly every sentence, so that its letters are where they belong."""
# linear: five characters always match, and all that follow with them
_CODE_POINTS = re.compile(r"(?:(?:U\+|0x|\\N\{|&(?:amp;)?#x?)[0-9A-Fa-f A-Z-]+[;}]?[\s,]*\w{0,24}[\s,]*){5,}")
"""Characters by their numbers or names."""


def _backwards_or_shifted(names: Iterable[str]) -> frozenset[str]:
    return frozenset(spelled for name in names for spelled in (name[::-1], name.translate(_ROT13)))


_OF_PYTHON_OTHERWISE = _backwards_or_shifted(_OF_PYTHON) - _OF_PYTHON


def _steps(word: str) -> tuple[int, ...]:
    return tuple((ord(after) - ord(before)) % len(_ALPHABET) for before, after in pairwise(word))


def _by_steps(names: Iterable[str]) -> dict[tuple[int, ...], list[tuple[int, int]]]:
    """Give names by the steps from letter to letter, which stay when all letters move or the alphabet is turned round.

    With each stands its direction, 1 or -1 where the alphabet is turned round, and the number of its first letter.
    """
    found: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    for name in names:
        steps = _steps(name)
        found.setdefault(steps, []).append((1, ord(name[0]) - ord("a")))
        found.setdefault(tuple(-step % len(_ALPHABET) for step in steps), []).append((-1, ord(name[0]) - ord("a")))
    return found


_OF_PYTHON_LOWERED = frozenset(map(str.lower, _OF_PYTHON))
_STEPS_OF_PYTHON = _by_steps(sorted(name for name in _OF_PYTHON if _PARTS.fullmatch(name)))


class Ciphers:
    """Knows the names that would give a hidden program away."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = frozenset(name for name in names if len(name) >= _SHORTEST_NAME)

    def read_ahead(self) -> None:
        """Spell the names in the ways that every unit is searched for."""
        _ = self._otherwise

    @cached_property
    def _otherwise(self) -> frozenset[str]:
        return _backwards_or_shifted(self._names)

    def is_suspicious(self, text: str, words: Iterable[str]) -> bool:
        """Tell whether a text of plain `words` may hide code after all."""
        return bool(self._found(words)) or _has_letters_apart(text) or _names_a_sign(text) or _tells_a_value(text)

    def _found(self, words: Iterable[str]) -> frozenset[str]:
        """Give the words that are names of Python's or the student's in disguise, and not names as they stand."""
        if _OF_PYTHON_OTHERWISE.isdisjoint(words) and self._otherwise.isdisjoint(words):
            return frozenset()
        return (_OF_PYTHON_OTHERWISE.intersection(words) | self._otherwise.intersection(words)) - self._names

    def decoded(self, text: str) -> Iterator[str]:
        """Give what a text says in an encoding, where that holds a name of the student's or a word of Python's."""
        words = frozenset(_WORD.findall(text))
        if found := self._found(words):
            names = self._names | _OF_PYTHON
            if self._is_trace({word for word in found if word[::-1] in names}, text):
                yield "\n".join(line[::-1] for line in text.split("\n"))
            if self._is_trace({word for word in found if word.translate(_ROT13) in names}, text):
                yield text.translate(_ROT13)
        yield from self._of_other_letters(text, words)
        yield from _code_points(text)
        for content in _written_apart(text):
            if self._is_trace({name for name in self._names | _OF_PYTHON if name in content}, content):
                yield content
        for content in _unpacked(text):
            if _READABLE.fullmatch(content) and CODE_SIGNS.search(content):
                yield content
        for run in _PACKED.finditer(text) if _SIGN_OF_PACKED.search(text) else ():
            content = _as_text(base64.b85decode, run[0])
            if content and self._is_trace({name for name in self._names | _OF_PYTHON if name in content}, content):
                yield content

    def _of_other_letters(self, text: str, words: frozenset[str]) -> Iterator[str]:
        """Give what a text says with every letter moved by as many places, or the alphabet turned round."""
        if not _COMMON.isdisjoint(words) or not _SIGNS.search(text):
            return
        hits: dict[tuple[int, int], set[str]] = {}
        for word in {word.lower() for word in words if len(word) > _SHORTEST_NAME} - _OF_PYTHON_LOWERED - self._plain:
            steps = _steps(word)
            for direction, first in self._steps.get(steps) or _STEPS_OF_PYTHON.get(steps) or ():
                place = (_number(word[0]) - direction * first) % len(_ALPHABET)
                hits.setdefault((direction, place), set()).add(word)
        for (direction, place), found in hits.items():
            if len(found) > 1 or len(max(found, key=len)) > _TELLING_NAME:
                letters = "".join(_ALPHABET[direction * (number - place) % 26] for number in range(26))
                yield text.translate(str.maketrans(_ALPHABET + _ALPHABET.upper(), letters + letters.upper()))

    @cached_property
    def _plain(self) -> frozenset[str]:
        return frozenset(map(str.lower, self._names)).union(*(_PARTS.findall(name) for name in self._names))

    @cached_property
    def _steps(self) -> dict[tuple[int, ...], list[tuple[int, int]]]:
        """The names by the steps from letter to letter, as `_by_steps` has them."""
        return _by_steps(part for name in self._names for part in _PARTS.findall(name.lower()))

    def spoken(self, text: str) -> str | None:
        """Give a text with signs in place of their names, and without what is between its parts; None for any other."""
        if _names_a_sign(text) or _tells_a_value(text):
            for pattern, sign in _SPOKEN:
                text = pattern.sub(sign, text)
            return text
        if "," in text and _LISTED_SIGN.search(text):
            return _COMMAS.sub(" ", text)
        if '"' in text or "'" in text:
            runs = _QUOTED.findall(text)
            if runs:
                return "\n".join(" ".join(one or other for one, other in _PIECE.findall(run)) for run in runs)
        return None

    def _is_trace(self, hits: frozenset[str] | set[str], text: str) -> bool:
        if not hits:
            return False
        return len(hits) > 1 or (len(max(hits, key=len)) >= _TELLING_NAME and bool(_SIGNS.search(text)))


def _number(letter: str) -> int:
    return ord(letter) - ord("a")


def _names_a_sign(text: str) -> bool:
    lowered = text.lower()
    may_name = "equal" in lowered or "colon" in lowered or "brac" in lowered or "paren" in lowered
    return may_name and bool(_SPELLED.search(text))


def _tells_a_value(text: str) -> bool:
    may_calculate = "plus" in text or "minus" in text or "times" in text or "divided by" in text or "modulo" in text
    return may_calculate and bool(_TOLD_VALUE.search(text))


def _has_letters_apart(text: str) -> bool:
    return bool(_LETTERS_APART.search(" " + text))


def _code_points(text: str) -> Iterator[str]:
    """Give characters that are written by their numbers or names, which no hint has a use for."""
    if "+" in text or "0x" in text or "\\N" in text or "&" in text:
        yield from (run[0] for run in _CODE_POINTS.finditer(text))


def _written_apart(text: str) -> Iterator[str]:
    if _has_letters_apart(text):
        for run in _APART.finditer(text):
            yield _BETWEEN.sub("", run[0])
            yield re.sub(r"[\s`|·•.\-,_]", "", run[0])


def _unpacked(text: str) -> Iterator[str]:
    if "0" in text and "1" in text:
        for run in _BINARY.finditer(text):
            yield "".join(chr(int(code, 2)) for code in re.findall("[01]{7,8}", run[0]))
        for run in _OCTAL.finditer(text):
            yield "".join(chr(int(code, 8)) for code in re.findall("[01][0-7]{2}", run[0]))
    for run in _BASE32.finditer(text) if _SIGN_OF_BASE32.search(text) and not text.islower() else ():
        bare = run[0].rstrip("=")
        yield _as_text(base64.b32decode, bare + "=" * (-len(bare) % 8))


def _as_text(decode: Callable[[str], bytes], packed: str) -> str:
    try:
        return decode(packed).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
