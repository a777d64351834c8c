"""A clock for tests, which stands still until a test advances it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class HeldClock:
    """A clock that only a test advances: the time is `at` plus `seconds`."""

    at: datetime = NOON
    seconds: float = 0.0

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return self.at + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        """Return the monotonic clock's time."""
        return self.seconds
