"""Digests of the sentences and code blocks of the answers of one session."""

from __future__ import annotations

import html
import re
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

DIGEST_BYTES = 6
FEWEST_WORDS = 6
"""The minimum number of words of a sentence that has a digest. Shorter ones may be said again."""
MOST_CHARACTERS = 20_000
"""The maximum number of characters of an answer whose sentences are read."""

_FENCE = re.compile(r"(?m)^`{3,}[^\n]*\n?")
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|(?<=[.?]\u201d)\s+|\n+")
_WORD = re.compile(r"\w+|[^\w\s`*\\\u201c\u201d]")


def digests_of(text: str) -> bytes:
    """Return the digests of the sentences and code blocks of a text, one after another. Spaces and marks are ignored.

    The words of a text as it is stored, with escaped markup, have the same digests.
    """
    return b"".join(dict.fromkeys(digest for digest, _ in _pieces(text)))


def split_digests(digests: bytes) -> frozenset[bytes]:
    """Return the single digests of a value that `digests_of` has returned."""
    return frozenset(digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES))


def share_said(text: str, said: Collection[bytes]) -> float:
    """Return which share of a text, counted in words, was said before: 1.0 if all of it was."""
    if not said:
        return 0.0
    pieces = list(_pieces(text))
    words = sum(count for _, count in pieces)
    return sum(count for digest, count in pieces if digest in said) / words if words else 1.0


def _pieces(text: str) -> Iterator[tuple[bytes, int]]:
    """Yield the digest and the number of words of each sentence and code block."""
    for number, block in enumerate(_FENCE.split(html.unescape(text[:MOST_CHARACTERS]))):
        is_code = number % 2 == 1
        for piece in [block] if is_code else _SENTENCE_END.split(block):
            words = _WORD.findall(piece.lower())
            if len(words) >= FEWEST_WORDS:
                yield blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=DIGEST_BYTES).digest(), len(words)
