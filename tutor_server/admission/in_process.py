"""The limits of a single-process service: counters in memory. Each check contains no `await`, so it is atomic."""

from __future__ import annotations

import asyncio
import math
from collections import Counter, deque
from typing import TYPE_CHECKING

from tutor_server.admission.limiter import Grant, Limits, Mark, daily_cap_reached, nothing_spent
from tutor_server.errors import BudgetBusy, GlobalLimitReached, MonthlyBudgetBusy, RateLimited
from tutor_server.limits import SPENDING_SECONDS, WINDOW_SECONDS
from tutor_server.storage.spending import BUSY_SECONDS, Budgets, Spent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from tutor_server.clock import Clock
    from tutor_server.storage.overrides import OwnLimits


class SlidingWindow:
    """A sliding window: the timestamps of the last 60 seconds, oldest first, in seconds of a monotonic clock."""

    __slots__ = ("_stamps",)

    def __init__(self) -> None:
        self._stamps: deque[float] = deque()

    def count(self, now: float) -> int:
        """Remove timestamps that have left the window, and return how many are left."""
        while self._stamps and self._stamps[0] <= now - WINDOW_SECONDS:
            self._stamps.popleft()
        return len(self._stamps)

    def take(self, now: float) -> None:
        """Add a timestamp."""
        self._stamps.append(now)

    def give_back(self, stamp: Mark) -> bool:
        """Remove a timestamp again, if it is still in the window; return whether it was."""
        if stamp not in self._stamps:
            return False
        self._stamps.remove(stamp)  # type: ignore[arg-type]  # the mark was found in the deque, so it is a float
        return True

    def retry_after(self, now: float, limit: int) -> int:
        """Return the whole seconds until fewer than `limit` timestamps are left. More than `limit` may be stored."""
        return max(1, math.ceil(self._stamps[len(self._stamps) - limit] + WINDOW_SECONDS - now))


class _Spending:
    """The money spent or reserved today and this month: the last values read from the database plus later changes."""

    def __init__(self, budgets: Budgets, clock: Clock, spent_on: Callable[[date], Awaitable[Spent]]) -> None:
        self._budgets = budgets
        self._clock = clock
        self._load = spent_on
        self._loading = asyncio.Lock()
        self._known: tuple[date, Spent, float] | None = None
        """The day, the amounts of that day and its month, and the monotonic time at which they must be read again."""

    def is_known(self, day: date) -> bool:
        """Return whether the amounts are up to date, or not needed because no budget is set."""
        if self._budgets == Budgets():
            return True
        return self._known is not None and self._known[0] == day and self._clock.monotonic() < self._known[2]

    async def load(self, day: date) -> None:
        """Read the amounts from the database. Asks that wait at the same time share one read."""
        async with self._loading:
            if not self.is_known(day):
                spent = await self._load(day)
                self._known = (day, spent, self._clock.monotonic() + SPENDING_SECONDS)

    def require(self, day: date, reserved: int) -> None:
        """Raise `BudgetBusy` if a budget has no room for `reserved`. Unknown amounts cause no refusal."""
        if not reserved or self._known is None or self._known[0] != day:
            return
        _, spent, _ = self._known
        if self._budgets.daily is not None and spent.day + reserved > self._budgets.daily:
            raise BudgetBusy(retry_after=BUSY_SECONDS)
        if self._budgets.monthly is not None and spent.month + reserved > self._budgets.monthly:
            raise MonthlyBudgetBusy(retry_after=BUSY_SECONDS)

    def add(self, day: date, nanodollars: int) -> None:
        """Add to the amounts of a day and its month."""
        if self._known is not None and self._known[0] == day:
            _, spent, until = self._known
            self._known = (day, Spent(spent.day + nanodollars, spent.month + nanodollars), until)

    def forget(self, day: date) -> None:
        """Drop the amounts of a day, so that the next ask reads them again."""
        if self._known is not None and self._known[0] == day:
            self._known = None


