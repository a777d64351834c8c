"""Measure the rate limiters, in process and in Redis: the accuracy of their counts, and the time of a decision.

`python -m benchmarks.admission [--redis URL]`; the Redis database of the URL is emptied.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import time
from collections import Counter
from statistics import median, quantiles
from typing import TYPE_CHECKING
from uuid import uuid4

from testing.servers import RedisServer
from tutor_server.admission.in_process import InProcessLimiter
from tutor_server.admission.limiter import Limits
from tutor_server.admission.redis_access import open_redis
from tutor_server.admission.shared import SharedLimiter
from tutor_server.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from tutor_server.admission.limiter import Limiter

DECISIONS = 20_000
OPEN = Limits(messages_per_minute=10**9, daily_messages=10**9, llm_calls_per_minute=10**9)
DEFAULT = Limits(messages_per_minute=20, daily_messages=100, llm_calls_per_minute=200)


async def nothing_stored(_subject: str, _day: date) -> int:
    """Return 0, because no messages of the day are stored."""
    return 0


async def in_process(limits: Limits = DEFAULT) -> Limiter:
    """Build the rate limiter of a service with one process."""
    return InProcessLimiter(limits, SystemClock(), nothing_stored)


async def exactness(name: str, fresh: Callable[[], Awaitable[Limiter]]) -> None:
    """Send 1000 asks to a fresh limiter at once, from one user and then from fifty, and print the outcomes."""
    for case, subjects in (("one user", ["ada"] * 1000), ("50 users", [f"user-{n % 50}" for n in range(1000)])):
        limiter = await fresh()
        outcomes = await asyncio.gather(
            *(limiter.admit(subject, calls_provider=True) for subject in subjects), return_exceptions=True
        )
        counts = Counter(type(outcome).__name__ for outcome in outcomes)
        print(f"{name:<12} 1000 asks at once, {case}: {dict(counts)}")


async def cost(name: str, limiter: Limiter, decisions: int) -> None:
    """Measure single decisions, over 1000 users, and print their median and 99th percentile."""
    times = []
    for number in range(decisions):
        subject = f"user-{number % 1000}"
        started = time.perf_counter()
        await limiter.admit(subject, calls_provider=False)
        times.append((time.perf_counter() - started) * 1e6)
    print(f"{name:<12} one decision: median {median(times):.1f} µs, p99 {quantiles(times, n=100)[98]:.1f} µs")


async def main(redis_url: str | None) -> None:
    """Run the measurements and print the figures."""
    await exactness("in process", in_process)
    await cost("in process", await in_process(OPEN), DECISIONS)
    program = shutil.which("redis-server")
    own = RedisServer(program).start() if redis_url is None and program is not None else None
    url = own.url if own is not None else redis_url
    if url is None:
        print("redis        left out: there is no redis-server here")
        return
    redis = open_redis(url)

    async def shared(limits: Limits = DEFAULT) -> Limiter:
        await redis.flushdb()
        return SharedLimiter(redis, limits, messages_on=nothing_stored, new_mark=_mark)

    try:
        await exactness("redis", shared)
        await cost("redis", await shared(OPEN), DECISIONS // 10)
        times = []
        for _ in range(DECISIONS // 10):
            started = time.perf_counter()
            await redis.ping()
            times.append((time.perf_counter() - started) * 1e6)
        print(f"redis        a PING, one bare round trip: median {median(times):.1f} µs")
    finally:
        await redis.aclose()
        if own is not None:
            own.stop()


def _mark() -> str:
    return uuid4().hex


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--redis", metavar="URL", help="measure this Redis; unset: a throw-away one")
    asyncio.run(main(parser.parse_args().redis))
