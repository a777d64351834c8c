"""The rate limit of frames on the chat socket: each user has token buckets in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from uuid import UUID

    from tutor_server.clock import Clock
    from tutor_server.limits import FrameRate

FIRST_SWEEP = 1_000
"""The number of users above which the entries of users with full buckets are first removed from memory."""


@dataclass(slots=True)
class _Bucket:
    """A token bucket, full at the start."""

    capacity: float
    per_second: float
    at: float
    level: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = self.capacity

    def take(self, amount: float, now: float) -> bool:
        """Remove tokens if the bucket holds enough of them; return whether it held enough."""
        self._refill(now)
        if amount > self.level:
            return False
        self.level -= amount
        return True

    def is_full(self, now: float) -> bool:
        """Return whether the bucket has refilled completely."""
        self._refill(now)
        return self.level == self.capacity

    def _refill(self, now: float) -> None:
        self.level = min(self.capacity, self.level + (now - self.at) * self.per_second)
        self.at = now


class FrameAllowance:
    """The remaining frames and bytes of one user, shared by all of the user's connections."""

    def __init__(self, rate: FrameRate, clock: Clock) -> None:
        now = clock.monotonic()
        self._rate = rate
        self._clock = clock
        self._frames = _Bucket(rate.frames, rate.frames_per_second, now)
        self._bytes = _Bucket(rate.bytes, rate.bytes_per_second, now)
        self._shut_out_until = now

    def take_frame(self) -> bool:
        """Return whether one more frame is within the rate, and count it."""
        return self._frames.take(1, self._clock.monotonic())

    def take_bytes(self, count: int) -> bool:
        """Return whether this many more bytes are within the rate, and count them."""
        return self._bytes.take(count, self._clock.monotonic())

    def take_connection(self) -> bool:
        """Return whether the user may open a connection now, and count it."""
        return not self.is_shut_out and self._frames.take(self._rate.connection, self._clock.monotonic())

    @property
    def is_shut_out(self) -> bool:
        """Whether the user exceeded the rate limit within the last `FrameRate.shut_out` seconds."""
        return self._clock.monotonic() < self._shut_out_until

    def shut_out(self) -> None:
        """Refuse new connections of the user for `FrameRate.shut_out` seconds."""
        self._shut_out_until = self._clock.monotonic() + self._rate.shut_out

    def is_unused(self) -> bool:
        """Return whether the allowance is in its initial state, so that it can be removed from memory."""
        now = self._clock.monotonic()
        return not self.is_shut_out and self._frames.is_full(now) and self._bytes.is_full(now)


class FrameAllowances:
    """The allowances of all users who have sent frames recently."""

    def __init__(self, rate: FrameRate, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._recent: dict[UUID, FrameAllowance] = {}
        self._known: WeakValueDictionary[UUID, FrameAllowance] = WeakValueDictionary()
        """All allowances in use by connections, including idle connections that are no longer among the recent ones."""
        self._next_sweep = FIRST_SWEEP

    def of(self, user_id: UUID) -> FrameAllowance:
        """Return the one allowance that all connections of a user share."""
        allowance = self._known.get(user_id)
        if allowance is None:
            self._forget_unused()
            allowance = self._known[user_id] = FrameAllowance(self._rate, self._clock)
        self._recent[user_id] = allowance
        return allowance

    def _forget_unused(self) -> None:
        if len(self._recent) < self._next_sweep:
            return
        self._recent = {user_id: kept for user_id, kept in self._recent.items() if not kept.is_unused()}
        self._next_sweep = max(FIRST_SWEEP, 2 * len(self._recent))
