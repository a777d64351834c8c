"""PostgreSQL or Redis fails during an answer: the answer still reaches the student, and is settled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from testing.chat_client import Chat, connect, text_of
from testing.clock import HeldClock
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.held_service import HeldService, held_service
from testing.long_hints import long_hint
from testing.servers import PostgresServer, RedisServer, find_postgres, throw_away_postgres
from testing.waiting import POLL_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from tests.conftest import RequireProgram

pytestmark = pytest.mark.real_time


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Run a fake upstream."""
    async with FakeUpstream() as running:
        yield running


@pytest.fixture
def own_postgres(require_program: RequireProgram) -> Iterator[PostgresServer]:
    """Return a PostgreSQL that a test may stop."""
    with throw_away_postgres(find_postgres() or require_program("initdb")) as server:
        yield server


@pytest.fixture
def own_redis(require_program: RequireProgram) -> Iterator[RedisServer]:
    """Return a Redis that a test may stop."""
    server = RedisServer(require_program("redis-server")).start()
    yield server
    server.stop()


def serving(folder: Path, upstream: FakeUpstream, **settings: Any) -> AbstractAsyncContextManager[HeldService]:
    """Run a service in this process with the fake upstream."""
    model = {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url}
    return held_service(folder, HeldClock(), **(model | settings))


async def until_answered(chat: Chat) -> list[dict[str, Any]]:
    """Retry an ask until it is answered. Raises `TimeoutError` after 5 seconds."""
    async with asyncio.timeout(5):
        while True:
            frames = await chat.answer()
            if frames[-1]["type"] == "done":
                return frames
            await asyncio.sleep(0.1)


async def until_settled(service: HeldService, *, input_tokens: int) -> str:
    """Return the state of the call with that usage, once it is written. Raise `TimeoutError` after 10 seconds."""
    async with asyncio.timeout(10):
        while True:
            states = await service.database.read(
                lambda connection: connection.exec_driver_sql(
                    f"SELECT state FROM model_calls WHERE input_tokens = {input_tokens:d}"
                ).all()
            )
            if states:
                return str(states[0][0])
            await asyncio.sleep(POLL_SECONDS)


async def test_a11_postgresql_killed_while_an_answer_streams(
    tmp_path: Path, upstream: FakeUpstream, own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A11: without PostgreSQL, the text reaches the student with a note that it was not saved, and is billed later."""
    monkeypatch.setattr("tutor_server.tutoring.settling.RETRY_SECONDS", 0.1)
    upstream.play(Behaviour(text=long_hint(80), token_seconds=0.02, input_tokens=77))
    async with serving(tmp_path, upstream, database_url=own_postgres.database()) as service:
        token = (await service.register())["access_token"]
        async with connect(service.url, token) as chat:
            request_id = await chat.ask()
            while (await chat.receive())["type"] != "delta":
                pass
            await asyncio.to_thread(own_postgres.stop)
            end = (await chat.collect(request_id))[-1]
            await asyncio.to_thread(own_postgres.start)
            frames = await until_answered(chat)
            settled = await until_settled(service, input_tokens=77)
            replayed = await chat.answer(request_id=request_id)

    assert end["code"] == "DATABASE_UNAVAILABLE"
    assert settled == "settled"
    assert text_of(replayed) == long_hint(80)
    assert frames[0]["hint_level"] == 2


async def test_a10_redis_killed_while_an_answer_streams(
    tmp_path: Path, upstream: FakeUpstream, own_redis: RedisServer
) -> None:
    """A10: without Redis, an answer that was already admitted continues to its end."""
    upstream.play(Behaviour(text=long_hint(80), token_seconds=0.01))
    async with serving(tmp_path, upstream, redis_url=own_redis.url) as service:
        token = (await service.register())["access_token"]
        async with connect(service.url, token) as chat:
            request_id = await chat.ask()
            await until(lambda: upstream.calls)
            own_redis.stop()
            frames = await chat.collect(request_id)

    assert frames[-1]["type"] == "done"
    assert text_of(frames) == long_hint(80)
