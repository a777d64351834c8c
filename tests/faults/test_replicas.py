"""Two processes of one service, with shared PostgreSQL and Redis, that get the same request."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from testing.chat_client import Chat, connect, text_of
from testing.clock import HeldClock
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.held_service import HeldService, held_service
from testing.long_hints import long_hint

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.servers import PostgresServer, RedisServer

TEXT = long_hint(40)


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Run a slow fake upstream."""
    async with FakeUpstream() as running:
        running.default = Behaviour(text=TEXT, token_seconds=0.005)
        yield running


@pytest.fixture
async def pair(
    tmp_path: Path, upstream: FakeUpstream, postgres_server: PostgresServer, redis_server: RedisServer
) -> AsyncIterator[tuple[HeldService, HeldService]]:
    """Run two services that share only PostgreSQL and Redis."""
    settings: dict[str, Any] = {
        "database_url": postgres_server.database(),
        "redis_url": redis_server.url,
        "ANTHROPIC_API_KEY": upstream.key,
        "ANTHROPIC_BASE_URL": upstream.url,
        "messages_per_minute": 1000,
    }
    async with AsyncExitStack() as stack:
        one, other = [
            await stack.enter_async_context(held_service(tmp_path, HeldClock(), **settings)) for _ in range(2)
        ]
        yield one, other


@pytest.fixture
async def chats(pair: tuple[HeldService, HeldService]) -> AsyncIterator[tuple[Chat, Chat]]:
    """Return a WebSocket of the student at each service."""
    one, other = pair
    token = (await one.register(f"{uuid4().hex}@uni.example"))["access_token"]
    async with connect(one.url, token) as first, connect(other.url, token) as second:
        yield first, second


async def rows(service: HeldService, columns: str, table: str) -> list[tuple[Any, ...]]:
    """Return rows of a table."""
    return await service.database.read(
        lambda connection: [tuple(row) for row in connection.exec_driver_sql(f"SELECT {columns} FROM {table}")]
    )


async def test_l3_a_request_that_comes_to_both_at_once_is_one(
    pair: tuple[HeldService, HeldService], chats: tuple[Chat, Chat], upstream: FakeUpstream
) -> None:
    """L3: twenty simultaneous requests with one id at two processes result in one call, row, message and answer."""
    for number in range(20):
        request_id = str(uuid4())
        first, second = await asyncio.gather(*(chat.answer(request_id=request_id) for chat in chats))

        assert first == second
        assert text_of(first).startswith(TEXT)  # From level 2 on, the offline tutor completes it.
        assert first[-1]["type"] == "done"
        assert first[0]["remaining_today"] == 99 - number
    assert len(upstream.calls) == 20
    assert await rows(pair[0], "count(*)", "model_calls") == await rows(pair[0], "calls", "usage_rollups") == [(20,)]
    assert await rows(pair[0], "messages", "daily_usage") == [(20,)]
    assert await rows(pair[0], "hint_level", "problems") == [(5,)]


async def test_l3_a_request_that_runs_elsewhere_is_followed(chats: tuple[Chat, Chat], upstream: FakeUpstream) -> None:
    """L3: if an ask is repeated or resumed at a process that does not write the answer, the same answer is sent."""
    one, other = chats
    request_id = await one.ask()
    await upstream.next_call()

    repeated = await other.answer(request_id=request_id)
    first = await one.collect(request_id)
    await other.send({"type": "resume", "request_id": request_id, "next_seq": 3})
    resumed = await other.collect(request_id)

    assert repeated == first
    assert resumed == first[4:]
    assert len(upstream.calls) == 1


async def test_l3_other_content_under_an_id_that_runs_elsewhere_is_refused(
    chats: tuple[Chat, Chat], upstream: FakeUpstream
) -> None:
    """L3: an id that is in use at another process cannot be used for another question."""
    one, other = chats
    request_id = await one.ask()
    await upstream.next_call()

    refused = await other.answer(request_id=request_id, question="Something else?")
    await one.collect(request_id)

    assert [frame["code"] for frame in refused] == ["VALIDATION_FAILED"]


async def test_l3_a_failure_is_shared_and_frees_the_id(
    pair: tuple[HeldService, HeldService], chats: tuple[Chat, Chat], upstream: FakeUpstream
) -> None:
    """L3: if the provider fails before any text, both processes send the error, and the id can be used again."""
    upstream.play(*[Behaviour(status=500, head_seconds=0.1)] * 2)
    request_id = await chats[0].ask()
    await upstream.next_call()
    followed, first = await asyncio.gather(chats[1].answer(request_id=request_id), chats[0].collect(request_id))

    again = await chats[1].answer(request_id=request_id)

    assert [frames[-1]["code"] for frames in (first, followed)] == ["AI_UNAVAILABLE"] * 2
    assert again[-1]["type"] == "done"
    assert again[0]["remaining_today"] == 99
    assert await rows(pair[0], "messages", "daily_usage") == [(1,)]
