"""The limits over several real processes and a real Redis: exact even if the processes' clocks differ."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tutor_server.admission.limiter import Grant, Limits
from tutor_server.admission.redis_access import open_redis
from tutor_server.admission.shared import SharedLimiter, SharedSlots
from tutor_server.errors import DailyCapReached, GlobalLimitReached, LimiterUnavailable, RateLimited, TutorError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date

    from redis.asyncio import Redis

    from testing.servers import RedisServer
    from tests.conftest import RequireProgram

pytestmark = pytest.mark.real_time


async def nothing_stored(_subject: str, _day: date) -> int:
    """Return 0: no messages of the day are stored."""
    return 0


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    """Return a connection to an empty Redis."""
    opened = open_redis(redis_server.url)
    await opened.flushall()
    yield opened
    await opened.aclose()


def limiter(redis: Redis, *, per_minute: int = 20, daily: int = 100, calls: int = 200) -> SharedLimiter:
    """Build a limiter with the contract's defaults."""
    limits = Limits(messages_per_minute=per_minute, daily_messages=daily, llm_calls_per_minute=calls)
    return SharedLimiter(redis, limits, messages_on=nothing_stored, new_mark=lambda: uuid4().hex)


async def run_processes(url: str, numbers: list[int], clocks: list[list[str]]) -> Counter[str]:
    """Run processes with different clocks that ask simultaneously; return the total number of each outcome."""
    processes = [
        await asyncio.create_subprocess_exec(
            *clock,
            sys.executable,
            "-m",
            "testing.faults.admitting_process",
            url,
            "ada",
            *map(str, numbers),
            stdout=asyncio.subprocess.PIPE,
        )
        for clock in clocks
    ]
    total: Counter[str] = Counter()
    for process in processes:
        output, _ = await process.communicate()
        total.update(json.loads(output))
    return total


async def test_a2_four_processes_with_clocks_apart_admit_twenty(
    redis: Redis, redis_server: RedisServer, require_program: RequireProgram
) -> None:
    """A2: of 250 asks of one user in each of 4 processes, with clocks 90 seconds apart, exactly 20 pass."""
    faketime = require_program("faketime")
    clocks = [[faketime, "-f", shift] for shift in ("+90s", "-90s", "+45s", "-45s")]

    total = await run_processes(redis_server.url, [250, 20, 100, 200], clocks)

    assert total == {"Grant": 20, "RateLimited": 980}


async def test_a5_the_daily_cap_over_four_processes(redis: Redis, redis_server: RedisServer) -> None:
    """A5: of a thousand attempts exactly 100 pass a cap of 100."""
    total = await run_processes(redis_server.url, [250, 5000, 100, 5000], [[]] * 4)

    assert total == {"Grant": 100, "DailyCapReached": 900}


async def test_a3_the_provider_window_over_fifty_users(redis: Redis) -> None:
    """A3: of a thousand asks of 50 users exactly 200 may call a provider."""
    limits = limiter(redis)
    outcomes = await asyncio.gather(
        *(limits.admit(f"user-{number % 50}", calls_provider=True) for number in range(1000)), return_exceptions=True
    )

    assert Counter(type(outcome) for outcome in outcomes) == {Grant: 200, GlobalLimitReached: 800}


@pytest.mark.parametrize(
    ("per_minute", "daily", "calls", "refusal"),
    [(1, 100, 100, RateLimited), (100, 1, 100, DailyCapReached), (100, 100, 1, GlobalLimitReached)],
)
async def test_a7_a_refusal_changes_no_counter(
    per_minute: int, daily: int, calls: int, refusal: type[TutorError], redis: Redis
) -> None:
    """A7: a refusal leaves every key in Redis unchanged, and gives the seconds to wait (A8)."""
    limits = limiter(redis, per_minute=per_minute, daily=daily, calls=calls)
    await limits.admit("ada", calls_provider=True)
    before = await _everything(redis)

    with pytest.raises(refusal) as refused:
        await limits.admit("ada", calls_provider=True)

    assert await _everything(redis) == before
    assert refused.value.retry_after is not None
    assert refused.value.retry_after > 0


def hold_the_clock(limits: SharedLimiter, redis: Redis, name: str = "_admit") -> None:
    """Make one of the limiter's scripts read the time in seconds from the key `now` instead of Redis's clock."""
    text = str(getattr(limits, name).script)
    assert text.count("redis.call('TIME')") == 1
    held = redis.register_script(text.replace("redis.call('TIME')", "{redis.call('GET', 'now'), 0}"))
    setattr(limits, name, held)


