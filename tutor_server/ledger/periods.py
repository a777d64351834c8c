"""The periods over which usage is summed: the UTC day, the ISO week and the month of a given time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """A period of whole UTC days, from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def starts_at(self) -> datetime:
        """The first moment of the period."""
        return datetime.combine(self.first, time.min, UTC)

    @property
    def ends_at(self) -> datetime:
        """The first moment after the period."""
        return datetime.combine(self.last + timedelta(days=1), time.min, UTC)


def day_of(now: datetime) -> Period:
    """Return the UTC day that contains a time."""
    today = now.astimezone(UTC).date()
    return Period(today, today)


def week_of(now: datetime) -> Period:
    """Return the ISO week that contains a time, from Monday to Sunday (ISO 8601)."""
    today = now.astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday())
    return Period(monday, monday + timedelta(days=6))


def month_of(now: datetime) -> Period:
    """Return the calendar month that contains a time."""
    first = now.astimezone(UTC).date().replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
