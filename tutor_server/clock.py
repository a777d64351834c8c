"""The service's clock: passed in as a parameter everywhere, so that tests can set the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of the time of day and of a monotonic time."""

    def now(self) -> datetime:
        """Return the time of day as an aware datetime in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds since an arbitrary moment, unaffected by corrections of the time of day."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """Return the time of day as an aware datetime in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since an arbitrary moment, unaffected by corrections of the time of day."""
        return time.monotonic()


def next_midnight(now: datetime) -> datetime:
    """Return the end of the UTC day of `now`, when daily counts start again."""
    return datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
