"""Answers that one process of the service writes and another reads, resumes or cancels, with real processes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio

from testing.chat_client import Chat, connect, text_of
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.faults.short_times import PROGRAM
from testing.long_hints import long_hint
from testing.service import RunningService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.servers import PostgresServer, RedisServer
    from testing.service import Service, SignUp, Student

SLOW = Behaviour(text=long_hint(80), token_seconds=0.02)

pytestmark = [pytest.mark.real_time, pytest.mark.asyncio(loop_scope="module")]


@dataclass(frozen=True, slots=True)
class Two:
    """Two services of one process each that share PostgreSQL and Redis, and the fake model that they use."""

    first: Service
    second: Service
    upstream: FakeUpstream
    settings: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two(
    postgres_server: PostgresServer, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Two]:
    """Start the two services."""
    async with FakeUpstream() as upstream:
        settings = {
            "TUTOR_DATABASE_URL": postgres_server.database(),
            "TUTOR_REDIS_URL": redis_server.url,
            "TUTOR_JWT_SECRET": "a secret that is long enough for tests",
            "OPENAI_API_KEY": upstream.key,
            "OPENAI_BASE_URL": upstream.openai_url,
        }
        async with (
            RunningService(tmp_path_factory.mktemp("first"), settings, program=PROGRAM) as first,
            RunningService(tmp_path_factory.mktemp("second"), settings, program=PROGRAM) as second,
        ):
            yield Two(first, second, upstream, settings)


@pytest_asyncio.fixture(loop_scope="module")
async def student(two: Two, sign_up: SignUp) -> Student:
    """Return a new student, after resetting the fake model."""
    two.upstream.reset()
    return await sign_up(two.first)


async def first_deltas(chat: Chat, count: int) -> list[dict[str, Any]]:
    """Receive an answer's frames up to the given number of deltas."""
    frames: list[dict[str, Any]] = []
    while sum(frame["type"] == "delta" for frame in frames) < count:
        frames.append(await chat.receive())
    return frames


async def test_h2_an_answer_is_resumed_at_another_process(two: Two, student: Student) -> None:
    """H2: an answer is resumed at another process after the connection drops; one call, one row, no repeated delta."""
    two.upstream.play(SLOW)
    async with connect(two.first.url, student.access_token) as chat:
        request_id = await chat.ask()
        seen = await first_deltas(chat, 2)
    async with connect(two.second.url, student.access_token) as chat:
        await chat.send({"type": "resume", "request_id": request_id, "next_seq": 2})
        rest = await chat.collect(request_id)

    assert text_of([*seen, *rest]).strip() == SLOW.text.strip()
    assert rest[-1]["type"] == "done"
    assert len(two.upstream.calls) == 1
    assert two.first.query("SELECT state FROM model_calls WHERE user_id = ?", student.id) == [("settled",)]


async def test_l3_one_request_at_two_processes_at_once(two: Two, student: Student) -> None:
    """L3: the same ask at two processes makes one call, counts one message, and streams the same answer from both."""
    two.upstream.play(SLOW)
    request_id = str(uuid4())
    async with (
        connect(two.first.url, student.access_token) as here,
        connect(two.second.url, student.access_token) as there,
    ):
        await asyncio.gather(here.ask(request_id=request_id), there.ask(request_id=request_id))
        ours, theirs = await asyncio.gather(here.collect(request_id), there.collect(request_id))

    assert ours == theirs
    assert text_of(ours).strip() == SLOW.text.strip()
    assert len(two.upstream.calls) == 1
    assert two.first.query("SELECT hint_level FROM problems WHERE user_id = ?", student.id) == [(1,)]


async def test_e6_an_answer_is_stopped_from_another_process(two: Two, student: Student) -> None:
    """E6: a cancel at another process ends the answer for both readers and closes the provider's stream."""
    two.upstream.play(SLOW)
    async with (
        connect(two.first.url, student.access_token) as here,
        connect(two.second.url, student.access_token) as there,
    ):
        request_id = await here.ask()
        await first_deltas(here, 1)
        await there.send({"type": "resume", "request_id": request_id, "next_seq": 0})
        await first_deltas(there, 1)
        await there.send({"type": "cancel", "request_id": request_id})
        ends = [(await chat.collect(request_id))[-1] for chat in (here, there)]

    assert [end["code"] for end in ends] == ["CANCELLED", "CANCELLED"]
    await asyncio.wait_for(two.upstream.calls[0].closed.wait(), 5)
    assert two.upstream.calls[0].closed_by == "client"


async def test_an_answer_that_ended_elsewhere_is_replayed(two: Two, student: Student) -> None:
    """A finished answer, when it is requested again, is the same at every process."""
    async with connect(two.first.url, student.access_token) as chat:
        request_id = await chat.ask()
        whole = await chat.collect(request_id)
    async with connect(two.second.url, student.access_token) as chat:
        assert await chat.answer(request_id=request_id) == whole


async def test_l1_what_survives_a_dead_process_is_given_before_the_interruption(
    two: Two, student: Student, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """If the writing process is killed, others send the deltas that it had published, then `ANSWER_INTERRUPTED`."""
    two.upstream.play(SLOW)
    async with RunningService(tmp_path_factory.mktemp("doomed"), two.settings, program=PROGRAM) as doomed:
        async with connect(doomed.url, student.access_token) as chat:
            request_id = await chat.ask()
            seen = await first_deltas(chat, 2)
        doomed.process.kill()
        doomed.process.wait()
        ends = []
        for service in (two.first, two.second):
            async with connect(service.url, student.access_token) as chat:
                await chat.send({"type": "resume", "request_id": request_id, "next_seq": 0})
                ends.append(await chat.collect(request_id))

    shown = text_of(seen)
    assert [end[-1]["code"] for end in ends] == ["ANSWER_INTERRUPTED"] * 2
    assert [text_of(end)[: len(shown)] for end in ends] == [shown] * 2
