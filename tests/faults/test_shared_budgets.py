"""Budgets over several processes and a real Redis: exact, and loaded from the database if Redis lacks them."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tutor_server.admission.limiter import Grant, Limits
from tutor_server.admission.redis_access import open_redis
from tutor_server.admission.shared import SharedLimiter
from tutor_server.errors import BudgetBusy, MonthlyBudgetBusy
from tutor_server.storage.overrides import OwnLimits
from tutor_server.storage.spending import BUSY_SECONDS, Budgets, Spent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

    from redis.asyncio import Redis

    from testing.servers import RedisServer

pytestmark = pytest.mark.real_time

DOLLAR = 10**9


@pytest.fixture
async def processes(redis_server: RedisServer) -> AsyncIterator[list[Redis]]:
    """Return the connections of four processes to an empty Redis."""
    url = redis_server.database()
    opened = [open_redis(url) for _ in range(4)]
    yield opened
    for redis in opened:
        await redis.aclose()


def limiter(redis: Redis, budgets: Budgets, spent: Spent | None = None, **limits: int) -> SharedLimiter:
    """Build a limiter with budgets; all other limits are so high that they do not apply unless a test sets them."""

    async def nothing_stored(_subject: str, _day: date) -> int:
        return 0

    async def stored_spending(_day: date) -> Spent:
        return spent or Spent(0, 0)

    wide = {"messages_per_minute": 5000, "daily_messages": 5000, "llm_calls_per_minute": 5000} | limits
    return SharedLimiter(
        redis,
        Limits(**wide, budgets=budgets),
        messages_on=nothing_stored,
        spent_on=stored_spending,
        new_mark=lambda: uuid4().hex,
    )


@pytest.mark.parametrize(
    ("budgets", "refusal"),
    [(Budgets(daily=1000 * DOLLAR), BudgetBusy), (Budgets(monthly=1000 * DOLLAR), MonthlyBudgetBusy)],
)
async def test_a_thousand_asks_at_once_over_four_processes(
    processes: list[Redis], budgets: Budgets, refusal: type[BudgetBusy]
) -> None:
    """A5 with money: with 900 of 1000 dollars spent, exactly 100 asks of one dollar pass."""
    spent = Spent(900 * DOLLAR, 900 * DOLLAR)
    limits = [limiter(redis, budgets, spent) for redis in processes]

    outcomes = await asyncio.gather(
        *(
            limits[number % 4].admit(f"user-{number % 50}", calls_provider=True, reserved=DOLLAR)
            for number in range(1000)
        ),
        return_exceptions=True,
    )

    assert Counter(type(outcome) for outcome in outcomes) == {Grant: 100, refusal: 900}


async def test_a7_a_budgets_refusal_changes_no_key_and_says_when_to_come_back(processes: list[Redis]) -> None:
    """A7, A8: a refusal by the budget changes no key, and gives the seconds to wait."""
    redis = processes[0]
    limits = limiter(redis, Budgets(monthly=DOLLAR))
    await limits.admit("ada", calls_provider=True, reserved=DOLLAR)
    before = {key: await redis.dump(key) for key in sorted(await redis.keys("*"))}

    with pytest.raises(MonthlyBudgetBusy) as refusal:
        await limits.admit("ada", calls_provider=True, reserved=1)

    assert {key: await redis.dump(key) for key in sorted(await redis.keys("*"))} == before
    assert (refusal.value.retry_after, refusal.value.resets_at) == (BUSY_SECONDS, None)


async def test_corrections_count(processes: list[Redis]) -> None:
    """After a call, every process counts its actual cost instead of the reserved one."""
    here, there = (limiter(redis, Budgets(daily=2 * DOLLAR)) for redis in processes[:2])
    grant = await here.admit("ada", calls_provider=True, reserved=2 * DOLLAR)
    with pytest.raises(BudgetBusy):
        await there.admit("bob", calls_provider=True, reserved=DOLLAR)
    await here.correct_spending(grant.day, -DOLLAR)

    await there.admit("bob", calls_provider=True, reserved=DOLLAR)
    with pytest.raises(BudgetBusy):
        await here.admit("bob", calls_provider=True, reserved=1)


async def test_what_the_database_knows_better_is_read_again(processes: list[Redis]) -> None:
    """If Redis loses the spending, it is loaded again from the database; without a budget, none is stored in Redis."""
    limits = limiter(processes[0], Budgets(daily=2 * DOLLAR), Spent(DOLLAR, DOLLAR))
    grant = await limits.admit("ada", calls_provider=True, reserved=DOLLAR)
    await limits.reread_spending(grant.day)
    await limits.admit("ada", calls_provider=True, reserved=DOLLAR)

    await processes[0].flushdb()
    await limiter(processes[0], Budgets()).admit("ada", calls_provider=True, reserved=DOLLAR)
    assert await processes[0].keys("tutor:spending:*") == []


async def test_a_student_may_have_limits_of_their_own(processes: list[Redis]) -> None:
    """A student's individual limits take precedence over the general daily cap and rate limit."""
    limits = limiter(processes[0], Budgets(), messages_per_minute=1, daily_messages=1)
    for _ in range(3):
        grant = await limits.admit("ada", calls_provider=False, own=OwnLimits(3, 4))

    assert grant.remaining_today == 1
