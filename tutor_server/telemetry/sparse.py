"""A rate limit for log lines, for events that any client can cause as often as it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SPARSE_SECONDS = 10.0


class SparseLine:
    """Counts occurrences and reports their number in at most one log line every `SPARSE_SECONDS`."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._next_line = now()
        self._count = 0

    def count(self) -> int:
        """Count an occurrence. Return the number of occurrences since the last log line if a line is due, else 0."""
        self._count += 1
        if (now := self._now()) < self._next_line:
            return 0
        told, self._count = self._count, 0
        self._next_line = now + SPARSE_SECONDS
        return told
