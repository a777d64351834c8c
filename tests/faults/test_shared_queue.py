"""The queue over several real processes and a real Redis: as in one process, exact, and after a kill."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testing.call_queue_model import HISTORIES, Model, Step, compare
from testing.waiting import until
from tutor_server.admission.call_queue import FairCallQueue
from tutor_server.admission.redis_access import open_redis
from tutor_server.admission.shared_queue import SharedQueueStore
from tutor_server.errors import LimiterUnavailable
from tutor_server.limits import Leases

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis

    from testing.servers import RedisServer

pytestmark = pytest.mark.real_time

LEASE = 2.0


@pytest.fixture
def url(redis_server: RedisServer) -> str:
    """Return the URL of an empty Redis database."""
    return redis_server.database()


def store_in(
    redis: Redis, bound: int, longest: float = 60, *, process: str = "p", lease: float = 30
) -> SharedQueueStore:
    """Build the store of one process."""
    return SharedQueueStore(redis, "model", bound, longest, process=process, leases=Leases(lasts=lease))


def hold_the_clock(store: SharedQueueStore, redis: Redis) -> None:
    """Make the script read the time in seconds from the key `now` instead of Redis' clock."""
    text = str(store._script.script)
    assert text.count("redis.call('TIME')") == 1
    store._script = redis.register_script(text.replace("redis.call('TIME')", "{redis.call('GET', 'now'), 0}"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORIES, bound=st.integers(1, 3), longest=st.sampled_from([2.0, 5.0, 100.0]))
def test_the_store_does_what_the_model_does(url: str, history: list[Step], bound: int, longest: float) -> None:
    """After each step of a random history, positions and figures are those of the model, as in one process."""

    async def play() -> None:
        redis = open_redis(url)
        await redis.flushdb()
        store = store_in(redis, bound, longest, lease=1000)
        hold_the_clock(store, redis)
        await compare(store, Model(bound, longest), history, lambda now: redis.set("now", 1_000_000 + now))
        await redis.aclose()

    asyncio.run(play())


async def start(url: str, *numbers: float) -> Process:
    """Start a process that makes calls, and wait until it is ready."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "testing.faults.calling_process", url, *map(str, numbers)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert await line_of(process) == "ready"
    return process


async def line_of(process: Process) -> str:
    """Return the next line of a process's output."""
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def test_p10_four_processes_never_make_more_calls_than_allowed(url: str) -> None:
    """P10: of 25 calls in each of 4 processes, exactly 3 run at any moment, and all are made."""
    processes = await asyncio.gather(*(start(url, 3, 25, 0.02, 30) for _ in range(4)))
    outputs = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))

    calls = [call for output, _ in outputs for call in json.loads(output)]
    most = max(sum(began <= at < ended for began, ended in calls) for at, _ in calls)
    assert (len(calls), most) == (100, 3)


@asynccontextmanager
async def queue_of(url: str, *, lease: float = 30) -> AsyncIterator[FairCallQueue]:
    """Run this process's queue of one place."""
    redis, process = open_redis(url), uuid4().hex
    store = store_in(redis, 1, process=process, lease=lease)
    queue = FairCallQueue("model", store, longest=60, renewal=lease / 4, new_ticket=lambda: f"{process}:{uuid4().hex}")
    renewing = asyncio.create_task(queue.renew_for_ever())
    yield queue
    renewing.cancel()
    await queue.close()
    await redis.aclose()


async def test_places_of_a_killed_process_are_free_once_their_leases_have_run_out(url: str) -> None:
    """A killed process keeps the place of its call, and of its waiting ask, until the leases have run out."""
    victim = await start(url, 1, 2, float("inf"), LEASE)
    assert victim.stdin is not None
    victim.stdin.write(b"go\n")
    assert await line_of(victim) == "held"
    async with queue_of(url, lease=LEASE) as queue:
        seen: list[int] = []
        entering = asyncio.create_task(queue.enter("ada", seen.append))
        await until(lambda: bool(seen))
        killed_at = asyncio.get_running_loop().time()
        victim.kill()
        await victim.communicate()
        place = await entering
        seconds = asyncio.get_running_loop().time() - killed_at

    assert place is not None
    assert (seen[0], seen[-1]) == (2, 0)
    assert LEASE / 2 < seconds < LEASE + 3


async def test_a_place_of_a_living_process_outlives_its_lease(url: str) -> None:
    """The leases of calls and of waiting asks are renewed as long as their process lives."""
    async with queue_of(url, lease=0.4) as one, queue_of(url, lease=0.4) as other:
        place = await one.enter("ada", lambda _place: None)
        entering = asyncio.create_task(other.enter("ben", lambda _place: None))
        done, _ = await asyncio.wait({entering}, timeout=1.5)
        assert not done
        assert place is not None
        place.leave()
        assert await entering is not None


async def test_a_freed_place_is_handed_to_another_process_at_once(url: str) -> None:
    """An ask of another process gets a freed place without waiting for its next look."""
    async with queue_of(url) as one, queue_of(url) as other:
        place = await one.enter("ada", lambda _place: None)
        seen: list[int] = []
        entering = asyncio.create_task(other.enter("ben", seen.append))
        await until(lambda: bool(seen))
        assert place is not None
        began_at = asyncio.get_running_loop().time()
        place.leave()
        assert await entering is not None
        assert asyncio.get_running_loop().time() - began_at < 0.4


async def test_a10_without_redis_asks_neither_wait_nor_call(redis_server: RedisServer) -> None:
    """A10: if Redis goes, waiting asks and new ones are refused; once it is back, the queue works again."""
    async with queue_of(redis_server.url) as queue:
        await queue.enter("ada", lambda _place: None)
        seen: list[int] = []
        waiting = asyncio.create_task(queue.enter("ben", seen.append))
        await until(lambda: bool(seen))
        redis_server.stop()
        try:
            async with asyncio.timeout(5):
                for refused in (waiting, queue.enter("eva", seen.append)):
                    with pytest.raises(LimiterUnavailable):
                        await refused
        finally:
            redis_server.start()
        with suppress(LimiterUnavailable):
            await queue.enter("eva", seen.append)
        assert (await queue.figures()).calls == 1
