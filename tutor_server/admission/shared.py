"""The limits for a service of several processes: a Lua script in Redis checks them together, by Redis' clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import structlog
from redis.exceptions import RedisError

from tutor_server.admission.limiter import Grant, Limits, Mark, nothing_spent
from tutor_server.admission.redis_access import passed_over, script, unavailable
from tutor_server.errors import (
    BudgetBusy,
    DailyCapReached,
    GlobalLimitReached,
    MonthlyBudgetBusy,
    RateLimited,
)
from tutor_server.limits import Leases
from tutor_server.storage.spending import BUSY_SECONDS, Budgets, Spent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redis.asyncio import Redis
    from structlog.typing import FilteringBoundLogger

    from tutor_server.storage.overrides import OwnLimits

log: FilteringBoundLogger = structlog.get_logger()

_EPOCH = date(1970, 1, 1)
_MESSAGES, _CALLS, _DAY, _SLOTS = "tutor:messages:", "tutor:calls", "tutor:day:", "tutor:slots:"
_SPENDING = "tutor:spending:"
_UNLIMITED = -1


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
    ) -> None:
        self._limits = limits
        self._budgets = [
            _UNLIMITED if each is None else each for each in (limits.budgets.daily, limits.budgets.monthly)
        ]
        self._load = messages_on
        self._load_spent = spent_on
        self._new_mark = new_mark
        self._redis = redis
        self._admit = script(redis, "window", "spending", "admit")
        self._send_call = script(redis, "window", "spending", "send_call")
        self._take_call = script(redis, "window", "spending", "take_call")
        self._give_back = script(redis, "window", "spending", "give_back")
        self._correct_spending = script(redis, "window", "spending", "correct_spending")

    async def admit(
        self, subject: str, *, calls_provider: bool, reserved: int = 0, own: OwnLimits | None = None
    ) -> Grant:
        """Admit one message, or raise the refusal of a limit."""
        mark = self._new_mark()
        limits = self._limits.of(own)
        if limits.budgets == Budgets():
            reserved = 0
        loaded_day, loaded, spent_day, spent = -1, 0, -1, Spent(0, 0)
        while True:
            async with unavailable():
                outcome, value, *rest = await self._admit(
                    keys=(_MESSAGES + subject, _CALLS, f"{_DAY}{subject}:", _SPENDING),
                    args=(
                        mark,
                        limits.messages_per_minute,
                        limits.daily_messages,
                        limits.llm_calls_per_minute,
                        int(calls_provider),
                        *(loaded_day, loaded),
                        *(reserved, *self._budgets, spent_day, spent.day, spent.month),
                    ),
                )
            match outcome:
                case "admitted":
                    return Grant(
                        subject=subject,
                        day=_EPOCH + timedelta(days=value),
                        remaining_today=limits.daily_messages - rest[0] - 1,
                        reserved=reserved,
                        message_mark=mark,
                        call_mark=mark if calls_provider else None,
                    )
                case "daily_messages":
                    resets_at = datetime.combine(_EPOCH + timedelta(days=rest[0] + 1), time.min, UTC)
                    raise DailyCapReached(retry_after=value, resets_at=resets_at)
                case "messages_per_minute":
                    raise RateLimited(retry_after=value)
                case "llm_calls_per_minute":
                    raise GlobalLimitReached(retry_after=value)
                case "daily_budget":
                    raise BudgetBusy(retry_after=BUSY_SECONDS)
                case "monthly_budget":
                    raise MonthlyBudgetBusy(retry_after=BUSY_SECONDS)
                case "unknown_spending":
                    spent_day, spent = value, await self._load_spent(_EPOCH + timedelta(days=value))
                case _:
                    loaded_day, loaded = value, await self._load(subject, _EPOCH + timedelta(days=value))

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

    async def correct_spending(self, day: date, nanodollars: int) -> None:
        """Add the difference between the cost of calls and their reservations.

        If this fails, the next read of the spending, within a minute, corrects it.
        """
        if nanodollars and self._limits.budgets != Budgets():
            with passed_over("spending_correction_delayed"):
                await self._correct_spending(keys=(_spending_key(day),), args=(nanodollars,))

    async def reread_spending(self, day: date) -> None:
        """Drop the copy of a day's spending, so that the next ask reads it again."""
        with passed_over("spending_correction_delayed"):
            await self._redis.delete(_spending_key(day))

    async def give_back(self, grant: Grant) -> None:
        """Remove a message and its provider call from the counts. If this fails, they expire in a minute."""
        with passed_over("give_back_lost"):
            await self._give_back(
                keys=(_MESSAGES + grant.subject, _day_key(grant.subject, grant.day)), args=(grant.message_mark,)
            )

    async def give_back_call(self, mark: Mark) -> None:
        """Remove a provider call that was not sent from the counts."""
        with passed_over("give_back_lost"):
            await self._redis.zrem(_CALLS, mark)

    async def recount(self, subject: str, day: date) -> None:
        """Drop the copy of a subject's daily count. It is read again at the next ask, or after a minute in any case."""
        with passed_over("recount_delayed"):
            await self._redis.delete(_day_key(subject, day))


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


def _spending_key(day: date) -> str:
    return f"{_SPENDING}{(day - _EPOCH).days}"


def _day_key(subject: str, day: date) -> str:
    return f"{_DAY}{subject}:{(day - _EPOCH).days}"
