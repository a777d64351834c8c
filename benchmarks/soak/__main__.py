"""Let everything fail for minutes, and check afterwards: `python -m benchmarks.soak [--minutes 5] [--students 50]`.

The service has two workers on PostgreSQL and Redis, as in a real installation. The fake model fails in every way that
models do, connections are cut at random moments, students cancel or disconnect for good, and each minute a worker is
killed. At the end every ask must be recorded exactly once, no answer may have a gap or a repetition, no answer and no
ask may still be running, and the surviving worker's memory may not have grown. The exit status is 1 if a check fails.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from benchmarks.soak.accounts import Accounts
from benchmarks.soak.memory import MEGABYTE, MemoryWatch
from benchmarks.soak.students import Student, behaviour
from testing.cutting_proxy import CuttingProxy, cutting_proxy
from testing.fake_upstream import FakeUpstream
from testing.installations import University
from testing.servers import RedisServer, find_postgres, throw_away_postgres
from testing.service import RunningService, Service, sign_up_student
from testing.waiting import until

KILL_SECONDS = 60
FIRST_KILL_SECONDS = 30
MOST_MINUTES = 12
"""The maximum duration in minutes. Access tokens are valid for 15 minutes, and the soak test does not refresh them."""
LAST_ASK_SECONDS = 180
"""Seconds within which every ask must have ended. The deadline is 120 s, and an outage lasts up to 30 s."""
LEASE_SECONDS = 90
"""Seconds in which the rows of killed workers must be closed: a lease of 30 s, 30 s between sweeps, and a margin."""
MOST_GROWTH = 20 * MEGABYTE
BEHAVIOURS = 100_000
BYTES_TO_CUT = (1_000, 20_000)

Checks = list[tuple[str, bool]]


async def kill_workers(service: Service, kills: list[int]) -> None:
    """Kill the younger worker each minute. The older one survives, so that the growth of its memory can be measured."""
    await asyncio.sleep(FIRST_KILL_SECONDS)
    while True:
        youngest = max(service.worker_ids(), key=lambda number: Path(f"/proc/{number}").stat().st_ctime_ns)
        os.kill(youngest, signal.SIGKILL)
        kills.append(youngest)
        await asyncio.sleep(KILL_SECONDS)


async def soak(minutes: float, count: int, chance: random.Random, installation: University, folder: Path) -> int:
    """Run the soak test, print a summary, and return the number of failed checks."""
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(FakeUpstream())
        upstream.play(*(behaviour(chance) for _ in range(BEHAVIOURS)))
        settings = installation.settings() | {
            "ANTHROPIC_API_KEY": upstream.key,
            "ANTHROPIC_BASE_URL": upstream.url,
            "OPENAI_API_KEY": upstream.key,
            "OPENAI_BASE_URL": upstream.openai_url,
            "TUTOR_MESSAGES_PER_MINUTE": "10000",
            "TUTOR_DAILY_MESSAGE_CAP": "100000",
            "TUTOR_LLM_CALLS_PER_MINUTE": "1000000",
        }
        running = RunningService(folder, settings, workers=installation.workers)
        service = await stack.enter_async_context(running)
        least, most = BYTES_TO_CUT
        proxy = await stack.enter_async_context(cutting_proxy(service.url, chance, least=least, most=most))
        students = [
            Student(await sign_up_student(service), service.url, proxy.url, chance=random.Random(chance.random()))
            for _ in range(count)
        ]
        print(f"{count} students, {minutes:g} minutes", flush=True)
        memory = MemoryWatch(service)
        kills: list[int] = []
        watching = asyncio.create_task(memory.watch())
        killing = asyncio.create_task(kill_workers(service, kills))
        stop_at = time.monotonic() + minutes * 60
        studying = [asyncio.create_task(student.study(stop_at)) for student in students]
        await asyncio.wait(studying, timeout=minutes * 60)
        killing.cancel()
        async with asyncio.timeout(LAST_ASK_SECONDS):
            await asyncio.gather(*studying)
        await asyncio.gather(*(student.tutor.close() for student in students))
        accounts = Accounts(service, upstream, [record for student in students for record in student.records])
        checks = await closing_checks(accounts, upstream)
        watching.cancel()
        await asyncio.wait([killing, watching])
        print_figures(accounts, proxy, kills, service)
        checks += [*accounts.checks(), *memory.checks(MOST_GROWTH)]
    for text, holds in checks:
        print(f"  {'ok' if holds else 'NOT':<4}{text}")
    return sum(not holds for _, holds in checks)


async def closing_checks(accounts: Accounts, upstream: FakeUpstream) -> Checks:
    """Wait until no answer and no ask is running, or until leases have expired. Return the checks that none is left."""
    with suppress(TimeoutError):
        await until(lambda: not upstream.open_streams and not accounts.open_rows(), seconds=LEASE_SECONDS)
    return [
        (f"open streams of the model: {upstream.open_streams}", upstream.open_streams == 0),
        (f"open rows in the ledger, running asks: {accounts.open_rows()}", accounts.open_rows() == 0),
    ]


def print_figures(accounts: Accounts, proxy: CuttingProxy, kills: list[int], service: Service) -> None:
    """Print the numbers of asks, calls, cuts, kills and errors."""
    log = service.log
    swept = sum(entry["asks"] for entry in log if entry["event"] == "ledger_swept")
    errors = Counter(entry["event"] for entry in log if entry["level"] == "error")
    ends = ", ".join(f"{count} {end}" for end, count in accounts.ends().most_common())
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in accounts.outcomes())
    print(f"asks       {len(accounts.records)}: {ends}")
    print(f"calls      {len(accounts.upstream.calls)} received; ledger: {outcomes}")
    print(f"lines cut  {proxy.cuts}; workers killed {len(kills)}; asks swept {swept}; errors logged {dict(errors)}")


def main() -> int:
    """Run the soak test with temporary servers; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help=f"at most {MOST_MINUTES} (default: %(default)s)")
    parser.add_argument("--students", type=int, default=50, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, help="of all that happens by chance (default: another each time)")
    options = parser.parse_args()
    if not 0 < options.minutes <= MOST_MINUTES:
        parser.error(f"--minutes is at most {MOST_MINUTES}")
    seed = random.randrange(10**6) if options.seed is None else options.seed
    redis_program, postgres_program = shutil.which("redis-server"), find_postgres()
    if redis_program is None or postgres_program is None:
        print("soak: left out, it needs redis-server and PostgreSQL")
        return 0
    print(f"seed {seed}")
    redis = RedisServer(redis_program).start()
    with (
        tempfile.TemporaryDirectory(prefix="tutor-soak-") as folder,
        throw_away_postgres(postgres_program) as postgres,
    ):
        try:
            installation = University(postgres, redis)
            work = soak(options.minutes, options.students, random.Random(seed), installation, Path(folder))
            return 1 if asyncio.run(work) else 0
        finally:
            redis.stop()


if __name__ == "__main__":
    sys.exit(main())
