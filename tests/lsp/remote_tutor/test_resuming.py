"""The client of the service: answers whose connection drops, or carries what the client cannot use."""

from __future__ import annotations

import asyncio
import json
import random
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from testing.editor_side.answers import collect, error_of, question, text_of
from testing.editor_side.remote_tutor import answer_all
from testing.editor_side.scripted_service import ScriptedService, accepted, delta
from tutor_lsp.service.retry import ConnectionTiming
from tutor_lsp.sign_in.credentials import StaticToken
from tutor_lsp.tutors.remote import RemoteTutor
from tutor_protocol import Done, Error, ErrorCode

if TYPE_CHECKING:
    from testing.editor_side.remote_tutor import Build
    from testing.editor_side.scripted_service import Connection
    from tutor_lsp.tutors.tutor import Status


async def test_gap_is_closed_by_a_resume(build: Build) -> None:
    """If a delta is missing, the client reconnects and resumes the answer from the missing one."""

    async def skip(connection: Connection) -> None:
        request_id = UUID((await connection.receive())["request_id"])
        await connection.send(accepted(request_id), delta(request_id, 0, "a"), delta(request_id, 2, "c"))

    async def carry_on(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.answer(frame, "b", "c", first_seq=frame["next_seq"])

    service = ScriptedService(skip, carry_on)
    async with service.serve() as url:
        assert text_of(await collect(build(url), question())) == "abc"
        assert service.connections[1].received[0]["next_seq"] == 1


async def test_dropped_line_is_resumed_and_said_once(build: Build) -> None:
    """E8: if the connection drops during an answer, the client resumes the answer without repeating deltas."""

    async def drop_after_two(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "one ", "two ", finish=False)
        connection.drop()

    async def refuse(connection: Connection) -> None:
        connection.drop()

    async def carry_on(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "two ", "three", first_seq=1)

    states: list[Status] = []
    service = ScriptedService(drop_after_two, refuse, refuse, carry_on)
    async with service.serve() as url:
        ask = question()
        messages = await collect(build(url, states=states), ask)
        assert text_of(messages) == "one two three"
        assert isinstance(messages[-1], Done)
        resumed = service.connections[3].received[0]
        assert resumed == {"type": "resume", "request_id": str(ask.request_id), "next_seq": 2}
    assert [status.state for status in states] == ["connecting", "ready", "reconnecting", "ready"]
    assert states[2].message == "Connection lost. Reconnecting…"


async def test_ask_that_was_not_accepted_is_sent_again(build: Build) -> None:
    """If the connection drops before Accepted, the same ask is sent again under its id."""

    async def drop(connection: Connection) -> None:
        await connection.receive()
        connection.drop()

    service = ScriptedService(drop, answer_all)
    async with service.serve() as url:
        assert text_of(await collect(build(url), question())) == "look at this"
        first, second = service.connections
        assert first.received == second.received[:1]


async def test_all_open_asks_are_carried_over(build: Build) -> None:
    """If the connection drops during three answers, all three are resumed and complete."""

    async def drop(connection: Connection) -> None:
        for _ in range(3):
            await connection.answer(await connection.receive(), "a", finish=False)
        connection.drop()

    async def carry_on(connection: Connection) -> None:
        for _ in range(3):
            await connection.answer(await connection.receive(), "b", first_seq=1)

    service = ScriptedService(drop, carry_on)
    async with service.serve() as url:
        tutor = build(url)
        answers = await asyncio.gather(*(collect(tutor, question()) for _ in range(3)))
        assert [text_of(answer) for answer in answers] == ["ab"] * 3
        assert len(service.connections) == 2


async def test_hundred_random_drops_lose_nothing(build: Build) -> None:
    """H2, client side: 100 drops at random moments give 100 complete answers, each delta once."""
    chance = random.Random(7)
    words = [str(number) for number in range(20)]

    async def drop_somewhere(connection: Connection) -> None:
        frame = await connection.receive()
        start = frame.get("next_seq", 0)
        stop = chance.randrange(21) if frame["type"] == "ask" else 20
        await connection.answer(frame, *words[start:stop], first_seq=start, finish=stop == 20)
        connection.drop()

    async with ScriptedService(drop_somewhere).serve() as url:
        tutor = build(url, timing=ConnectionTiming(give_up=5, first_delay=0.001, longest_delay=0.002))
        answers = [await collect(tutor, question()) for _ in range(100)]
    assert [text_of(answer) for answer in answers] == ["".join(words)] * 100
    assert all(isinstance(answer[-1], Done) for answer in answers)


async def test_lost_service_is_given_up_after_a_while(build: Build) -> None:
    """If the service does not come back, the answer ends with one retryable error after a few retries."""

    async def drop(connection: Connection) -> None:
        if len(service.connections) == 1:
            await connection.answer(await connection.receive(), "a", finish=False)
        connection.drop()

    service = ScriptedService(drop)
    async with service.serve() as url:
        tutor = build(url)
        messages = await collect(tutor, question())
    assert text_of(messages) == "a"
    error = error_of(messages)
    assert (error.code, error.retryable) == (ErrorCode.ANSWER_INTERRUPTED, True)
    assert tutor.status.state == "offline"
    assert 3 <= len(service.connections) <= 40


async def test_service_that_repeats_itself_is_given_up(build: Build) -> None:
    """If the service only repeats old deltas, the client gives up after a few retries."""

    async def stutter(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.send(accepted(UUID(frame["request_id"])), delta(UUID(frame["request_id"]), 0, "a"))
        connection.drop()

    async with ScriptedService(stutter).serve() as url:
        messages = await collect(build(url), question())
    assert error_of(messages).code == ErrorCode.ANSWER_INTERRUPTED


async def test_tries_are_spaced_with_back_off_and_jitter() -> None:
    """Retry delays double up to a maximum, and jitter shortens each by up to half."""
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    async def drop(connection: Connection) -> None:
        if len(service.connections) < 8:
            if len(service.connections) == 1:
                await connection.answer(await connection.receive(), "a", finish=False)
            connection.drop()
        else:
            await connection.answer(await connection.receive(), "b", first_seq=1)

    service = ScriptedService(drop)
    jitters = iter([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.5])
    async with service.serve() as url:
        tutor = RemoteTutor(url, StaticToken("secret"), jitter=lambda: next(jitters), sleep=note)
        assert text_of(await collect(tutor, question())) == "ab"
        await tutor.close()
    assert waits == [0.125, 0.5, 0.5, 1.0, 2.0, 2.5, 3.75]


async def test_answer_that_is_gone_is_interrupted(build: Build) -> None:
    """If a resume gets NOT_FOUND, the answer ends as interrupted and keeps its text."""

    async def drop(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        connection.drop()

    async def forget(connection: Connection) -> None:
        request_id = UUID((await connection.receive())["request_id"])
        await connection.send(Error(request_id=request_id, code=ErrorCode.NOT_FOUND, content="Not found."))

    async with ScriptedService(drop, forget).serve() as url:
        error = error_of(await collect(build(url), question()))
    assert (error.code, error.retryable) == (ErrorCode.ANSWER_INTERRUPTED, True)


async def test_dead_line_is_noticed_by_its_silence(build: Build) -> None:
    """If pings get no reply, the connection counts as dropped, and the answer is resumed."""

    async def go_dead(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        async for _ in connection.socket:
            pass  # Without `autoping`, the test server does not reply to pings.

    async def carry_on(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "b", first_seq=1)

    service = ScriptedService(go_dead, carry_on, autoping=False)
    async with service.serve() as url:
        tutor = build(url, timing=ConnectionTiming(heartbeat=0.1, first_delay=0.01))
        assert text_of(await collect(tutor, question())) == "ab"


@pytest.mark.parametrize(
    "garbage",
    ["not json", "[1]", '{"type": 3}', '{"type": "delta", "request_id": "x"}', "[" * 100_000, '{"type": "delta"}'],
)
async def test_garbage_breaks_the_line_and_not_the_answer(build: Build, garbage: str) -> None:
    """After a frame that cannot be decoded, the client reconnects and resumes the answer."""

    async def babble(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        await connection.socket.send_str(garbage)

    async def carry_on(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "b", first_seq=1)

    async with ScriptedService(babble, carry_on).serve() as url:
        assert text_of(await collect(build(url), question())) == "ab"


async def test_binary_and_huge_frames_break_the_line(build: Build) -> None:
    """After a binary frame, or one over 1 MiB, the client reconnects."""

    async def send_binary(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        await connection.socket.send_bytes(b"\x00")

    async def send_huge(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "b", first_seq=1, finish=False)
        await connection.socket.send_str(json.dumps({"type": "x", "padding": "x" * 1024 * 1024}))

    async def carry_on(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "c", first_seq=2)

    async with ScriptedService(send_binary, send_huge, carry_on).serve() as url:
        assert text_of(await collect(build(url), question())) == "abc"
