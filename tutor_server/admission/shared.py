"""The limits for a service of several processes: a Lua script in Redis checks them together, by Redis' clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError

from tutor_server.admission.limiter import Grant, Limits, Mark, StoredByCourse, nothing_spent
from tutor_server.admission.redis_access import passed_over, script, unavailable
from tutor_server.errors import (
    BudgetBusy,
    DailyCapReached,
    GlobalLimitReached,
    MonthlyBudgetBusy,
    RateLimited,
    TutorError,
)
from tutor_server.limits import Leases
from tutor_server.storage.spending import BUSY_SECONDS, Budgets, Spent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from redis.asyncio import Redis
    from structlog.typing import FilteringBoundLogger

    from tutor_server.admission.limiter import CourseLimits
    from tutor_server.storage.overrides import OwnLimits

log: FilteringBoundLogger = structlog.get_logger()

_EPOCH = date(1970, 1, 1)
_MESSAGES, _CALLS, _DAY, _SLOTS = "tutor:messages:", "tutor:calls", "tutor:day:", "tutor:slots:"
_SPENDING = "tutor:spending:"
_UNLIMITED = -1


@dataclass(slots=True)
class _Counts:
    """The counts of all courses together, or of one course: their limits, and what the database has counted."""

    course_id: UUID | None
    messages_per_minute: int | None
    daily_messages: int | None
    budgets: Budgets
    loaded_day: int = -1
    loaded: int = 0
    spent_day: int = -1
    spent: Spent = field(default_factory=lambda: Spent(0, 0))

    def keys(self, subject: str) -> tuple[str, ...]:
        """Return the keys of the window, and the prefixes of the daily counts and of the spending."""
        of = _of_course(self.course_id)
        return f"{_MESSAGES}{of}{subject}", f"{_DAY}{of}{subject}:", f"{_SPENDING}{of}"

    def args(self) -> tuple[int, ...]:
        """Return the limits, and the counts that were read from the database."""
        limits = (self.messages_per_minute, self.daily_messages, self.budgets.daily, self.budgets.monthly)
        return (
            *(_UNLIMITED if each is None else each for each in limits),
            *(self.loaded_day, self.loaded, self.spent_day, self.spent.day, self.spent.month),
        )


class SharedLimiter:
    """Checks all limits in one round trip. Raises `LimiterUnavailable` without Redis, since the limits protect money.

    A subject's daily count is read once from the database, which remains authoritative.
    """

    def __init__(
        self,
        redis: Redis,
        limits: Limits,
        *,
        messages_on: Callable[[str, date], Awaitable[int]],
        new_mark: Callable[[], str],
        spent_on: Callable[[date], Awaitable[Spent]] = nothing_spent,
        by_course: StoredByCourse | None = None,
    ) -> None:
        self._limits = limits
        self._load = messages_on
        self._load_spent = spent_on
        self._by_course = by_course or StoredByCourse()
        self._new_mark = new_mark
        self._redis = redis
        self._admit = script(redis, "window", "spending", "admit")
        self._send_call = script(redis, "window", "spending", "send_call")
        self._take_call = script(redis, "window", "spending", "take_call")
        self._give_back = script(redis, "window", "spending", "give_back")
        self._correct_spending = script(redis, "window", "spending", "correct_spending")

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
        mark = self._new_mark()
        kinds = _kinds(self._limits.of(own), course)
        if all(each.budgets == Budgets() for each in kinds):
            reserved = 0
        keys = (_CALLS, *(key for each in kinds for key in each.keys(subject)))
        while True:
            args = (mark, self._limits.llm_calls_per_minute, int(calls_provider), reserved)
            async with unavailable():
                outcome, value, *rest = await self._admit(
                    keys=keys, args=(*args, *(arg for each in kinds for arg in each.args()))
                )
            if outcome == "admitted":
                return Grant(
                    subject=subject,
                    day=_day(value),
                    remaining_today=rest[0] - 1,
                    reserved=reserved,
                    message_mark=mark,
                    call_mark=mark if calls_provider else None,
                    course_id=kinds[-1].course_id,
                )
            counts = kinds[rest[-1]]
            if outcome == "unknown":
                counts.loaded_day, counts.loaded = value, await self._messages_on(counts.course_id, subject, value)
            elif outcome == "unknown_spending":
                counts.spent_day, counts.spent = value, await self._spent_on(counts.course_id, value)
            else:
                raise _refusal(outcome, value, rest[0], counts.course_id)

    async def _messages_on(self, course_id: UUID | None, subject: str, day: int) -> int:
        if course_id is None:
            return await self._load(subject, _day(day))
        return await self._by_course.messages_on(course_id, subject, _day(day))

    async def _spent_on(self, course_id: UUID | None, day: int) -> Spent:
        if course_id is None:
            return await self._load_spent(_day(day))
        return await self._by_course.spent_on(course_id, _day(day))

    async def take_call(self) -> Mark:
        """Count one more provider call, or raise `GlobalLimitReached`."""
        mark = self._new_mark()
        async with unavailable():
            retry_after = await self._take_call(keys=(_CALLS,), args=(mark, self._limits.llm_calls_per_minute))
        if retry_after:
            raise GlobalLimitReached(retry_after=retry_after)
        return mark

    async def send_call(self, mark: Mark) -> Mark:
        """Count a provider call from now on, or raise `GlobalLimitReached`."""
        async with unavailable():
            retry_after = await self._send_call(keys=(_CALLS,), args=(mark, self._limits.llm_calls_per_minute))
        if retry_after:
            raise GlobalLimitReached(retry_after=retry_after)
        return mark

    async def correct_spending(self, day: date, nanodollars: int, course_id: UUID | None = None) -> None:
        """Add the difference between the cost of calls and their reservations.

        If this fails, the next read of the spending, within a minute, corrects it.
        """
        if nanodollars and (course_id is not None or self._limits.budgets != Budgets()):
            with passed_over("spending_correction_delayed"):
                await self._correct_spending(keys=_spending_keys(day, course_id), args=(nanodollars,))

    async def reread_spending(self, day: date, course_id: UUID | None = None) -> None:
        """Drop the copy of a day's spending, so that the next ask reads it again."""
        with passed_over("spending_correction_delayed"):
            await self._redis.delete(*_spending_keys(day, course_id))

    async def give_back(self, grant: Grant) -> None:
        """Remove a message and its provider call from the counts. If this fails, they expire in a minute."""
        with passed_over("give_back_lost"):
            subject, day = grant.subject, grant.day
            pairs = [
                (f"{_MESSAGES}{_of_course(each)}{subject}", _day_key(subject, day, each))
                for each in dict.fromkeys((None, grant.course_id))
            ]
            await self._give_back(keys=[key for pair in pairs for key in pair], args=(grant.message_mark,))

    async def give_back_call(self, mark: Mark) -> None:
        """Remove a provider call that was not sent from the counts."""
        with passed_over("give_back_lost"):
            await self._redis.zrem(_CALLS, mark)

    async def recount(self, subject: str, day: date, course_id: UUID | None = None) -> None:
        """Drop the copy of a subject's daily count. It is read again at the next ask, or after a minute in any case."""
        with passed_over("recount_delayed"):
            keys = [_day_key(subject, day, each) for each in dict.fromkeys((None, course_id))]
            await self._redis.delete(*keys)


