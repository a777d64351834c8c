"""A10 and A11: Redis, PostgreSQL or the disk fails or hangs while the service runs, and recovers."""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from testing.chat_client import connect
from testing.fake_upstream import KEY, FakeUpstream
from testing.faults.short_times import program
from testing.servers import PostgresServer, RedisServer, find_postgres, throw_away_postgres
from testing.service import RunningService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from testing.chat_client import Chat
    from testing.service import Service, SignUp, StartService, Student
    from tests.conftest import RequireProgram

pytestmark = pytest.mark.real_time

SECRET = "a secret that is long enough for tests"
NO_DATABASE = ("error", "DATABASE_UNAVAILABLE")
NO_LIMITER = ("error", "LIMITER_UNAVAILABLE")
RECOVERY_SECONDS = 5


@pytest.fixture
def redis(require_program: RequireProgram) -> Iterator[RedisServer]:
    """Return a Redis that the test may stop and start."""
    server = RedisServer(require_program("redis-server")).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def postgres(require_program: RequireProgram) -> Iterator[PostgresServer]:
    """Return a PostgreSQL that the tests may stop and start."""
    with throw_away_postgres(find_postgres() or require_program("initdb")) as server:
        yield server


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Return a fake upstream that counts its calls."""
    async with FakeUpstream() as running:
        yield running


def provider(upstream: FakeUpstream) -> dict[str, str]:
    """Return settings of a service with the fake upstream."""
    return {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": upstream.url, "TUTOR_JWT_SECRET": SECRET}


async def end_of(chat: Chat) -> tuple[str, str | None]:
    """Send an ask; return the type and the code of the last frame."""
    last = (await chat.answer())[-1]
    return last["type"], last.get("code")


async def get(client: ClientSession, path: str, student: Student | None = None) -> tuple[int, Any]:
    """Get a path; return the status and the body."""
    async with client.get(path, headers=student.headers if student else {}) as response:
        return response.status, await response.json()


async def is_answered_within(chat: Chat, seconds: float) -> bool:
    """Retry an ask until it is answered."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (await end_of(chat))[0] == "done":
            return True
    return False


async def require_unhealthy(client: ClientSession) -> None:
    """Check that health answers 503 with the contract's body, quickly."""
    async with asyncio.timeout(RECOVERY_SECONDS):
        status, answer = await get(client, "/api/health")
    assert (status, answer["status"], answer["code"]) == (503, "unavailable", "DATABASE_UNAVAILABLE")
    assert answer.keys() == {"status", "database", "timestamp", "detail", "code"}


async def test_a11_postgresql_is_killed(
    start_service: StartService, sign_up: SignUp, postgres: PostgresServer, upstream: FakeUpstream
) -> None:
    """A11: without PostgreSQL, asks and routes give `DATABASE_UNAVAILABLE` without a call; no restart is needed."""
    url = await asyncio.to_thread(postgres.database)
    async with start_service(TUTOR_DATABASE_URL=url, **provider(upstream)) as service:
        student = await sign_up(service)
        async with ClientSession(service.url) as client, connect(service.url, student.access_token) as chat:
            assert await end_of(chat) == ("done", None)
            await asyncio.to_thread(postgres.stop)
            calls = len(upstream.calls)
            try:
                assert await end_of(chat) == NO_DATABASE
                for path in ("/api/auth/me", "/api/progress", "/api/chat/sessions", "/api/me/export"):
                    status, answer = await get(client, path, student)
                    assert (status, answer["code"]) == (503, "DATABASE_UNAVAILABLE")
                await require_unhealthy(client)
            finally:
                await asyncio.to_thread(postgres.start)

            assert len(upstream.calls) == calls
            assert await is_answered_within(chat, RECOVERY_SECONDS)
            assert (await get(client, "/api/health"))[0] == 200
            assert (await get(client, "/api/auth/me", student))[1]["messages_today"] == 2


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
async def test_a11_the_disk_is_full(start_service: StartService, sign_up: SignUp, upstream: FakeUpstream) -> None:
    """A11: with a full disk, writes give `DATABASE_UNAVAILABLE` and reads work; with space all works again."""
    async with start_service(**provider(upstream)) as service:
        student = await sign_up(service)
        async with ClientSession(service.url) as client, connect(service.url, student.access_token) as chat:
            assert await end_of(chat) == ("done", None)
            limits = let_no_file_grow(service)
            calls = len(upstream.calls)

            assert await end_of(chat) == NO_DATABASE
            async with client.patch("/api/auth/me", json={"programming_level": 5}, headers=student.headers) as response:
                assert (response.status, (await response.json())["code"]) == (503, "DATABASE_UNAVAILABLE")
            assert (await get(client, "/api/chat/sessions", student))[0] == 200
            await require_unhealthy(client)
            assert len(upstream.calls) == calls

            resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, limits)
            assert (await get(client, "/api/health"))[0] == 200
            assert await is_answered_within(chat, RECOVERY_SECONDS)
            me = (await get(client, "/api/auth/me", student))[1]
            assert (me["messages_today"], me["programming_level"]) == (2, 3)


