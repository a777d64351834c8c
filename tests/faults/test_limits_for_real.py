"""Limits that can only be tested with several processes, with shifted clocks, or in real time."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from testing.chat_client import Closed, connect
from testing.faults.counting_process import DAY
from testing.faults.short_times import PROGRAM
from testing.service import Service, sign_up_student
from testing.waiting import until
from testing.warm_start import TUTOR_SERVER
from tutor_server.admission.limiter import Limits
from tutor_server.admission.redis_access import open_redis
from tutor_server.admission.shared import SharedLimiter
from tutor_server.errors import RateLimited
from tutor_server.storage.daily_usage import messages_on
from tutor_server.storage.database import open_database
from tutor_server.storage.migrations import upgrade

if TYPE_CHECKING:
    from datetime import date

    from redis.asyncio import Redis

    from testing.servers import PostgresServer, RedisServer
    from tests.conftest import RequireProgram


IN_REAL_TIME = [pytest.mark.real_time, pytest.mark.timeout(120)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a5_the_database_is_the_judge_of_the_daily_cap(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A5: of 250 attempts in each of 4 processes, the database counts exactly the 100 of the cap, without a limiter."""
    if kind == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'tutor.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_server").database()
    database = open_database(url)
    await database.commit(upgrade)
    command = (sys.executable, "-m", "testing.faults.counting_process", url, "ada", "250", "100")
    processes = [await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE) for _ in range(4)]
    counted = [int((await process.communicate())[0]) for process in processes]
    stored = await database.read(lambda connection: messages_on(connection, "ada", DAY))
    await database.close()

    assert (sum(counted), stored) == (100, 100)


async def open_sockets(service: Service, token: str) -> int:
    """Open four connections of a student at once; return the number that may stay."""
    stay = 0
    async with asyncio.TaskGroup() as group:

        async def knock() -> None:
            nonlocal stay
            async with connect(service.url, token) as chat:
                with suppress(Closed):
                    await chat.answer(module_id="none")  # Any text frame shows whether the socket is open.
                    stay += 1
                await asyncio.sleep(0.5)

        for _ in range(4):
            group.create_task(knock())
    return stay


def shared_settings(postgres: PostgresServer, redis: RedisServer) -> dict[str, str]:
    """Return settings that make a service keep its state in the given PostgreSQL and Redis servers."""
    return {
        "TUTOR_DATABASE_URL": postgres.database(),
        "TUTOR_REDIS_URL": redis.url,
        "TUTOR_JWT_SECRET": "a secret that is long enough for tests",
    }


@pytest.mark.parametrize(
    ("program", "seconds", "free_at_first"),
    [
        pytest.param(PROGRAM, 15, {0, 3}, id="short leases"),  # The leases may expire while the workers start again.
        pytest.param(
            (TUTOR_SERVER,), 60, {0}, id="real leases", marks=[pytest.mark.real_time, pytest.mark.timeout(120)]
        ),
    ],
)
async def test_a6_slots_of_a_dead_process_are_free_again(
    program: tuple[str, ...],
    seconds: float,
    free_at_first: set[int],
    *,
    tmp_path: Path,
    postgres_server: PostgresServer,
    redis_server: RedisServer,
) -> None:
    """A6: after kill -9 with three open sockets, a fourth is refused until the leases expire, then accepted."""
    settings = shared_settings(postgres_server, redis_server)
    service = await asyncio.to_thread(lambda: Service(tmp_path, settings, workers=2, program=program))
    try:
        token = (await sign_up_student(service)).access_token
        async with (
            connect(service.url, token) as first,
            connect(service.url, token) as second,
            connect(service.url, token) as third,
        ):
            for chat in (first, second, third):
                await chat.answer()  # After an answer, the connection holds its slot.
            for worker in service.worker_ids():
                os.kill(worker, signal.SIGKILL)
            killed_at = time.monotonic()
        await until(lambda: sum(entry["event"] == "started" for entry in service.log) == 4)
        at_first = await open_sockets(service, token)
        while (stay := await open_sockets(service, token)) < 3:
            assert time.monotonic() - killed_at < seconds
            await asyncio.sleep(0.2)
    finally:
        await asyncio.to_thread(service.stop)

    assert at_first in free_at_first
    assert stay == 3


@pytest.fixture
def library_of_faketime(require_program: RequireProgram) -> str:
    """Return the path of the library that changes a process's clock."""
    program = Path(require_program("faketime")).resolve()
    (found, *_) = sorted(program.parents[1].glob("lib/**/libfaketimeMT.so.1"))
    return str(found)


