"""A program that makes pretended calls through a shared queue, and prints when each began and ended.

`python -m testing.faults.calling_process REDIS_URL BOUND CALLS HOLD_SECONDS LEASE_SECONDS` prints `ready`, waits for a
line on standard input, and prints a JSON list of `[began, ended]` in seconds of the monotonic clock, which all
processes of a machine share. With HOLD_SECONDS `inf` it prints `held` once it has all its places, and waits.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import time
from uuid import uuid4

from tutor_server.admission.call_queue import FairCallQueue
from tutor_server.admission.redis_access import open_redis
from tutor_server.admission.shared_queue import SharedQueueStore
from tutor_server.limits import Leases
from tutor_server.telemetry.logs import configure_logs


async def main(url: str, bound: int, calls: int, hold: float, lease: float) -> None:
    """Make the calls, all at once, and print their times."""
    redis, process = open_redis(url), uuid4().hex
    leases = Leases(lasts=lease, renewal=lease / 4)
    store = SharedQueueStore(redis, "model", bound, 60, process=process, leases=leases)
    queue = FairCallQueue(
        "model", store, longest=60, renewal=leases.renewal, new_ticket=lambda: f"{process}:{uuid4().hex}"
    )
    renewing = asyncio.create_task(queue.renew_for_ever())
    times: list[tuple[float, float]] = []

    async def call(number: int) -> None:
        place = await queue.enter(f"student-{number % 5}", lambda _place: None)
        assert place is not None
        began_at = time.monotonic()
        if math.isinf(hold):
            say("held")
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(hold)
        times.append((began_at, time.monotonic()))
        place.leave()

    say("ready")
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(call(number) for number in range(calls)))
    await queue.close()
    renewing.cancel()
    await redis.aclose()
    say(json.dumps(times))


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201 - the output is this program's result


if __name__ == "__main__":
    configure_logs("error", "json")
    _url, _bound, _calls, _hold, _lease = sys.argv[1:]
    asyncio.run(main(_url, int(_bound), int(_calls), float(_hold), float(_lease)))
