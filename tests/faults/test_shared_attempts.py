"""Attempts that several processes count in one Redis: counts are exact, and an outage of Redis locks nobody out."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from testing.clock import HeldClock
from tutor_server.admission.redis_access import open_redis
from tutor_server.errors import TooManyAttempts
from tutor_server.identity.attempts import Attempt, Counted, InProcessAttempts, Window
from tutor_server.identity.shared_attempts import SharedAttempts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis

    from testing.servers import RedisServer

TEN = Counted(Window("wrong guesses", 10, 60), "ada")
THREE = Counted(Window("wrong guesses from here", 3, 600), "10.0.0.1")


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    """Return a connection to an empty Redis."""
    opened = open_redis(redis_server.url)
    await opened.flushall()
    yield opened
    await opened.aclose()


def attempts(redis: Redis) -> SharedAttempts:
    """Build the counts of one process."""
    return SharedAttempts(redis, new_mark=lambda: uuid4().hex, own=InProcessAttempts(HeldClock()))


async def test_many_at_once_over_two_processes_are_counted_exactly(redis: Redis) -> None:
    """Of a hundred simultaneous guesses at two processes, exactly ten pass."""
    here, there = attempts(redis), attempts(redis)

    outcomes = await asyncio.gather(*(each.take(TEN) for each in [here, there] * 50), return_exceptions=True)

    assert Counter(type(outcome) for outcome in outcomes) == {Attempt: 10, TooManyAttempts: 90}


async def test_a_full_window_counts_in_no_other(redis: Redis) -> None:
    """A refusal by one window leaves the other windows unchanged, and gives the seconds to wait."""
    here = attempts(redis)
    for _ in range(3):
        await here.take(TEN, THREE)

    with pytest.raises(TooManyAttempts) as refusal:
        await here.take(TEN, THREE)

    assert refusal.value.retry_after is not None
    assert 590 < refusal.value.retry_after <= 600
    for _ in range(7):
        await here.take(TEN)
    with pytest.raises(TooManyAttempts):
        await here.take(TEN)


async def test_what_was_taken_can_be_given_back_and_cleared(redis: Redis) -> None:
    """A correct password is not counted as an attempt, and resets the account's failures."""
    here, there = attempts(redis), attempts(redis)
    for _ in range(5):
        await here.give_back(await here.take(THREE))
    for _ in range(3):
        await here.take(THREE)
    await there.clear(THREE)

    await here.take(THREE)


async def test_names_are_remembered_for_all_processes_and_not_readable(redis: Redis) -> None:
    """The key names in Redis do not reveal which account signed in from which address."""
    await attempts(redis).remember("ada at home", 60)

    assert await attempts(redis).remembers("ada at home")
    assert not await attempts(redis).remembers("bob at home")
    assert not any("ada" in str(key) for key in await redis.keys("*"))


async def test_without_redis_each_process_counts_on_its_own(redis_server: RedisServer) -> None:
    """Without Redis students can still sign in, and each process limits guesses by itself."""
    redis = open_redis(redis_server.url)
    here = attempts(redis)
    redis_server.stop()
    try:
        taken = [await here.take(THREE) for _ in range(3)]
        with pytest.raises(TooManyAttempts):
            await here.take(THREE)
        await here.give_back(taken[0])
        await here.take(THREE)
        await here.remember("ada at home", 60)
        assert await here.remembers("ada at home")
    finally:
        redis_server.start()
        await redis.aclose()