class Clock:
    """The clock of a process in Tokyo, read from a file. The file is replaced atomically, so it is never incomplete."""

    def __init__(self, file: Path, library: str) -> None:
        self._file = file
        self.settings = {
            "TZ": "Asia/Tokyo",
            "LD_PRELOAD": library,
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self._set("+0")

    def stop_at(self, moment: datetime) -> None:
        """Stop the clock at a given time."""
        self._set(f"{moment.astimezone(timezone(timedelta(hours=9))):%Y-%m-%d %H:%M:%S}")

    def run_from(self, moment: datetime) -> None:
        """Set the clock to a given time and let it run."""
        self._set(f"{(moment - datetime.now(UTC)).total_seconds():+.3f}")

    def _set(self, shift: str) -> None:
        whole = self._file.with_suffix(".next")
        whole.write_text(shift)
        whole.replace(self._file)


async def test_a9_a_service_that_lives_over_midnight(tmp_path: Path, library_of_faketime: str) -> None:
    """A9: in a process in Tokyo, the daily count resets once, at midnight UTC.

    A8: a refusal gives the time of the reset, and one second earlier asks are still refused.
    """
    clock = Clock(tmp_path / "clock", library_of_faketime)
    service = await asyncio.to_thread(lambda: Service(tmp_path, clock.settings | {"TUTOR_DAILY_MESSAGE_CAP": "2"}))
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    midnight = today + timedelta(days=1)
    try:
        clock.stop_at(midnight - timedelta(seconds=10))
        student = await sign_up_student(service)
        async with connect(service.url, student.access_token) as chat:
            before = [(await chat.answer())[-1] for _ in range(3)]
            clock.stop_at(midnight - timedelta(seconds=1))
            still = [(await chat.answer())[-1]]
            clock.run_from(midnight - timedelta(seconds=1))
            after = still
            while after[0].get("code") == "DAILY_CAP_REACHED":
                after = [(await chat.answer())[-1]]
            after += [(await chat.answer())[-1] for _ in range(2)]
        days = service.query("SELECT day, messages FROM daily_usage ORDER BY day")
    finally:
        await asyncio.to_thread(service.stop)

    codes = [[end.get("code", "done") for end in ends] for ends in (before, still, after)]
    assert codes == [
        ["done", "done", "DAILY_CAP_REACHED"],
        ["DAILY_CAP_REACHED"],
        ["done", "done", "DAILY_CAP_REACHED"],
    ]
    assert [end["retry_after"] for end in (before[-1], *still)] == [10, 1]
    assert before[-1]["resets_at"] == midnight.isoformat().replace("+00:00", "Z")
    assert days == [(str(today.date()), 2), (str(midnight.date()), 2)]


@pytest.fixture
def redis_limits(redis_server: RedisServer) -> tuple[Redis, SharedLimiter]:
    """Return the shared limiter with the contract's defaults."""

    async def nothing_stored(_subject: str, _day: date) -> int:
        return 0

    redis = open_redis(redis_server.url)
    limits = Limits(messages_per_minute=20, daily_messages=100_000, llm_calls_per_minute=100_000)
    return redis, SharedLimiter(redis, limits, messages_on=nothing_stored, new_mark=lambda: uuid4().hex)


async def admitted(limiter: SharedLimiter, subject: str) -> bool:
    """Try to send an ask; return whether it was admitted."""
    try:
        await limiter.admit(subject, calls_provider=False)
    except RateLimited:
        return False
    return True


@pytest.mark.real_time
@pytest.mark.timeout(190)
async def test_a4_a8_random_arrivals_at_the_shared_window(redis_limits: tuple[Redis, SharedLimiter]) -> None:
    """A4: of ten students with random asks over 130 real seconds, each gets exactly 20 in any minute.

    A8: meanwhile another student is admitted after `retry_after`, but not a second earlier.
    """
    redis, limiter = redis_limits
    moments = random.Random(4)

    async def student(pace: float) -> tuple[list[float], list[float]]:
        subject = uuid4().hex
        passed: list[float] = []
        refused: list[float] = []
        ends_at = time.monotonic() + 130
        while (now := time.monotonic()) < ends_at:
            (passed if await admitted(limiter, subject) else refused).append(now)
            await asyncio.sleep(moments.expovariate(pace))
        return passed, refused

    async def patient_student() -> tuple[int | None, bool, bool]:
        subject = uuid4().hex
        assert [await admitted(limiter, subject) for _ in range(20)] == [True] * 20
        with pytest.raises(RateLimited) as refusal:
            await limiter.admit(subject, calls_provider=False)
        wait = refusal.value.retry_after or 0
        await asyncio.sleep(wait - 1)
        too_early = await admitted(limiter, subject)
        await asyncio.sleep(1)
        return wait, too_early, await admitted(limiter, subject)

    patience = asyncio.create_task(patient_student())
    found = await asyncio.gather(*(student(pace) for pace in (0.2, 0.3, 0.35, 0.4, 0.5, 1, 2, 5, 20, 50)))
    kept_word = await patience
    await redis.aclose()

    assert kept_word == (60, False, True)
    # Up to half a second may pass between this clock's reading and the limiter's decision.
    slack = 0.5
    for passed, refused in found:
        assert all(sum(start + slack <= at < start + 60 - slack for at in passed) <= 20 for start in passed)
        assert all(sum(end - 60 - slack < at <= end for at in passed) >= 20 for end in refused)
