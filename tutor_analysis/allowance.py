"""The processor time that each student may still use: one token bucket for each student."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

_MOST_REMEMBERED = 10_000


class Allowances:
    """Token buckets, one for each student. Each holds `capacity` seconds of processor time and gains `refill` a second.

    Times are monotonic seconds.
    """

    def __init__(self, capacity: float, refill: float) -> None:
        self._capacity = capacity
        self._refill = refill
        self._left: dict[Hashable, tuple[float, float]] = {}
        """The seconds left in each student's bucket, and since when. A student without an entry has a full bucket.

        The student who has called last comes last.
        """

    def left(self, owner: Hashable, now: float) -> float:
        """Return the seconds that a student has left. They are negative after a call that used more than was left."""
        left, since = self._left.get(owner, (self._capacity, now))
        return min(self._capacity, left + (now - since) * self._refill)

    def take(self, owner: Hashable, seconds: float, now: float) -> None:
        """Take seconds from a student's bucket, which may make it negative."""
        left = self.left(owner, now) - seconds
        self._left.pop(owner, None)
        self._left[owner] = (left, now)
        if len(self._left) > _MOST_REMEMBERED:
            del self._left[next(iter(self._left))]