class SharedSlots:
    """Connection slots as leases in Redis. If a process dies, its slots are released when their leases expire.

    If Redis is unavailable, connections are admitted without being counted; the limiter refuses their asks.
    """

    def __init__(
        self, redis: Redis, per_user: int, *, new_mark: Callable[[], str], leases: Leases | None = None
    ) -> None:
        self._redis = redis
        self._per_user = per_user
        self._leases = leases or Leases()
        self._new_mark = new_mark
        self._acquire = script(redis, "window", "spending", "acquire_slot")
        self._renew = script(redis, "window", "spending", "renew_slots")
        self._held: dict[str, str] = {}
        self._renewing = asyncio.Lock()
        """A lock that is held while a slot is renewed: renewing a slot that was just released would create it again."""

    async def acquire(self, subject: str) -> SharedSlot | None:
        """Return a slot, or None if the user has no free one."""
        mark = self._new_mark()
        try:
            granted = await self._acquire(
                keys=(_SLOTS + subject,), args=(mark, self._per_user, self._lease_microseconds)
            )
        except (RedisError, OSError):
            log.warning("slot_uncounted", reason="redis unavailable")
            granted = True
        if not granted:
            return None
        self._held[mark] = _SLOTS + subject
        return SharedSlot(self, mark)

    async def release(self, mark: str) -> None:
        """Release a slot of this process."""
        key = self._held.pop(mark, None)
        if key is None:
            return
        async with self._renewing:
            with passed_over("slot_left_to_its_lease"):
                await self._redis.zrem(key, mark)

    async def renew_for_ever(self) -> None:
        """Renew the leases of this process's connections until cancelled."""
        while True:
            await asyncio.sleep(self._leases.renewal)
            async with self._renewing:
                if self._held:
                    marks, keys = zip(*self._held.items(), strict=True)
                    with passed_over("slot_renewal_delayed"):
                        await self._renew(keys=keys, args=(self._lease_microseconds, *marks))

    @property
    def _lease_microseconds(self) -> int:
        return round(self._leases.lasts * 1_000_000)


class SharedSlot:
    """One connection of a user."""

    def __init__(self, slots: SharedSlots, mark: str) -> None:
        self._slots = slots
        self._mark = mark

    async def release(self) -> None:
        """Release the slot."""
        await self._slots.release(self._mark)


def _kinds(limits: Limits, course: CourseLimits | None) -> list[_Counts]:
    kinds = [_Counts(None, limits.messages_per_minute, limits.daily_messages, limits.budgets)]
    if course is not None:
        kinds.append(_Counts(course.course_id, course.messages_per_minute, course.daily_messages, course.budgets))
    return kinds


def _refusal(limit: str, seconds: int, day: int, course_id: UUID | None) -> TutorError:
    match limit:
        case "daily_messages":
            resets_at = datetime.combine(_day(day + 1), time.min, UTC)
            return DailyCapReached(retry_after=seconds, resets_at=resets_at, course_id=course_id)
        case "messages_per_minute":
            return RateLimited(retry_after=seconds, course_id=course_id)
        case "llm_calls_per_minute":
            return GlobalLimitReached(retry_after=seconds)
        case "monthly_budget":
            return MonthlyBudgetBusy(retry_after=BUSY_SECONDS, course_id=course_id)
        case _:
            return BudgetBusy(retry_after=BUSY_SECONDS, course_id=course_id)


def _day(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def _of_course(course_id: UUID | None) -> str:
    """Return the part of a key that names the course."""
    return "" if course_id is None else f"{course_id}:"


def _spending_keys(day: date, course_id: UUID | None) -> list[str]:
    number = (day - _EPOCH).days
    return [f"{_SPENDING}{_of_course(each)}{number}" for each in dict.fromkeys((None, course_id))]


def _day_key(subject: str, day: date, course_id: UUID | None) -> str:
    return f"{_DAY}{_of_course(course_id)}{subject}:{(day - _EPOCH).days}"
