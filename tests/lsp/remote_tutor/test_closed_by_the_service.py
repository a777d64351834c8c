"""The client of the service: the service closes the connection for its limits, a stop or a restart."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from aiohttp.test_utils import unused_port

from testing.editor_side.answers import collect, error_of, question, text_of
from testing.editor_side.remote_tutor import QUICK, answer_all
from testing.editor_side.scripted_service import ScriptedService
from testing.waiting import until
from tutor_lsp.sign_in.credentials import StaticToken
from tutor_lsp.tutors.remote import RemoteTutor
from tutor_lsp.tutors.tutor import Status
from tutor_protocol import CloseCode, Error, ErrorCode

if TYPE_CHECKING:
    from testing.editor_side.remote_tutor import Build
    from testing.editor_side.scripted_service import Connection


async def close_4002(connection: Connection) -> None:
    """Close the connection with 4002: the student has too many connections."""
    await connection.socket.close(code=CloseCode.TOO_MANY_CONNECTIONS)


async def test_too_many_windows(build: Build) -> None:
    """If the first connection is closed with 4002, the status is `tooManyWindows`, and the error is retryable."""
    states: list[Status] = []
    service = ScriptedService(close_4002)
    async with service.serve() as url:
        error = error_of(await collect(build(url, states=states), question()))
        assert len(service.connections) == 1
    assert states[-1].state == "tooManyWindows"
    assert (error.content, error.retryable) == (states[-1].message, True)


async def test_own_ghost_is_waited_out(build: Build) -> None:
    """4002 during a reconnect may be caused by the client's own dropped connection, so the client retries."""

    async def drop(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        connection.drop()

    async def carry_on(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "b", first_seq=1)

    async with ScriptedService(drop, close_4002, close_4002, carry_on).serve() as url:
        assert text_of(await collect(build(url), question())) == "ab"


async def close_1008(connection: Connection) -> None:
    """Close the connection with 1008: the client sent too many frames."""
    await connection.socket.close(code=CloseCode.TOO_MANY_FRAMES)


async def test_too_many_frames_are_waited_out_once(build: Build) -> None:
    """After 1008 the client waits longer than the service blocks the student, and resumes the answer."""

    async def cut(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        await close_1008(connection)

    async def carry_on(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "b", first_seq=1)

    waits: list[float] = []
    states: list[Status] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with ScriptedService(cut, carry_on).serve() as url:
        tutor = RemoteTutor(url, StaticToken("secret"), on_status=states.append, jitter=lambda: 0.5, sleep=sleep)
        messages = await collect(tutor, question())
        await tutor.close()

    assert text_of(messages) == "ab"
    assert waits == [pytest.approx(16.5)]
    assert [state.state for state in states].count("reconnecting") == 1


async def test_too_many_frames_again_end_the_asks_with_one_message(build: Build) -> None:
    """After a second 1008 in a row, the client ends the asks, and reconnects only for the next ask."""
    states: list[Status] = []
    service = ScriptedService(close_1008)
    async with service.serve() as url:
        error = error_of(await collect(build(url, states=states), question()))

    assert len(service.connections) == 2
    assert (error.code, error.retryable) == (ErrorCode.AI_UNAVAILABLE, True)
    assert error.content == "Too much was sent to the tutor at once. Wait a moment, then ask again."
    assert states[-1] == Status("offline", error.content)


async def test_an_ask_that_a_stopping_service_refuses_is_asked_again(build: Build) -> None:
    """An ask that gets `SHUTTING_DOWN` before `accepted` is sent again over the next connection."""

    async def refuse(connection: Connection) -> None:
        frame = await connection.receive()
        request_id = UUID(frame["request_id"])
        await connection.send(
            Error(request_id=request_id, code=ErrorCode.SHUTTING_DOWN, content="Stopping.", retryable=True)
        )
        await connection.socket.close(code=CloseCode.RESTARTING)

    service = ScriptedService(refuse, answer_all)
    async with service.serve() as url:
        messages = await collect(build(url), question())

    assert text_of(messages) == "look at this"
    assert [connection.received[0]["type"] for connection in service.connections] == ["ask", "ask"]


async def test_an_answer_that_a_stopping_service_ended_is_not_asked_again(build: Build) -> None:
    """`SHUTTING_DOWN` after `accepted` ends the answer, and the ask is not sent again."""

    async def end(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.answer(frame, "a", finish=False)
        request_id = UUID(frame["request_id"])
        await connection.send(
            Error(request_id=request_id, code=ErrorCode.SHUTTING_DOWN, content="Stopping.", retryable=True)
        )

    async with ScriptedService(end).serve() as url:
        error = error_of(await collect(build(url), question()))

    assert (error.code, error.retryable) == (ErrorCode.SHUTTING_DOWN, True)


async def test_service_going_down_is_resumed(build: Build) -> None:
    """A close with 1001 during an answer is handled like a dropped connection."""

    async def go_down(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        await connection.socket.close(code=CloseCode.SHUTTING_DOWN)

    async def carry_on(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "b", first_seq=1)

    async with ScriptedService(go_down, carry_on).serve() as url:
        assert text_of(await collect(build(url), question())) == "ab"


async def test_a_restart_that_closed_a_quiet_connection_is_waited_out(build: Build) -> None:
    """After a restart (1012) without open asks, the next ask waits until the service is reachable again."""
    closed = asyncio.Event()

    async def answer_and_restart(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a")
        await connection.socket.close(code=CloseCode.RESTARTING)
        closed.set()

    port = unused_port()
    tutor = build(f"http://127.0.0.1:{port}", timing=replace(QUICK, give_up=5))
    async with ScriptedService(answer_and_restart).serve(port):
        await collect(tutor, question())
        await closed.wait()
    asking = asyncio.create_task(collect(tutor, question()))
    await until(lambda: tutor.status.state == "reconnecting")
    async with ScriptedService(answer_all).serve(port):
        assert text_of(await asking) == "look at this"
