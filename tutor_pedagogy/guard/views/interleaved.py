"""Find code whose pieces are interleaved with other text: a repeated symbol or word, brackets, or numbers."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.vocabulary import KEYWORDS, phrase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FEWEST = 3
"""The minimum number of pieces, or of separators between them, that form a pattern. Fewer may be a coincidence."""
_LONGEST_PIECE = 24
_MOST_WORDS = 3
"""The maximum distance in words between two occurrences of a repeated word that separates pieces."""
_SEPARATOR = re.compile(r"[^\w\s]|\s{2,}|[\n\t]")
# linear: three pieces are enough for a match, so a failure at a later piece causes no backtracking
_WRAPPED = re.compile(
    r"(?:\[[^\[\]\n]{1,24}\][\s,;+&]*){3,}|(?:\([^()\n]{1,24}\)[\s,;+&]*){3,}|(?:\{[^{}\n]{1,24}\}[\s,;+&]*){3,}"
    r"|(?:<[^<>\n]{1,24}>[\s,;+&]*){3,}|(?:\*{1,2}[^*\n]{1,24}\*{1,2}[\s,;+&]*){3,}"
    r"|(?:\S{1,24} \([a-z ]{1,12}\)\s*){3,}"
)
# linear: the pattern is only applied to pieces of at most 60 characters
_WRAPPING = re.compile(r"^[\[({<*]+|[\])}>*]+$|(?<=.) \([a-z ]{1,12}\)$")
_WRAPPED_PIECE = re.compile(
    r"\[[^\[\]\n]+\]|\([^()\n]+\)|\{[^{}\n]+\}|<[^<>\n]+>|\*{1,2}[^*\n]+\*{1,2}|\S{1,24} \([a-z ]{1,12}\)"
)
# linear: two strings are enough for a match, so a failure at a later string causes no backtracking
_QUOTED = re.compile(
    r"""(?:(?:"[^"\n]{0,80}"|'[^'\n]{0,80}')[ \t\[\]]*+(?:(?:\d*+:|[+,.&;]|and|then)[ \t\[\]]*+)?+){2,}"""
)
_PIECE = re.compile(r""""([^"\n]*)"(?!:)|'([^'\n]*)'(?!:)""")
_NUMBER = re.compile(r"[(\[]?\b(\d{1,2})(?:st|nd|rd|th)?\b[.):\]]*")
_SPACED = re.compile(r"(?<=\w) [.(\[] |[\w\"'] [.(\[)\]]{1,2}(?: |$)")
_SPACE = re.compile(r"(?<! ) ++(?=[.()\[\],:])|(?<=[.(\[]) ++")
_CONNECTING = phrase("CONNECTING")
_BLANKS = re.compile("[ \\t]+")
_MANY = 60
"""The maximum number of pieces between the same separators that are joined."""


def readings(text: str) -> Iterator[str]:
    """Yield a text without the separators between its pieces, or nothing if they form no pattern."""
    for run in _QUOTED.findall(text) if '"' in text or "'" in text else ():
        yield from _both_ways([one or other for one, other in _PIECE.findall(run)])
    for run in _WRAPPED.finditer(text):
        yield from _both_ways([_WRAPPING.sub("", piece) for piece in _WRAPPED_PIECE.findall(run[0])])
    plain = _unnumbered(text)
    if plain != text:
        yield plain
    without = _without_repeated_words(plain)
    if without != plain:
        yield _SPACE.sub("", without)
    counts = Counter(mark.strip(" ") or "  " for mark in _SEPARATOR.findall(without))
    for mark, count in counts.items():
        if count >= _FEWEST:
            yield from _between(mark, without)
    if _SPACED.search(without):
        yield _SPACE.sub("", without)


def _both_ways(pieces: list[str]) -> Iterator[str]:
    yield "".join(pieces)
    yield " ".join(pieces)


def _unnumbered(text: str) -> str:
    """Return a text without the consecutive numbers that count its pieces: 1, 2, 3 and so on."""
    numbers = [int(number[1]) for number in _NUMBER.finditer(text)]
    if sum(after == before + 1 for before, after in pairwise(numbers)) < _FEWEST - 1:
        return text
    return _NUMBER.sub(" ", text)


def _without_repeated_words(text: str) -> str:
    """Return a text without words that are repeated at least three times with at most two words between them."""
    if len(_CONNECTING.findall(text)) >= _FEWEST - 1:
        text = _CONNECTING.sub("", text)
    words = _BLANKS.split(text)
    bare = [word.strip(",.;:").casefold() for word in words]
    frequent = {word for word, count in Counter(bare).items() if count >= _FEWEST and word.isalpha()} - KEYWORDS
    repeated = {word for word in frequent if _comes_regularly([at for at, other in enumerate(bare) if other == word])}
    if not repeated:
        return text
    return " ".join(word.strip(",") for word, key in zip(words, bare, strict=True) if key not in repeated)


def _comes_regularly(places: list[int]) -> bool:
    near = [after - before <= _MOST_WORDS for before, after in pairwise(places)]
    return max((sum(1 for _ in run) for is_near, run in groupby(near) if is_near), default=0) >= _FEWEST - 1


def _between(mark: str, text: str) -> Iterator[str]:
    """Yield the short pieces between separators of one kind, joined with and without spaces."""
    pieces = text.split(mark)
    short: Iterable[tuple[bool, Iterable[str]]] = groupby(
        map(str.strip, [*_ends(pieces)]), lambda piece: len(piece) <= _LONGEST_PIECE and piece.count(" ") < _MOST_WORDS
    )
    for is_short, run in short:
        together = list(run)[:_MANY]
        if is_short and len(together) > _FEWEST:
            yield from _both_ways(together)


def _ends(pieces: list[str]) -> Iterator[str]:
    """Yield the pieces. Keep only the last word of the first piece and the first word of the last piece.

    The rest of these two pieces belongs to the surrounding sentence.
    """
    yield pieces[0].rstrip().rpartition(" ")[2]
    yield from pieces[1:-1]
    yield pieces[-1].lstrip().partition(" ")[0].rstrip(".!?")