def let_no_file_grow(service: Service) -> tuple[int, int]:
    """Limit the file size of the running service, so that the kernel refuses its writes; return the earlier limits.

    A commit then fails halfway, as on a full disk.
    """
    pid = service.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
    return before


async def test_a10_redis_is_killed(
    start_service: StartService, sign_up: SignUp, redis: RedisServer, postgres: PostgresServer, upstream: FakeUpstream
) -> None:
    """A10: without Redis, asks are refused within a second without a call; all works again within 5 seconds."""
    url = await asyncio.to_thread(postgres.database)
    async with start_service(TUTOR_DATABASE_URL=url, TUTOR_REDIS_URL=redis.url, **provider(upstream)) as service:
        student = await sign_up(service)
        async with ClientSession(service.url) as client, connect(service.url, student.access_token) as chat:
            assert await end_of(chat) == ("done", None)
            redis.stop()
            calls = len(upstream.calls)
            try:
                for _ in range(3):
                    async with asyncio.timeout(1):
                        assert await end_of(chat) == NO_LIMITER
                assert (await get(client, "/api/health"))[0] == 200
                assert (await get(client, "/api/progress", student))[0] == 200
                assert (await get(client, "/api/auth/me", student))[1]["messages_today"] == 1
                async with connect(service.url, student.access_token) as another:
                    assert await end_of(another) == NO_LIMITER
            finally:
                redis.start()

            assert len(upstream.calls) == calls
            assert await is_answered_within(chat, RECOVERY_SECONDS)


@pytest.mark.skipif(sys.platform != "linux", reason="freezing all processes of a server takes Linux's /proc")
async def test_a11_postgresql_is_silent(
    tmp_path: Path, sign_up: SignUp, postgres: PostgresServer, upstream: FakeUpstream
) -> None:
    """A11: a PostgreSQL that hangs counts as unavailable once a unit of work has exceeded its deadline."""
    url = await asyncio.to_thread(postgres.database)
    settings = {"TUTOR_DATABASE_URL": url, **provider(upstream)}
    async with RunningService(tmp_path, settings, program=program(database=1)) as service:
        student = await sign_up(service)
        async with ClientSession(service.url) as client, connect(service.url, student.access_token) as chat:
            assert await end_of(chat) == ("done", None)
            postgres.freeze()
            calls = len(upstream.calls)
            try:
                # Besides the deadline of one second, closing a connection gracefully may take two seconds.
                async with asyncio.timeout(RECOVERY_SECONDS):
                    assert await end_of(chat) == NO_DATABASE
                await require_unhealthy(client)
            finally:
                postgres.thaw()

            assert len(upstream.calls) == calls
            assert await is_answered_within(chat, RECOVERY_SECONDS)
            assert (await get(client, "/api/health"))[0] == 200


async def test_a10_redis_is_silent(
    start_service: StartService, sign_up: SignUp, redis: RedisServer, postgres: PostgresServer, upstream: FakeUpstream
) -> None:
    """A10: a Redis that hangs is treated as unavailable, for one ask and for forty asks of ten students at once."""
    url = await asyncio.to_thread(postgres.database)
    async with (
        start_service(TUTOR_DATABASE_URL=url, TUTOR_REDIS_URL=redis.url, **provider(upstream)) as service,
        ClientSession(service.url) as client,
        AsyncExitStack() as stack,
    ):
        students = [await sign_up(service) for _ in range(10)]
        chats = [await stack.enter_async_context(connect(service.url, student.access_token)) for student in students]
        assert await end_of(chats[0]) == ("done", None)
        redis.freeze()
        calls = len(upstream.calls)
        try:
            async with asyncio.timeout(6):
                for chat in chats:
                    for _ in range(4):
                        await chat.ask()
                ends = [(await chat.receive())["code"] for chat in chats for _ in range(4)]
            assert (await get(client, "/api/health"))[0] == 200
            assert (await get(client, "/api/auth/me", students[0]))[1]["messages_today"] == 1
        finally:
            redis.thaw()

        assert set(ends) == {"LIMITER_UNAVAILABLE"}
        assert len(upstream.calls) == calls
        assert await is_answered_within(chats[0], RECOVERY_SECONDS)
