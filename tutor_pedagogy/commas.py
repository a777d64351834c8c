"""The commas of a call or a value as text, with the brackets around each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def commas(text: str) -> Iterator[tuple[int, int]]:
    """Yield the index of each comma outside quotes, and how many brackets are open there."""
    depth, quote, is_escaped = 0, "", False
    for place, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote and not is_escaped else quote
            is_escaped = letter == "\\" and not is_escaped
        elif letter in "'\"":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == ",":
            yield place, depth
