"""The interface of the limiter. It is implemented in memory for one process, and in Redis for several processes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol

from tutor_server.errors import DailyCapReached
from tutor_server.storage.spending import Budgets, Spent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from tutor_server.storage.overrides import OwnLimits

Mark = float | str
"""The id of one entry in a sliding window, so that exactly this entry can be removed. It is opaque to callers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The operator's limits. Windows slide over 60 seconds, the cap is per UTC day, budgets are per day and month."""

    messages_per_minute: int
    daily_messages: int
    llm_calls_per_minute: int
    budgets: Budgets = field(default_factory=Budgets)

    def of(self, own: OwnLimits | None) -> Limits:
        """Return the limits of a student: the student's own limits if there are any, else the general ones."""
        if own is None:
            return self
        return replace(
            self,
            messages_per_minute=own.messages_per_minute or self.messages_per_minute,
            daily_messages=own.daily_messages or self.daily_messages,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseLimits:
    """The limits of a course for one student, which count besides the operator's. None: no limit of the course."""

    course_id: UUID
    messages_per_minute: int | None = None
    daily_messages: int | None = None
    budgets: Budgets = field(default_factory=Budgets)


async def nothing_spent(_day: date) -> Spent:
    """Return that nothing is spent, for a service without budgets."""
    return Spent(0, 0)


async def _nothing_sent(_course_id: UUID, _subject: str, _day: date) -> int:
    return 0


async def _nothing_spent_in(_course_id: UUID, _day: date) -> Spent:
    return Spent(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredByCourse:
    """Reads what the database has counted in a course: a subject's messages on a day, and the money spent."""

    messages_on: Callable[[UUID, str, date], Awaitable[int]] = _nothing_sent
    spent_on: Callable[[UUID, date], Awaitable[Spent]] = _nothing_spent_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The counts that an admitted ask has increased, so that they can be decreased again."""

    subject: str
    day: date
    remaining_today: int
    reserved: int
    """Nano-dollars that the limiter's copy of the spending reserves for the ask."""
    message_mark: Mark
    call_mark: Mark | None
    course_id: UUID | None = None
    """The course whose limits were checked besides the operator's, if it has any."""


def daily_cap_reached(day: date, now: datetime, course_id: UUID | None = None) -> DailyCapReached:
    """Return the error for a reached daily cap. It contains the time at which the UTC day ends."""
    resets_at = datetime.combine(day + timedelta(days=1), time.min, UTC)
    seconds = max(1, math.ceil((resets_at - now).total_seconds()))
    return DailyCapReached(retry_after=seconds, resets_at=resets_at, course_id=course_id)


class Limiter(Protocol):
    """Checks in one atomic step the daily cap, the user's window, the budgets and the window of provider calls.

    `subject` identifies the user in the counters. A refused ask counts towards no limit. The limiter's copy of the
    spending is at most a minute old and does not tell reservations of calls under way from costs, so it never says that
    a budget is reached. The database decides that (`commit_spending`, `budget_refusal`).
    """

    async def admit(
        self,
        subject: str,
        *,
        calls_provider: bool,
        reserved: int = 0,
        own: OwnLimits | None = None,
        course: CourseLimits | None = None,
    ) -> Grant:
        """Count one message and, if the answer needs it, one provider call, for which `reserved` is reserved.

        Money is in nano-dollars; `own` are the user's own limits. The limits of a course are checked in the same step,
        after the operator's of the same kind. Raise `DailyCapReached`, `RateLimited`, `BudgetBusy`
        or `GlobalLimitReached`, with the seconds to wait.
        """
        ...

    async def take_call(self) -> Mark:
        """Count one more provider call, for a retry or the next provider; only the database reserves its money.

        Raise `GlobalLimitReached`.
        """
        ...

    async def send_call(self, mark: Mark) -> Mark:
        """Count a provider call from now on, since it was counted at admission but is sent only now.

        Raise `GlobalLimitReached` if it waited so long that it is no longer counted, and others have taken its place.
        """
        ...

    async def correct_spending(self, day: date, nanodollars: int, course_id: UUID | None = None) -> None:
        """Add the difference between the cost of a day's calls and their reservations; it may be negative."""
        ...

    async def reread_spending(self, day: date, course_id: UUID | None = None) -> None:
        """Drop the copy of a day's spending, because the database has a newer one."""
        ...

    async def give_back(self, grant: Grant) -> None:
        """Remove a message from the user's window and from the daily count."""
        ...

    async def give_back_call(self, mark: Mark) -> None:
        """Remove a provider call that was not sent from the counts."""
        ...

    async def recount(self, subject: str, day: date, course_id: UUID | None = None) -> None:
        """Drop the copy of a subject's daily count, because the count was changed in the database."""
        ...


class Slot(Protocol):
    """One open connection of a user."""

    async def release(self) -> None:
        """Release the slot; calling it again does nothing."""
        ...


class ConnectionSlots(Protocol):
    """Counts the open connections of each user."""

    async def acquire(self, subject: str) -> Slot | None:
        """Return a slot, or None if the user has no free one."""
        ...
