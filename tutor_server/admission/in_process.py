"""The limits of a single-process service: counters in memory. Each check contains no `await`, so it is atomic."""

from __future__ import annotations

import asyncio
import math
from collections import Counter, deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tutor_server.admission.limiter import Grant, Limits, Mark, StoredByCourse, daily_cap_reached, nothing_spent
from tutor_server.errors import BudgetBusy, GlobalLimitReached, MonthlyBudgetBusy, RateLimited
from tutor_server.limits import SPENDING_SECONDS, WINDOW_SECONDS
from tutor_server.storage.spending import BUSY_SECONDS, Budgets, Spent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from tutor_server.admission.limiter import CourseLimits
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

    def __init__(self, clock: Clock, spent_on: Callable[[date], Awaitable[Spent]]) -> None:
        self._clock = clock
        self._load = spent_on
        self._loading = asyncio.Lock()
        self._known: tuple[date, Spent, float] | None = None
        """The day, the amounts of that day and its month, and the monotonic time at which they must be read again."""

    def is_known(self, day: date) -> bool:
        """Return whether the amounts are up to date."""
        return self._known is not None and self._known[0] == day and self._clock.monotonic() < self._known[2]

    async def load(self, day: date) -> None:
        """Read the amounts from the database. Asks that wait at the same time share one read."""
        async with self._loading:
            if not self.is_known(day):
                spent = await self._load(day)
                self._known = (day, spent, self._clock.monotonic() + SPENDING_SECONDS)

    def require(self, day: date, reserved: int, budgets: Budgets, course_id: UUID | None) -> None:
        """Raise `BudgetBusy` if a budget has no room for `reserved`. Unknown amounts cause no refusal."""
        if not reserved or self._known is None or self._known[0] != day:
            return
        _, spent, _ = self._known
        if budgets.daily is not None and spent.day + reserved > budgets.daily:
            raise BudgetBusy(retry_after=BUSY_SECONDS, course_id=course_id)
        if budgets.monthly is not None and spent.month + reserved > budgets.monthly:
            raise MonthlyBudgetBusy(retry_after=BUSY_SECONDS, course_id=course_id)

    def add(self, day: date, nanodollars: int) -> None:
        """Add to the amounts of a day and its month."""
        if self._known is not None and self._known[0] == day:
            _, spent, until = self._known
            self._known = (day, Spent(spent.day + nanodollars, spent.month + nanodollars), until)

    def forget(self, day: date) -> None:
        """Drop the amounts of a day, so that the next ask reads them again."""
        if self._known is not None and self._known[0] == day:
            self._known = None


