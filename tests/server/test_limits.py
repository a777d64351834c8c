"""The limits over WebSockets, at a service with one process and at one that shares its counters."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from testing.chat_client import Chat, connect
from testing.clock import HeldClock
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.held_service import HeldService, held_service
from testing.long_hints import long_hint
from testing.waiting import until
from tutor_server.storage.models import Base

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from sqlalchemy import Connection

    from testing.servers import RedisServer
    from testing.service import Service, SignUp

    Start = Callable[..., AbstractAsyncContextManager[HeldService]]

LATE = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
LIMITS = [
    ({"messages_per_minute": 1}, "RATE_LIMITED", "messages_per_minute"),
    ({"daily_message_cap": 1}, "DAILY_CAP_REACHED", "daily_messages"),
    ({"llm_calls_per_minute": 1}, "GLOBAL_LIMIT_REACHED", "llm_calls_per_minute"),
]


async def ends_of(chat: Chat, count: int) -> list[str]:
    """Receive frames until the given number of answers have ended; return how each ended."""
    ends: list[str] = []
    while len(ends) < count:
        frame = await chat.receive()
        if frame["type"] in {"done", "error"}:
            ends.append(frame.get("code", "done"))
    return ends


async def ask_at_once(chat: Chat, count: int) -> list[str]:
    """Send the given number of asks without waiting; return how their answers end."""
    reading = asyncio.create_task(ends_of(chat, count))
    for _ in range(count):
        await chat.ask()
    return await reading


async def test_a1_a_thousand_asks_at_once_over_three_sockets(service: Service, sign_up: SignUp) -> None:
    """A1: of a thousand asks over three sockets, exactly 20 are answered, even if they reach several workers."""
    student = await sign_up(service)
    async with AsyncExitStack() as stack:
        chats = [await stack.enter_async_context(connect(service.url, student.access_token)) for _ in range(3)]
        groups = await asyncio.gather(*map(ask_at_once, chats, (334, 333, 333)))

    assert Counter(end for ends in groups for end in ends) == {"done": 20, "RATE_LIMITED": 980}
    assert service.query("SELECT count(*) FROM asks WHERE user_id = ?", student.id) == [(20,)]


async def test_a7_ask_and_cancel_over_and_over(service: Service, sign_up: SignUp) -> None:
    """A7: of 25 asks in a minute that are cancelled at once, 20 pass and 5 are refused."""
    student = await sign_up(service)
    ends: Counter[str] = Counter()
    async with connect(service.url, student.access_token) as chat:
        for _ in range(25):
            request_id = await chat.ask()
            await chat.send({"type": "cancel", "request_id": request_id})
            frames = await chat.collect(request_id)
            ends[frames[-1].get("code", "done")] += 1

    assert ends["RATE_LIMITED"] == 5
    assert ends["CANCELLED"] + ends["done"] == 20
    assert service.query("SELECT count(*) FROM asks WHERE user_id = ?", student.id) == [(20,)]


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Run a fake upstream."""
    async with FakeUpstream() as running:
        yield running


@pytest.fixture
async def shared_redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    """Return an unused database of the running Redis."""
    redis = Redis(port=redis_server.port, db=1, decode_responses=True)
    await redis.flushdb()
    yield redis
    await redis.aclose()


@pytest.fixture(params=["one process", "shared"])
def start(request: pytest.FixtureRequest, tmp_path: Path, upstream: FakeUpstream) -> Start:
    """Return a factory of services in this process, either on SQLite or on PostgreSQL and Redis."""
    settings: dict[str, Any] = {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url}
    if request.param == "shared":
        redis: Redis = request.getfixturevalue("shared_redis")
        port = redis.connection_pool.connection_kwargs["port"]
        settings["database_url"] = request.getfixturevalue("postgres_server").database()
        settings["redis_url"] = f"redis://127.0.0.1:{port}/1"

    def start(clock: HeldClock | None = None, **limits: Any) -> AbstractAsyncContextManager[HeldService]:
        return held_service(tmp_path, clock or HeldClock(), **(settings | limits))

    return start


async def days_of(service: HeldService) -> list[tuple[str, int]]:
    """Return the daily counts of the only student of a service on SQLite."""
    return await service.database.read(
        lambda connection: [
            (row.day, row.messages)
            for row in connection.exec_driver_sql("SELECT day, messages FROM daily_usage ORDER BY day")
        ]
    )


async def footprint(service: HeldService, redis: Redis | None) -> dict[str, Any]:
    """Return every row of the database and every counter in Redis."""

    def read(connection: Connection) -> dict[str, Any]:
        return {
            name: sorted(map(repr, connection.execute(select(table))))
            for name, table in Base.metadata.tables.items()
            if name != "refresh_tokens"
        }

    found = await service.database.read(read)
    if redis is not None:
        for key in await redis.keys("tutor:[!s]*"):  # Connection slots are omitted, since their leases are renewed.
            is_window = await redis.type(key) == "zset"
            found[str(key)] = await redis.zrange(key, 0, -1, withscores=True) if is_window else await redis.get(key)
    return found


