"""Texts about code that is nested so deeply that its syntax tree cannot be walked."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Text = TypeVar("Text")

TOO_DEEP = (MemoryError, RecursionError, ValueError)
"""The exceptions that walking the tree of hostile, very deeply nested code can raise."""


def until_too_deep(texts: Iterable[Text]) -> Iterator[Text]:
    """Yield texts up to the first that cannot be written because the code is nested too deeply to walk its tree."""
    try:
        yield from texts
    except TOO_DEEP:
        return