class _Counts:
    """The counts of all courses together, or of one course: windows and daily counts by subject, and money."""

    def __init__(
        self,
        clock: Clock,
        load_messages: Callable[[str, date], Awaitable[int]],
        spent_on: Callable[[date], Awaitable[Spent]],
        course_id: UUID | None = None,
    ) -> None:
        self.course_id = course_id
        self.spending = _Spending(clock, spent_on)
        self.load_messages = load_messages
        self.windows: dict[str, SlidingWindow] = {}
        self.today: dict[str, int] = {}

    def window(self, subject: str) -> SlidingWindow:
        """Return a subject's window, which is kept once it is not empty."""
        return self.windows.get(subject) or SlidingWindow()

    def take(self, subject: str, now: float, *, reserved: int, day: date) -> None:
        """Count a message, and the money that is reserved for it."""
        self.windows.setdefault(subject, SlidingWindow()).take(now)
        if subject in self.today:
            self.today[subject] += 1
        self.spending.add(day, reserved)

    def give_back(self, grant: Grant, today: date) -> None:
        """Remove a message from the counts."""
        if window := self.windows.get(grant.subject):
            window.give_back(grant.message_mark)
        if grant.day == today and self.today.get(grant.subject, 0) > 0:
            self.today[grant.subject] -= 1

    def forget_idle(self, now: float) -> None:
        """Remove the windows that have become empty."""
        for subject in [subject for subject, window in self.windows.items() if not window.count(now)]:
            del self.windows[subject]


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Counts with the limits that apply to them for one ask. None: no limit."""

    counts: _Counts
    messages_per_minute: int | None
    daily_messages: int | None
    budgets: Budgets


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
        by_course: StoredByCourse | None = None,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._everywhere = _Counts(clock, load_messages_today, spent_on)
        self._by_course = by_course or StoredByCourse()
        self._courses: dict[UUID, _Counts] = {}
        self._calls = SlidingWindow()
        self._day = clock.now().date()
        self._next_clean = clock.monotonic() + WINDOW_SECONDS

    async def admit(
        self,
        subject: str,
        *,
        calls_provider: bool,
        reserved: int = 0,
        own: OwnLimits | None = None,
        course: CourseLimits | None = None,
    ) -> Grant:
        """Admit one message, or raise the refusal of a limit."""
        limits = self._limits.of(own)
        general = _Bounds(self._everywhere, limits.messages_per_minute, limits.daily_messages, limits.budgets)
        bounds = (general,) if course is None else (general, self._bounds_of(course))
        while not await self._load_unknown(subject, bounds, reserved):
            pass
        return self._decide(subject, bounds, calls_provider=calls_provider, reserved=reserved)

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

    async def correct_spending(self, day: date, nanodollars: int, course_id: UUID | None = None) -> None:
        """Add the difference between the cost of calls and their reservations."""
        for counts in self._counts_of(course_id):
            counts.spending.add(day, nanodollars)

    async def reread_spending(self, day: date, course_id: UUID | None = None) -> None:
        """Drop the copy of a day's spending, so that the next ask reads it again."""
        for counts in self._counts_of(course_id):
            counts.spending.forget(day)

    async def give_back(self, grant: Grant) -> None:
        """Remove a message and its provider call from the counts."""
        for counts in self._counts_of(grant.course_id):
            counts.give_back(grant, self._current_day())

    async def give_back_call(self, mark: Mark) -> None:
        """Remove a provider call that was not sent from the counts."""
        self._calls.give_back(mark)

    async def recount(self, subject: str, day: date, course_id: UUID | None = None) -> None:
        """Drop the copy of a subject's daily count, so that the next ask reads it again."""
        if day == self._current_day():
            for counts in self._counts_of(course_id):
                counts.today.pop(subject, None)

    def _bounds_of(self, course: CourseLimits) -> _Bounds:
        counts = self._courses.get(course.course_id)
        if counts is None:
            stored, course_id = self._by_course, course.course_id
            counts = self._courses[course_id] = _Counts(
                self._clock, partial(stored.messages_on, course_id), partial(stored.spent_on, course_id), course_id
            )
        return _Bounds(counts, course.messages_per_minute, course.daily_messages, course.budgets)

    def _counts_of(self, course_id: UUID | None) -> Iterator[_Counts]:
        """Yield the counts of all courses together, and those of a course if there are any."""
        yield self._everywhere
        if course_id is not None and course_id in self._courses:
            yield self._courses[course_id]

    async def _load_unknown(self, subject: str, bounds: Sequence[_Bounds], reserved: int) -> bool:
        """Read the first count that is not known from the database. Return whether all were known already."""
        day = self._current_day()
        for bound in bounds:
            counts = bound.counts
            if bound.daily_messages is not None and subject not in counts.today:
                loaded = await counts.load_messages(subject, day)
                if self._current_day() == day:  # Midnight may have passed while the counts were read.
                    counts.today.setdefault(subject, loaded)
                return False
            if reserved and bound.budgets != Budgets() and not counts.spending.is_known(day):
                await counts.spending.load(day)
                return False
        return True

    def _decide(self, subject: str, bounds: Sequence[_Bounds], *, calls_provider: bool, reserved: int) -> Grant:
        now = self._clock.monotonic()
        self._forget_idle(now)
        for bound in bounds:
            if bound.daily_messages is not None and bound.counts.today[subject] >= bound.daily_messages:
                raise daily_cap_reached(self._day, self._clock.now(), bound.counts.course_id)
        for bound in bounds:
            per_minute, window = bound.messages_per_minute, bound.counts.window(subject)
            if per_minute is not None and window.count(now) >= per_minute:
                raise RateLimited(retry_after=window.retry_after(now, per_minute), course_id=bound.counts.course_id)
        for bound in bounds:
            bound.counts.spending.require(self._day, reserved, bound.budgets, bound.counts.course_id)
        if calls_provider:
            self._require_call(now)
            self._calls.take(now)
        for bound in bounds:
            bound.counts.take(subject, now, reserved=reserved, day=self._day)
        return Grant(
            subject=subject,
            day=self._day,
            remaining_today=min(
                bound.daily_messages - bound.counts.today[subject]
                for bound in bounds
                if bound.daily_messages is not None
            ),
            reserved=reserved,
            message_mark=now,
            call_mark=now if calls_provider else None,
            course_id=bounds[-1].counts.course_id,
        )

    def _require_call(self, now: float) -> None:
        if self._calls.count(now) >= self._limits.llm_calls_per_minute:
            raise GlobalLimitReached(retry_after=self._calls.retry_after(now, self._limits.llm_calls_per_minute))

    def _current_day(self) -> date:
        day = self._clock.now().date()
        if day != self._day:
            self._day = day
            for counts in (self._everywhere, *self._courses.values()):
                counts.today.clear()
        return self._day

    def _forget_idle(self, now: float) -> None:
        if now < self._next_clean:
            return
        self._next_clean = now + WINDOW_SECONDS
        for counts in (self._everywhere, *self._courses.values()):
            counts.forget_idle(now)


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
