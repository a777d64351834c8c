"""The ledger after crashes: whenever a process is killed, each provider call has one row, and none stays pending."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientError

from testing.chat_client import CODE, Closed, connect
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.faults.short_times import LEASES, PROGRAM
from testing.long_hints import long_hint
from testing.required import REQUIRE_ALL
from testing.service import START_SECONDS, Service, sign_up_student
from testing.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from testing.servers import PostgresServer, RedisServer
    from testing.service import Student

pytestmark = pytest.mark.real_time

KILLS = 25 if REQUIRE_ALL else 5
STREAMS = 8
ROOMY = {
    "TUTOR_MESSAGES_PER_MINUTE": "1000",
    "TUTOR_LLM_CALLS_PER_MINUTE": "100000",
    "TUTOR_CONNECTIONS_PER_USER": "50",
}
SHARED = {"TUTOR_JWT_SECRET": "a secret that is long enough for tests"}

ENDLESS = Behaviour(text=long_hint(300), token_seconds=0.02)
LONGER_THAN_A_LEASE = Behaviour(text=long_hint(120), token_seconds=0.025)
GIVE_UP_SECONDS = 5 * (LEASES.lasts + LEASES.sweep)


@dataclass
class Course:
    """A service that is killed while its students ask, and the outcome of each request."""

    service: Service
    upstream: FakeUpstream
    students: list[Student]
    ends: dict[str, str] = field(default_factory=dict)
    """The outcome of each request by its id: `done`, an error code, or `cut` if the connection broke."""
    asks: dict[str, dict[str, str]] = field(default_factory=dict)

    async def ask(self, student: Student) -> None:
        """Send an ask about a unique program that contains the request's id, and record the outcome."""
        request_id = str(uuid4())
        question, code = f"Why, {request_id}?", CODE.replace("total", f"total_{len(self.ends)}")
        self.asks[request_id] = {"request_id": request_id, "question": question, "code": code}
        self.ends[request_id] = "asked"
        try:
            async with connect(self.service.url, student.access_token) as chat:
                frames = await chat.answer(**self.asks[request_id])
                self.ends[request_id] = frames[-1].get("code", "done")
        except (Closed, ClientError, ConnectionError):
            self.ends[request_id] = "cut"

    async def settle_down(self) -> None:
        """Wait until the leases of killed processes have expired and been swept. Raises `TimeoutError`."""
        pending = "SELECT id FROM model_calls WHERE state IN ('reserved', 'sent')"
        await until(lambda: not self.service.query(pending), seconds=GIVE_UP_SECONDS)

    def rows(self) -> dict[str, list[str]]:
        """Return the states of the ledger's rows by request."""
        found: dict[str, list[str]] = {request_id: [] for request_id in self.ends}
        for request_id, state in self.service.query(
            "SELECT a.request_id, c.state FROM model_calls c JOIN asks a ON a.id = c.ask_id"
        ):
            found[str(UUID(str(request_id)))].append(state)
        return found

    def received(self) -> Counter[str]:
        """Return the number of calls that reached the provider, by request."""
        prompts = [str(call.body["messages"]) for call in self.upstream.calls]
        return Counter(re.findall(r"Why, ([-0-9a-f]{36})\?", prompt)[-1] for prompt in prompts)

    def require_whole_ledger(self) -> None:
        """Check that each received call has one row, no other row is billed, and sums equal those of the rows."""
        received, rows = self.received(), self.rows()
        # With fewer calls, the service was killed so early that the test would prove nothing.
        assert len(self.upstream.calls) > len(self.ends) / 2
        assert set(received.values()) == {1}
        for request_id, states in rows.items():
            billed = [state for state in states if state != "unsent"]
            assert len(billed) <= 1, (request_id, states)
            assert len(billed) >= received[request_id], (request_id, states)
        sums = "count(*), sum(input_tokens), sum(output_tokens), sum(cost_nanodollars)"
        (of_rows,) = self.service.query(f"SELECT {sums} FROM model_calls WHERE state IN ('settled', 'swept')")
        (of_rollups,) = self.service.query(f"SELECT {sums.replace('count(*)', 'sum(calls)')} FROM usage_rollups")
        assert tuple(map(int, of_rollups)) == tuple(map(int, of_rows))

    def require_given_back(self) -> None:
        """Check that interrupted asks are not counted, and answered ones are counted once."""
        done = sum(end == "done" for end in self.ends.values())
        assert self.service.query("SELECT coalesce(sum(messages), 0) FROM daily_usage") == [(done,)]
        assert self.service.query("SELECT coalesce(sum(hint_level), 0) FROM problems") == [(done,)]