@pytest.mark.parametrize(
    ("per_minute", "daily", "calls", "refusal"),
    [(1, 100, 100, RateLimited), (100, 1, 100, DailyCapReached), (100, 100, 1, GlobalLimitReached)],
)
async def test_a8_a9_a_refusal_keeps_its_word_over_midnight(
    per_minute: int, daily: int, calls: int, refusal: type[TutorError], redis: Redis
) -> None:
    """A8, A9: after `retry_after` an ask is admitted, a second earlier it is not; the day ends at midnight UTC."""
    limits = limiter(redis, per_minute=per_minute, daily=daily, calls=calls)
    hold_the_clock(limits, redis)
    midnight = datetime(2026, 3, 2, tzinfo=UTC)

    async def admit(seconds: int) -> Grant | TutorError:
        await redis.set("now", int(midnight.timestamp()) + seconds)
        try:
            return await limits.admit("ada", calls_provider=True)
        except TutorError as refused:
            return refused

    first, refused, too_early, in_time = [await admit(seconds) for seconds in (-60, -50, -1, 0)]

    assert isinstance(first, Grant)
    assert isinstance(refused, refusal)
    assert isinstance(too_early, refusal)
    assert isinstance(in_time, Grant)
    assert (refused.retry_after, too_early.retry_after) == (50, 1)
    assert refused.resets_at == (midnight if refusal is DailyCapReached else None)
    assert (first.day, in_time.day) == (midnight.date() - timedelta(days=1), midnight.date())
    assert in_time.remaining_today == daily - 1


async def test_what_was_granted_can_be_given_back(redis: Redis) -> None:
    """Giving back an admitted ask, and its call, restores every counter."""
    limits = limiter(redis, per_minute=1, daily=1, calls=1)
    for _ in range(3):
        grant = await limits.admit("ada", calls_provider=True)
        await limits.give_back(grant)
        assert grant.call_mark is not None
        await limits.give_back_call(grant.call_mark)

    assert grant.remaining_today == 0


async def test_a_retry_takes_a_call_of_its_own(redis: Redis) -> None:
    """Every call that is sent counts towards the provider limit, including retries."""
    limits = limiter(redis, calls=2)
    await limits.admit("ada", calls_provider=True)
    await limits.take_call()

    with pytest.raises(GlobalLimitReached):
        await limits.take_call()


async def test_a3_a_call_that_waited_counts_from_when_it_is_sent(redis: Redis) -> None:
    """A3: a call that waits keeps its place in the window, and counts for a minute from when it is sent."""
    limits = limiter(redis, calls=1)
    for name in ("_admit", "_send_call", "_take_call"):
        hold_the_clock(limits, redis, name)
    await redis.set("now", 1_000_000_000)
    grant = await limits.admit("ada", calls_provider=True)
    assert grant.call_mark is not None
    await redis.set("now", 1_000_000_050)
    await limits.send_call(grant.call_mark)
    await redis.set("now", 1_000_000_109)
    with pytest.raises(GlobalLimitReached) as refused:
        await limits.take_call()
    await redis.set("now", 1_000_000_110)
    await limits.take_call()

    assert refused.value.retry_after == 1
    with pytest.raises(GlobalLimitReached):  # It waited so long that another call has its place.
        await limits.send_call(grant.call_mark)


async def test_a6_slots_are_counted_over_processes_and_leases_run_out(redis: Redis) -> None:
    """A6: a fourth connection is refused at any process, until the lease of a dead process expires."""
    here, there = (SharedSlots(redis, 3, new_mark=lambda: uuid4().hex) for _ in range(2))
    held = [await slots.acquire("ada") for slots in (here, here, there)]
    assert await there.acquire("ada") is None
    assert held[0] is not None
    await held[0].release()
    assert await there.acquire("ada") is not None
    assert 0 < await redis.pttl("tutor:slots:ada") <= 60_000


async def test_a10_without_redis_asks_are_refused_within_a_second(redis_server: RedisServer) -> None:
    """A10: without Redis, asks are refused within a second; once it is back, the same limiter works again."""
    connection = open_redis(redis_server.url)
    limits = limiter(connection)
    await limits.admit("ada", calls_provider=True)
    redis_server.stop()

    try:
        async with asyncio.timeout(1):
            with pytest.raises(LimiterUnavailable):
                await limits.admit("ada", calls_provider=True)
    finally:
        redis_server.start()

    assert (await limits.admit("ada", calls_provider=True)).remaining_today == 99
    await connection.aclose()


async def _everything(redis: Redis) -> dict[str, object]:
    contents: dict[str, object] = {}
    for key in sorted(await redis.keys("*")):
        is_window = await redis.type(key) == "zset"
        contents[str(key)] = await redis.zrange(key, 0, -1, withscores=True) if is_window else await redis.get(key)
    return contents
