"""The limits for a service of one process: plain counters, and decisions without an `await` inside."""

from __future__ import annotations

import math
from collections import Counter, deque
from typing import TYPE_CHECKING

from tutor_server.admission.limiter import Grant, Limits, Mark, daily_cap_reached
from tutor_server.errors import GlobalLimitReached, RateLimited
from tutor_server.limits import WINDOW_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from tutor_server.clock import Clock


class SlidingWindow:
    """Stamps of the last 60 seconds, oldest first; times are of a monotonic clock, in seconds."""

    __slots__ = ("_stamps",)

    def __init__(self) -> None:
        self._stamps: deque[float] = deque()

    def count(self, now: float) -> int:
        """Forget what has left the window, and tell how many are in it."""
        while self._stamps and self._stamps[0] <= now - WINDOW_SECONDS:
            self._stamps.popleft()
        return len(self._stamps)

    def take(self, now: float) -> None:
        """Add one."""
        self._stamps.append(now)

    def give_back(self, stamp: Mark) -> None:
        """Remove one again, if it is still in the window."""
        if stamp in self._stamps:
            self._stamps.remove(stamp)  # type: ignore[arg-type]  # what is in it is of its type

    def retry_after(self, now: float) -> int:
        """Whole seconds until the oldest has left."""
        return max(1, math.ceil(self._stamps[0] + WINDOW_SECONDS - now))


class InProcessLimiter:
    """Decide over all limits in one step of the event loop.

    The day's count of a subject is loaded once from the database, which stays the durable truth.
    """

    def __init__(
        self, limits: Limits, clock: Clock, load_messages_today: Callable[[str, date], Awaitable[int]]
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._load = load_messages_today
        self._messages: dict[str, SlidingWindow] = {}
        self._calls = SlidingWindow()
        self._today: dict[str, int] = {}
        self._day = clock.now().date()
        self._next_clean = clock.monotonic() + WINDOW_SECONDS

    async def admit(self, subject: str, *, calls_provider: bool) -> Grant:
        """Decide; see `Limiter.admit`."""
        day = self._current_day()
        while subject not in self._today:
            loaded = await self._load(subject, day)
            if self._current_day() != day:  # midnight passed meanwhile
                day = self._day
                continue
            self._today.setdefault(subject, loaded)
        return self._decide(subject, calls_provider=calls_provider)

    async def take_call(self) -> Mark:
        """Take one more provider call; see `Limiter.take_call`."""
        now = self._clock.monotonic()
        self._require_call(now)
        self._calls.take(now)
        return now

    async def give_back(self, grant: Grant) -> None:
        """Give back the message; see `Limiter.give_back`."""
        if window := self._messages.get(grant.subject):
            window.give_back(grant.message_mark)
        if grant.day == self._current_day() and self._today.get(grant.subject, 0) > 0:
            self._today[grant.subject] -= 1

    async def give_back_call(self, mark: Mark) -> None:
        """Give back a provider call; see `Limiter.give_back_call`."""
        self._calls.give_back(mark)

    async def recount(self, subject: str, day: date) -> None:
        """Read the count anew at the next ask; see `Limiter.recount`."""
        if day == self._current_day():
            self._today.pop(subject, None)

    def _decide(self, subject: str, *, calls_provider: bool) -> Grant:
        now = self._clock.monotonic()
        self._forget_idle(now)
        window = self._messages.get(subject) or SlidingWindow()
        used = self._today[subject]
        if used >= self._limits.daily_messages:
            raise daily_cap_reached(self._day, self._clock.now())
        if window.count(now) >= self._limits.messages_per_minute:
            raise RateLimited(retry_after=window.retry_after(now))
        if calls_provider:
            self._require_call(now)
            self._calls.take(now)
        window.take(now)
        self._messages[subject] = window
        self._today[subject] = used + 1
        return Grant(
            subject=subject,
            day=self._day,
            remaining_today=self._limits.daily_messages - used - 1,
            message_mark=now,
            call_mark=now if calls_provider else None,
        )

    def _require_call(self, now: float) -> None:
        if self._calls.count(now) >= self._limits.llm_calls_per_minute:
            raise GlobalLimitReached(retry_after=self._calls.retry_after(now))

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
    """One of a user's connections."""

    def __init__(self, held: Counter[str], subject: str) -> None:
        self._held = held
        self._subject: str | None = subject

    async def release(self) -> None:
        """Free the slot."""
        if self._subject is None:
            return
        self._held[self._subject] -= 1
        if not self._held[self._subject]:
            del self._held[self._subject]
        self._subject = None


class InProcessSlots:
    """Count the open connections of each user."""

    def __init__(self, per_user: int) -> None:
        self._per_user = per_user
        self._held: Counter[str] = Counter()

    async def acquire(self, subject: str) -> InProcessSlot | None:
        """Take a slot; see `ConnectionSlots.acquire`."""
        if self._held[subject] >= self._per_user:
            return None
        self._held[subject] += 1
        return InProcessSlot(self._held, subject)
