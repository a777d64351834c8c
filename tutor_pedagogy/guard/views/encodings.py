"""Decode text in an encoding: base64 and its variants, character codes as numbers, or letters set apart by spaces.

Each decoder runs only if a cheap prefilter matches, so that ordinary sentences cost almost nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# linear: four words are enough for a match, so the pattern backtracks over the last word only
_BASE64 = re.compile(
    r"(?<![\w+/=-])(?:[\w+/-]{11,}+={0,2}|(?:[\w+/-]{4,76}+[ \n]++){3,}[\w+/-]{2,76}+={0,2})(?![\w+/=-])", re.ASCII
)
# linear: eight pairs are enough for a match, so the pattern backtracks over the last pair only
_HEX = re.compile(
    r"(?<!\w)(?:0x)?(?:[0-9a-fA-F]{2}[ :,]?){8,}(?!\w)|(?:\\x[0-9a-fA-F]{2}|\\u00[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}){4,}"
)
_SIGN_OF_HEX = re.compile(r"[0-9a-fA-F :,]{16}")
_HEX_PAIR = re.compile(r"[0-9a-fA-F]{2}")
# linear: eight numbers are enough for a match, so the pattern backtracks over the last number only
_NUMBERS = re.compile(r"(?<![\w.])(?:\d{2,3}[,;]?\s+|\d{2,3},){7,}\d{2,3}(?![\w.])")
_SIGN_OF_NUMBERS = re.compile(r"\d\d")
# linear: eight characters are enough for a match, so the pattern backtracks over the last character only
_SPACED = re.compile(r"(?<!\S)(?:\S ){7,}\S(?!\S)")
_LETTER = re.compile(r"[^\W\d_]")
_SIGN_OF_SPACED = re.compile(r" \S \S \S ")
# linear: four numbers are enough for a match, so the pattern backtracks over the last number only
_BINARY = re.compile(r"(?<![\w.])(?:[01]{7,8}[ ,]*){4,}(?![\w.])")
# linear: six numbers are enough for a match, so the pattern backtracks over the last number only
_OCTAL = re.compile(r"(?<![\w.])(?:\\?[01][0-7]{2}[ ,]*){6,}(?![\w.])")
_BASE32 = re.compile(r"(?<![A-Z2-7=])[A-Z2-7]{16,}={0,6}")
_SIGN_OF_BASE32 = re.compile(r"[A-Z2-7]{16}")
_BASE85 = re.compile(r"(?<!\S)(?=\S*[!#$%&@^~?{}]\S)[!#-&(-+\-0-9;-Z^-~]{10,}(?!\S)")
_SIGN_OF_BASE85 = re.compile(r"[!#$%&@^~?{}]\S")
"""A prefilter for `_BASE85`, whose lookahead requires the same characters."""
# linear: seven characters are enough for a match, so the pattern backtracks over the last character only
_APART = re.compile(r"(?<![^\s`|])[`|]?\S(?:[\s`|.\-·•,_]{1,6}\S){6,}[`|]?(?![^\s`|])")
_BETWEEN_ANY_LETTERS = re.compile(r"[\s`|·•.\-,_]")
_BETWEEN_LETTERS = re.compile(r"[\s`|·•]")
_LETTER_APART = r"[\s`|.\-·•,_][^\s`|.\-·•,_][\s`|.\-·•,_]*(?=[\s`|.\-·•,_])"
_LETTERS_APART = re.compile(f"{_LETTER_APART}(?:{_LETTER_APART}){{4}}")
# linear: five characters are enough for a match, so a failure at a later character causes no backtracking
_CODE_POINTS = re.compile(r"(?:(?:U\+|0x|\\N\{|&(?:amp;)?#x?)[0-9A-Fa-f A-Z-]+[;}]?[\s,]*\w{0,24}[\s,]*){5,}")

_OF_ADDRESSES = str.maketrans("-_", "+/")
"""The translation table from the URL-safe alphabet of base64 (RFC 4648 §5) to the standard alphabet."""
_READABLE = re.compile(r"[\t\n\r -~]+")
_SHORTEST = 8
"""The minimum number of characters in text decoded from base64, hexadecimal or decimal. Shorter text is ignored."""
_CODE_SIGNS = re.compile(r"[=()<>\[\]+*/%:]|\b(?:return|def|for|if|while|import|print|else|lambda)\b")


def readings(text: str) -> Iterator[str]:
    """Yield every decoded text that looks like code, and every run of characters written as code points or names."""
    for content in chain(_of_numbers(text), _of_letters(text)):
        if _CODE_SIGNS.search(content):
            yield content
    if "+" in text or "0x" in text or "\\N" in text or "&" in text:
        # A run of code points or character names is yielded as it is, because no hint needs code points.
        yield from (run[0] for run in _CODE_POINTS.finditer(text))


def uncertain_readings(text: str) -> Iterator[str]:
    """Yield decodings that ordinary words can also produce. They count as code only if they contain known names."""
    if has_letters_apart(text):
        for run in _APART.finditer(text):
            yield _BETWEEN_LETTERS.sub("", run[0])
            yield _BETWEEN_ANY_LETTERS.sub("", run[0])
    for run in _BASE85.finditer(text) if _SIGN_OF_BASE85.search(text) else ():
        yield _decoded(base64.b85decode, run[0])


def has_letters_apart(text: str) -> bool:
    """Return whether at least five letters or symbols are separated by spaces or punctuation, as in `r e t u r n`."""
    return bool(_LETTERS_APART.search(" " + text))


def _of_numbers(text: str) -> Iterator[str]:
    """Yield the text of hexadecimal, decimal, octal or binary character codes."""
    if "%" in text or "\\x" in text or "\\u00" in text or _SIGN_OF_HEX.search(text):
        for run in _HEX.finditer(text):
            pairs = _HEX_PAIR.findall(run[0].replace("\\u00", "\\x"))
            yield _readable(_characters(pairs, 16), _SHORTEST)
    if _SIGN_OF_NUMBERS.search(text):
        for run in _NUMBERS.finditer(text):
            yield _readable(_characters(re.findall(r"\d+", run[0]), 10), _SHORTEST)
    if "0" in text and "1" in text:
        for run in _BINARY.finditer(text):
            yield _readable(_characters(re.findall("[01]{7,8}", run[0]), 2))
        for run in _OCTAL.finditer(text):
            yield _readable(_characters(re.findall("[01][0-7]{2}", run[0]), 8))


def _of_letters(text: str) -> Iterator[str]:
    """Yield the text of base64, of base32, and of characters that are separated by spaces."""
    for run in _BASE64.finditer(text):
        packed = "".join(run[0].split()).rstrip("=").translate(_OF_ADDRESSES)
        contents = (_decoded(_from_base64, way, "latin-1") for way in (packed, packed[::-1]))
        yield next((content for content in contents if _readable(content, _SHORTEST)), "")
    for run in _BASE32.finditer(text) if _SIGN_OF_BASE32.search(text) and not text.islower() else ():
        bare = run[0].rstrip("=")
        yield _readable(_decoded(base64.b32decode, bare + "=" * (-len(bare) % 8)))
    for run in _SPACED.finditer(text) if _SIGN_OF_SPACED.search(text) else ():
        yield run[0].replace(" ", "") if _LETTER.search(run[0]) else ""


def _characters(numbers: Iterable[str], base: int) -> str:
    return "".join(chr(int(number, base)) for number in numbers)


def _readable(content: str, shortest: int = 1) -> str:
    return content if len(content) >= shortest and _READABLE.fullmatch(content) else ""


def _from_base64(run: str) -> bytes:
    """Return the bytes of unpadded base64. A single last character, too short for a byte, is dropped."""
    whole, rest = run[: len(run) // 4 * 4], run[len(run) // 4 * 4 :]
    return base64.b64decode(whole + (rest + "=" * (4 - len(rest)) if len(rest) > 1 else ""))


def _decoded(decode: Callable[[str], bytes], packed: str, characters: str = "ascii") -> str:
    try:
        return decode(packed).decode(characters)
    except (binascii.Error, ValueError):
        return ""
