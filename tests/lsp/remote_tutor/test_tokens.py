"""The client of the service: tokens that are rejected, renewed, replaced or missing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from testing.editor_side.answers import collect, error_of, question, text_of
from testing.editor_side.remote_tutor import Renewable, answer_all
from testing.editor_side.scripted_service import MESSAGE_ID, ScriptedService, serving
from testing.waiting import until
from tutor_lsp.tutors.tutor import SIGNED_OUT, Status
from tutor_protocol import CloseCode, Done, ErrorCode

if TYPE_CHECKING:
    from testing.editor_side.remote_tutor import Build
    from testing.editor_side.scripted_service import Connection


async def close_4001(connection: Connection) -> None:
    """Close the connection with 4001: the token is invalid."""
    await connection.socket.close(code=CloseCode.UNAUTHENTICATED)


async def test_dead_token_signs_out(build: Build) -> None:
    """If the token is rejected (4001) and cannot be renewed, the status becomes signedOut after one attempt."""
    states: list[Status] = []
    service = ScriptedService(close_4001)
    async with service.serve() as url:
        error = error_of(await collect(build(url, states=states), question()))
        assert len(service.connections) == 1
    assert (error.code, error.retryable) == (ErrorCode.UNAUTHENTICATED, False)
    assert "TUTOR_ACCESS_TOKEN" in error.content
    assert states[-1] == Status("signedOut", error.content, "tutor.signIn")


async def test_unauthorised_handshake_signs_out(build: Build) -> None:
    """A proxy's HTTP status 401 has the same effect as 4001."""

    async def handle(_request: web.Request) -> web.Response:
        return web.Response(status=401)

    async with serving(handle) as url:
        tutor = build(url)
        await collect(tutor, question())
        assert tutor.status.state == "signedOut"


async def test_no_token_asks_nobody(build: Build) -> None:
    """Without a token the status is signedOut, and no connection is opened."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url, Renewable(token=None))
        error = error_of(await collect(tutor, question()))
        assert service.connections == []
    assert (error.content, tutor.status.state) == (SIGNED_OUT.message, "signedOut")


async def test_renewed_token_carries_the_answer_on(build: Build) -> None:
    """A token that expires during an answer is renewed, and the answer is resumed."""

    async def expire(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        await connection.socket.close(code=CloseCode.UNAUTHENTICATED)

    async def carry_on(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "b", first_seq=1)

    states: list[Status] = []
    credentials = Renewable(renewals=["second"])
    service = ScriptedService(expire, carry_on)
    async with service.serve() as url:
        assert text_of(await collect(build(url, credentials, states=states), question())) == "ab"
        tokens = [connection.request.headers["Authorization"] for connection in service.connections]
    assert tokens == ["Bearer first", "Bearer second"]
    assert credentials.rejected == ["first"]
    assert [status.state for status in states] == ["connecting", "ready"]


async def test_renewed_token_that_is_refused_signs_out(build: Build) -> None:
    """If the renewed token is rejected, too, the status becomes signedOut."""
    credentials = Renewable(renewals=["second", "third"])
    service = ScriptedService(close_4001)
    async with service.serve() as url:
        tutor = build(url, credentials)
        error_of(await collect(tutor, question()))
        assert len(service.connections) == 2
    assert tutor.status.state == "signedOut"


async def test_replaced_token_goes_ahead_of_the_next_ask(build: Build) -> None:
    """On an open connection a new token is sent in an `auth` frame before the next ask."""

    async def answer_asks(connection: Connection) -> None:
        while True:
            frame = await connection.receive()
            if frame["type"] == "ask":
                await connection.answer(frame)

    credentials = Renewable()
    service = ScriptedService(answer_asks)
    async with service.serve() as url:
        tutor = build(url, credentials)
        await collect(tutor, question())
        credentials.token = "second"
        await collect(tutor, question())
        (connection,) = service.connections
    assert [frame["type"] for frame in connection.received] == ["ask", "auth", "ask"]
    assert connection.received[1]["access_token"] == "second"


async def test_a_failure_to_get_a_token_ends_one_ask(build: Build) -> None:
    """After the credentials have raised unexpectedly, the next ask is answered over a working connection."""

    class FailsOnce(Renewable):
        async def access_token(self) -> str | None:
            self.rejected.append("asked")
            if len(self.rejected) == 2:
                raise RuntimeError("can't start new thread")
            return self.token

    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url, FailsOnce())
        failed = await collect(tutor, question())
        answered = await collect(tutor, question())

    assert error_of(failed).code == ErrorCode.INTERNAL_ERROR
    assert isinstance(answered[-1], Done)


async def test_an_ask_that_waits_for_its_token_delays_no_other_message(build: Build) -> None:
    """While an ask waits for a new access token, a rating is sent without waiting."""
    refreshed = asyncio.Event()

    class Slow(Renewable):
        async def access_token(self) -> str | None:
            self.rejected.append("asked")
            if len(self.rejected) == 3:
                await refreshed.wait()
            return self.token

    async def answer_asks(connection: Connection) -> None:
        while True:
            frame = await connection.receive()
            if frame["type"] == "ask":
                await connection.answer(frame, "Look.")

    service = ScriptedService(answer_asks)
    async with service.serve() as url:
        tutor = build(url, slow := Slow())
        await collect(tutor, question())
        waiting = asyncio.create_task(collect(tutor, question()))
        await until(lambda: len(slow.rejected) == 3)
        await tutor.rate(str(MESSAGE_ID), helpful=True)
        await until(lambda: service.connections[0].received[-1]["type"] == "rate")
        refreshed.set()
        answer = await waiting

    assert isinstance(answer[-1], Done)
