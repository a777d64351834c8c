"""How often a log line may be written whose cause strangers can repeat at will."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SPARSE_SECONDS = 10.0


class SparseLine:
    """Counts what happens between two lines, of which one is due every `SPARSE_SECONDS` at most."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._next_line = now()
        self._count = 0

    def count(self) -> int:
        """Count an occurrence; return how many the line has to tell of if it is due, else 0."""
        self._count += 1
        if (now := self._now()) < self._next_line:
            return 0
        told, self._count = self._count, 0
        self._next_line = now + SPARSE_SECONDS
        return told