def settings_for(upstream: FakeUpstream) -> dict[str, str]:
    """Return settings of a service with the fake upstream."""
    return {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url} | ROOMY


@asynccontextmanager
async def started(folder: Path, settings: Mapping[str, str], *, workers: int = 1) -> AsyncIterator[Service]:
    """Run a service with short leases."""
    service = await asyncio.to_thread(lambda: Service(folder, settings, workers=workers, program=PROGRAM))
    try:
        yield service
    finally:
        if service.process.poll() is None:
            await asyncio.to_thread(service.stop)
        service.kill()


async def sign_up_course(service: Service) -> list[Student]:
    """Register one student for each stream."""
    return [await sign_up_student(service) for _ in range(STREAMS)]


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Run a fake upstream."""
    async with FakeUpstream() as running:
        yield running


@pytest.mark.timeout(40 + 30 * KILLS)
async def test_l1_a_service_of_one_process_killed_again_and_again(tmp_path: Path, upstream: FakeUpstream) -> None:
    """L1: a service with 8 open streams is killed with kill -9 at various moments and restarted on the same data."""
    upstream.default = ENDLESS
    settings = settings_for(upstream)
    moments = random.Random(7)
    async with started(tmp_path, settings) as first:
        course = Course(first, upstream, await sign_up_course(first))
        first.kill()
    for number in range(KILLS):
        streams = moments.randrange(STREAMS) if number % 3 == 0 else STREAMS
        async with started(tmp_path, settings) as course.service:
            asks = [asyncio.create_task(course.ask(student)) for student in course.students]
            await until(lambda: upstream.open_streams >= streams)  # noqa: B023 - it is called in the same iteration
            await asyncio.sleep(moments.choice((0, 0.01, 0.1)))
            course.service.kill()
            await asyncio.gather(*asks)
    async with started(tmp_path, settings) as course.service:
        await course.settle_down()

        course.require_whole_ledger()
        course.require_given_back()
        assert set(course.ends.values()) == {"cut"}
        interrupted = {
            request_id: end
            for request_id, states in course.rows().items()
            if states
            for end in [await repeat(course, request_id)]
        }
        assert interrupted
        assert set(interrupted.values()) == {("ANSWER_INTERRUPTED", True)}


@pytest.mark.timeout(60 + 30 * KILLS)
async def test_l1_one_worker_of_two_killed_again_and_again(
    tmp_path: Path, upstream: FakeUpstream, postgres_server: PostgresServer, redis_server: RedisServer
) -> None:
    """L1: if one worker is killed, the other's streams outlast a lease, are completed, and are never swept."""
    upstream.default = LONGER_THAN_A_LEASE
    settings = settings_for(upstream) | SHARED
    settings |= {"TUTOR_DATABASE_URL": postgres_server.database(), "TUTOR_REDIS_URL": redis_server.url}
    moments = random.Random(7)
    async with started(tmp_path, settings, workers=2) as service:
        course = Course(service, upstream, await sign_up_course(service))
        for number in range(KILLS):
            asks = [asyncio.create_task(course.ask(student)) for student in course.students]
            await until(lambda: upstream.open_streams >= STREAMS)
            os.kill(moments.choice(service.worker_ids()), signal.SIGKILL)
            await asyncio.gather(*asks)
            await have_started(service, number + 3)
        await course.settle_down()

        course.require_whole_ledger()
        course.require_given_back()
        states = {"done": ["settled"], "cut": ["swept"]}
        assert course.rows() == {request_id: states[end] for request_id, end in course.ends.items()}
        assert set(course.ends.values()) == {"cut", "done"}


async def have_started(service: Service, count: int) -> None:
    """Wait until a total number of workers has been started."""
    await until(lambda: started_workers(service) == count, seconds=START_SECONDS)


def started_workers(service: Service) -> int:
    """Return the number of workers that have started so far."""
    return sum(entry["event"] == "started" for entry in service.log)


async def repeat(course: Course, request_id: str) -> tuple[str, bool]:
    """Repeat a request; return its code and whether it may be retried."""
    (owner,) = course.service.query("SELECT user_id FROM asks WHERE request_id = ?", UUID(request_id).hex)
    (student,) = [student for student in course.students if UUID(student.id) == UUID(str(owner[0]))]
    async with connect(course.service.url, student.access_token) as chat:
        (*_, end) = await chat.answer(**course.asks[request_id])
    return end["code"], end["retryable"]