class InProcessLimiter:
    """Checks all limits in one step of the event loop, so that no other task runs in between.

    A subject's daily count is read once from the database, which remains authoritative.
    """

    def __init__(
        self,
        limits: Limits,
        clock: Clock,
        load_messages_today: Callable[[str, date], Awaitable[int]],
        spent_on: Callable[[date], Awaitable[Spent]] = nothing_spent,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._load = load_messages_today
        self._spending = _Spending(limits.budgets, clock, spent_on)
        self._messages: dict[str, SlidingWindow] = {}
        self._calls = SlidingWindow()
        self._today: dict[str, int] = {}
        self._day = clock.now().date()
        self._next_clean = clock.monotonic() + WINDOW_SECONDS

    async def admit(
        self, subject: str, *, calls_provider: bool, reserved: int = 0, own: OwnLimits | None = None
    ) -> Grant:
        """Admit one message, or raise the refusal of a limit."""
        while True:
            day = self._current_day()
            if subject not in self._today:
                loaded = await self._load(subject, day)
                if self._current_day() == day:  # Midnight may have passed while the counts were read.
                    self._today.setdefault(subject, loaded)
            elif reserved and not self._spending.is_known(day):
                await self._spending.load(day)
            else:
                return self._decide(subject, self._limits.of(own), calls_provider=calls_provider, reserved=reserved)

    async def take_call(self) -> Mark:
        """Count one more provider call, or raise `GlobalLimitReached`."""
        now = self._clock.monotonic()
        self._require_call(now)
        self._calls.take(now)
        return now

    async def send_call(self, mark: Mark) -> Mark:
        """Count a provider call from now on, or raise `GlobalLimitReached`."""
        now = self._clock.monotonic()
        self._calls.count(now)
        if not self._calls.give_back(mark):
            self._require_call(now)
        self._calls.take(now)
        return now

    async def correct_spending(self, day: date, nanodollars: int) -> None:
        """Add the difference between the cost of calls and their reservations."""
        self._spending.add(day, nanodollars)

    async def reread_spending(self, day: date) -> None:
        """Drop the copy of a day's spending, so that the next ask reads it again."""
        self._spending.forget(day)

    async def give_back(self, grant: Grant) -> None:
        """Remove a message and its provider call from the counts."""
        if window := self._messages.get(grant.subject):
            window.give_back(grant.message_mark)
        if grant.day == self._current_day() and self._today.get(grant.subject, 0) > 0:
            self._today[grant.subject] -= 1

    async def give_back_call(self, mark: Mark) -> None:
        """Remove a provider call that was not sent from the counts."""
        self._calls.give_back(mark)

    async def recount(self, subject: str, day: date) -> None:
        """Drop the copy of a subject's daily count, so that the next ask reads it again."""
        if day == self._current_day():
            self._today.pop(subject, None)

    def _decide(self, subject: str, limits: Limits, *, calls_provider: bool, reserved: int) -> Grant:
        now = self._clock.monotonic()
        self._forget_idle(now)
        window = self._messages.get(subject) or SlidingWindow()
        used = self._today[subject]
        if used >= limits.daily_messages:
            raise daily_cap_reached(self._day, self._clock.now())
        if window.count(now) >= limits.messages_per_minute:
            raise RateLimited(retry_after=window.retry_after(now, limits.messages_per_minute))
        self._spending.require(self._day, reserved)
        if calls_provider:
            self._require_call(now)
            self._calls.take(now)
        self._spending.add(self._day, reserved)
        window.take(now)
        self._messages[subject] = window
        self._today[subject] = used + 1
        return Grant(
            subject=subject,
            day=self._day,
            remaining_today=limits.daily_messages - used - 1,
            reserved=reserved,
            message_mark=now,
            call_mark=now if calls_provider else None,
        )

    def _require_call(self, now: float) -> None:
        if self._calls.count(now) >= self._limits.llm_calls_per_minute:
            raise GlobalLimitReached(retry_after=self._calls.retry_after(now, self._limits.llm_calls_per_minute))

    def _current_day(self) -> date:
        day = self._clock.now().date()
        if day != self._day:
            self._day = day
            self._today.clear()
        return self._day

    def _forget_idle(self, now: float) -> None:
        if now < self._next_clean:
            return
        self._next_clean = now + WINDOW_SECONDS
        for subject in [subject for subject, window in self._messages.items() if not window.count(now)]:
            del self._messages[subject]


class InProcessSlot:
    """One connection of a user."""

    def __init__(self, held: Counter[str], subject: str) -> None:
        self._held = held
        self._subject: str | None = subject

    async def release(self) -> None:
        """Release the slot."""
        if self._subject is None:
            return
        self._held[self._subject] -= 1
        if not self._held[self._subject]:
            del self._held[self._subject]
        self._subject = None


class InProcessSlots:
    """Counts the open connections of each user."""

    def __init__(self, per_user: int) -> None:
        self._per_user = per_user
        self._held: Counter[str] = Counter()

    async def acquire(self, subject: str) -> InProcessSlot | None:
        """Return a slot, or None if the user has no free one."""
        if self._held[subject] >= self._per_user:
            return None
        self._held[subject] += 1
        return InProcessSlot(self._held, subject)