@pytest.mark.parametrize(("limits", "code", "limit"), LIMITS)
async def test_a7_a_refusal_leaves_everything_as_it_was(
    limits: dict[str, int],
    code: str,
    limit: str,
    *,
    start: Start,
    request: pytest.FixtureRequest,
    upstream: FakeUpstream,
) -> None:
    """A7, A8: a refusal names its limit and `retry_after`, and changes neither database nor Redis nor other limits."""
    async with start(**limits) as service:
        is_shared = service.database.engine.dialect.name == "postgresql"
        redis: Redis | None = request.getfixturevalue("shared_redis") if is_shared else None
        token = (await service.register())["access_token"]
        async with connect(service.url, token) as chat:
            await chat.answer()
            before = await footprint(service, redis)
            refusals = [(await chat.answer())[-1] for _ in range(3)]
            after = await footprint(service, redis)

    assert {(refusal["code"], refusal["limit"]) for refusal in refusals} == {(code, limit)}
    assert all(refusal["retry_after"] > 0 for refusal in refusals)
    assert after == before
    assert len(upstream.calls) == 1


@pytest.mark.real_time
@pytest.mark.timeout(180)  # Client, service and model share this process, and the machine may be busy.
async def test_a3_a_thousand_asks_of_fifty_students(start: Start, upstream: FakeUpstream) -> None:
    """A3: of a thousand asks of fifty students, exactly 200 call a provider; the refused ones use up nothing."""
    upstream.default = Behaviour(text="Look at line 3.")
    async with start(messages_per_minute=1000) as service, AsyncExitStack() as stack:
        students = [await service.register(f"student-{number}@uni.example") for number in range(50)]
        chats = [await stack.enter_async_context(connect(service.url, student["access_token"])) for student in students]
        groups = await asyncio.gather(*(ask_at_once(chat, 20) for chat in chats))
        counts = await service.database.read(
            lambda connection: connection.exec_driver_sql("SELECT sum(messages) FROM daily_usage").scalar()
        )

    assert Counter(end for ends in groups for end in ends) == {"done": 200, "GLOBAL_LIMIT_REACHED": 800}
    assert len(upstream.calls) == 200
    assert counts == 200


@pytest.mark.parametrize(("limits", "code", "limit"), LIMITS)
async def test_a8_a_refusal_keeps_its_word(
    limits: dict[str, int], code: str, limit: str, tmp_path: Path, upstream: FakeUpstream
) -> None:
    """A8: after `retry_after` seconds an ask is accepted, one second earlier it is not."""
    clock = HeldClock(at=LATE)
    model: dict[str, Any] = {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url}
    async with (
        held_service(tmp_path, clock, **(model | limits)) as service,
        connect(service.url, (await service.register())["access_token"]) as chat,
    ):
        await chat.answer()
        clock.seconds = 10.5
        refusal = (await chat.answer())[-1]
        clock.seconds += refusal["retry_after"] - 1
        too_early = (await chat.answer())[-1]
        clock.seconds += 1
        in_time = (await chat.answer())[-1]

    assert (refusal["code"], refusal["limit"], refusal["retry_after"]) == (code, limit, 50)
    assert refusal.get("resets_at") == ("2026-03-02T00:00:00Z" if limit == "daily_messages" else None)
    assert too_early["code"] == code
    assert in_time["type"] == "done"


async def test_a9_an_answer_over_midnight_counts_on_the_day_it_began(tmp_path: Path, upstream: FakeUpstream) -> None:
    """A9: an answer over midnight counts only on the day on which it began."""
    clock = HeldClock(at=LATE, seconds=59)
    upstream.play(Behaviour(text=long_hint(80), token_seconds=0.01))
    model: dict[str, Any] = {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url}
    async with held_service(tmp_path, clock, **model) as service:
        token = (await service.register())["access_token"]
        async with connect(service.url, token) as chat:
            request_id = await chat.ask()
            await until(lambda: upstream.calls)
            clock.seconds += 2
            over_midnight = await chat.collect(request_id)
            _, account = await service.me(token)
            today = await chat.answer()
            days = await days_of(service)

    assert over_midnight[-1]["type"] == today[-1]["type"] == "done"
    assert account["messages_today"] == 0
    assert days == [("2026-03-01", 1), ("2026-03-02", 1)]
    assert today[0]["remaining_today"] == 99


async def test_a9_a_failure_after_midnight_is_given_back_to_yesterday(tmp_path: Path, upstream: FakeUpstream) -> None:
    """A9: an ask of yesterday that fails today is given back to yesterday's count."""
    clock = HeldClock(at=LATE, seconds=59)
    upstream.play(Behaviour(status=400, head_seconds=0.2))
    model: dict[str, Any] = {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url}
    async with (
        held_service(tmp_path, clock, daily_message_cap=2, **model) as service,
        connect(service.url, (await service.register())["access_token"]) as chat,
    ):
        failing = await chat.ask()
        await until(lambda: upstream.calls)
        clock.seconds += 2
        failed = await chat.collect(failing)
        ends = [(await chat.answer())[-1] for _ in range(3)]
        days = await days_of(service)

    assert failed[-1]["code"] == "AI_UNAVAILABLE"
    assert [end.get("code", "done") for end in ends] == ["done", "done", "DAILY_CAP_REACHED"]
    assert days == [("2026-03-01", 0), ("2026-03-02", 2)]
