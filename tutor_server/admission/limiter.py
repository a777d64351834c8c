"""What the tutoring use case asks of the limits, whether they live in this process or are shared by several."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Protocol

from tutor_server.errors import DailyCapReached
from tutor_server.storage.spending import Budgets, Spent

if TYPE_CHECKING:
    from tutor_server.storage.overrides import OwnLimits

Mark = float | str
"""Names one thing in a window, so that exactly that can be given back. Opaque to all but the limiter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The operator's limits. Windows slide over 60 seconds; the cap is per UTC day, budgets are per day and month."""

    messages_per_minute: int
    daily_messages: int
    llm_calls_per_minute: int
    budgets: Budgets = field(default_factory=Budgets)

    def of(self, own: OwnLimits | None) -> Limits:
        """Give the limits of a student who may have limits of their own."""
        if own is None:
            return self
        return replace(
            self,
            messages_per_minute=own.messages_per_minute or self.messages_per_minute,
            daily_messages=own.daily_messages or self.daily_messages,
        )


async def nothing_spent(_day: date) -> Spent:
    """Know of no spending, where there is no budget to ask for it."""
    return Spent(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an admitted ask used up, so that exactly that can be given back."""

    subject: str
    day: date
    remaining_today: int
    reserved: int
    """Nano-dollars that the limiter's copy of the spending holds for it."""
    message_mark: Mark
    call_mark: Mark | None


def daily_cap_reached(day: date, now: datetime) -> DailyCapReached:
    """Make the refusal of a UTC day, which says when it ends."""
    resets_at = datetime.combine(day + timedelta(days=1), time.min, UTC)
    return DailyCapReached(retry_after=max(1, math.ceil((resets_at - now).total_seconds())), resets_at=resets_at)


class Limiter(Protocol):
    """Decides in one atomic step over the daily cap, the user's window, the budgets and the window of provider calls.

    `subject` names the user in the counters. A refusal uses up nothing of any limit. What it knows of spending is a
    copy for a minute at the most, without what is still under way: so it never says that a budget is used up. The
    database has the last word (`commit_spending`, `budget_refusal`).
    """

    async def admit(
        self, subject: str, *, calls_provider: bool, reserved: int = 0, own: OwnLimits | None = None
    ) -> Grant:
        """Take one message, and one provider call where the answer needs one, for which `reserved` is held back.

        Money is in nano-dollars; `own` are limits of the user's own. Raises `DailyCapReached`, `RateLimited`,
        `BudgetBusy` or `GlobalLimitReached`, with when to come back.
        """
        ...

    async def take_call(self) -> Mark:
        """Take one more provider call, for a retry or the next provider; the database alone reserves its money.

        Raises `GlobalLimitReached`.
        """
        ...

    async def correct_spending(self, day: date, nanodollars: int) -> None:
        """Add what calls of a day cost beyond what was held back for them; less than nothing, where they cost less."""
        ...

    async def reread_spending(self, day: date) -> None:
        """Forget what is remembered of a day's spending: the database knows better."""
        ...

    async def give_back(self, grant: Grant) -> None:
        """Give back the message, in the user's window and in the day."""
        ...

    async def give_back_call(self, mark: Mark) -> None:
        """Give back a provider call that was not sent."""
        ...

    async def recount(self, subject: str, day: date) -> None:
        """Forget what is remembered of a day's count, which was changed in the database: it is read anew."""
        ...


class Slot(Protocol):
    """One open connection of a user."""

    async def release(self) -> None:
        """Free the slot; more than once does no harm."""
        ...


class ConnectionSlots(Protocol):
    """How many connections each user has open."""

    async def acquire(self, subject: str) -> Slot | None:
        """Take a slot, or None where the user has no more."""
        ...
