"""Time, as the service reads it: passed in everywhere, so that tests can hold it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time of day, and the time that only goes forward."""

    def now(self) -> datetime:
        """Give the time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Give seconds since some fixed moment, untouched by corrections of the time of day."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """Give the time of day; see `Clock.now`."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give seconds; see `Clock.monotonic`."""
        return time.monotonic()


def next_midnight(now: datetime) -> datetime:
    """Give the end of the UTC day of `now`, when daily counts start again."""
    return datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), UTC)
