"""The client of the service, over real sockets on loopback."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

from testing.certificates import self_signed_context
from testing.editor_side.scripted_service import MESSAGE_ID, Connection, ScriptedService, accepted, delta, done, serving
from testing.waiting import until
from tutor_lsp.service.retry import ConnectionTiming
from tutor_lsp.sign_in.credentials import StaticToken
from tutor_lsp.tutors.remote import RemoteTutor
from tutor_lsp.tutors.tutor import SIGNED_OUT, Status
from tutor_protocol import Accepted, Ask, CloseCode, Delta, Done, Error, ErrorCode, Limit, Position

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tutor_lsp.service.credentials import Credentials
    from tutor_protocol import FromService

QUICK = ConnectionTiming(
    idle=5, give_up=0.3, first_delay=0.01, longest_delay=0.02, rate_pause=0.05, silence=5, heartbeat=5
)


@dataclass(slots=True)
class Renewable:
    """Credentials with one token, which `renew` replaces by the next item of `renewals`."""

    token: str | None = "first"
    renewals: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)

    async def access_token(self) -> str | None:
        """Return the current token."""
        return self.token

    async def renew(self, rejected_token: str) -> str | None:
        """Return the next token, or None if there is none."""
        self.rejected.append(rejected_token)
        self.token = self.renewals.pop(0) if self.renewals else None
        return self.token


Build = Callable[..., RemoteTutor]


@pytest.fixture
async def build() -> AsyncIterator[Build]:
    """Yield a factory of tutors, which are closed after the test."""
    tutors: list[RemoteTutor] = []

    def make(
        url: str,
        credentials: Credentials | None = None,
        *,
        timing: ConnectionTiming = QUICK,
        states: list[Status] | None = None,
    ) -> RemoteTutor:
        tutor = RemoteTutor(
            url,
            credentials or StaticToken("secret"),
            timing=timing,
            on_status=(states if states is not None else []).append,
            jitter=lambda: 0.0,
        )
        tutors.append(tutor)
        return tutor

    yield make
    for tutor in tutors:
        await tutor.close()


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """Return a TLS context with a self-signed certificate."""
    return self_signed_context(tmp_path)


def question(code: str = "print(1 / 0)\n") -> Ask:
    """Build an ask with a unique id."""
    return Ask(request_id=uuid4(), code=code, cursor=Position(0, 0))


async def collect(tutor: RemoteTutor, ask: Ask) -> list[FromService]:
    """Return all messages of an answer."""
    return [message async for message in tutor.ask(ask)]


def text_of(messages: list[FromService]) -> str:
    """Return the joined text of the deltas."""
    return "".join(message.content for message in messages if isinstance(message, Delta))


def error_of(messages: list[FromService]) -> Error:
    """Return the only error of an answer, after checking that it is the last message."""
    *before, last = messages
    assert isinstance(last, Error)
    assert not any(isinstance(message, Done | Error) for message in before)
    return last


async def answer_all(connection: Connection) -> None:
    """Answer every ask with three words. For use as a script."""
    while True:
        await connection.answer(await connection.receive(), "look ", "at ", "this")


async def close_4001(connection: Connection) -> None:
    """Close the connection with 4001: the token is invalid."""
    await connection.socket.close(code=CloseCode.UNAUTHENTICATED)


async def close_4002(connection: Connection) -> None:
    """Close the connection with 4002: the student has too many connections."""
    await connection.socket.close(code=CloseCode.TOO_MANY_CONNECTIONS)


async def say_nothing(_connection: Connection) -> None:
    """Read frames and never answer. For use as a script."""


async def test_answer_streams_in_order(build: Build) -> None:
    """An ask gives Accepted, the deltas in order, and one Done."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        ask = question()
        messages = await collect(build(url), ask)
    assert messages == [
        accepted(ask.request_id),
        delta(ask.request_id, 0, "look "),
        delta(ask.request_id, 1, "at "),
        delta(ask.request_id, 2, "this"),
        done(ask.request_id),
    ]


async def test_connects_at_the_first_ask_with_token_and_subprotocol(build: Build) -> None:
    """The client connects at the first ask, and sends the token in the header, never in the URL."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url)
        await asyncio.sleep(0)
        assert service.connections == []
        await collect(tutor, question())
        (connection,) = service.connections
        assert connection.request.headers["Authorization"] == "Bearer secret"
        assert connection.request.headers["Sec-WebSocket-Protocol"] == "tutor.v1"
        assert connection.request.path_qs == "/api/chat/ws"


def test_aiohttp_is_not_loaded_before_the_first_ask() -> None:
    """Importing the client does not import aiohttp, which would slow down the start of the language server."""
    program = "import sys, tutor_lsp.tutors.remote; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


async def test_many_asks_share_one_line(build: Build) -> None:
    """Interleaved answers over one connection each reach the stream of their own ask."""

    async def interleave(connection: Connection) -> None:
        first, second = await connection.receive(), await connection.receive()
        one, two = UUID(first["request_id"]), UUID(second["request_id"])
        await connection.send(accepted(two), accepted(one), delta(one, 0, "1"), delta(two, 0, "2"))
        await connection.send(delta(two, 1, "2"), done(two), delta(one, 1, "1"), done(one))

    service = ScriptedService(interleave)
    async with service.serve() as url:
        tutor = build(url)
        answers = await asyncio.gather(*(collect(tutor, question()) for _ in range(2)))
        assert sorted(text_of(answer) for answer in answers) == ["11", "22"]
        assert len(service.connections) == 1


async def test_line_is_kept_between_asks(build: Build) -> None:
    """A second ask uses the connection that the first one has opened."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url)
        await collect(tutor, question())
        assert text_of(await collect(tutor, question())) == "look at this"
        assert len(service.connections) == 1


async def test_idle_line_is_closed_and_opened_again(build: Build) -> None:
    """An idle connection is closed after the idle timeout, and the next ask opens a new one."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url, timing=ConnectionTiming(idle=0.01))
        await collect(tutor, question())
        await service.closed.wait()
        assert tutor.status.state == "ready"
        assert text_of(await collect(tutor, question())) == "look at this"
        assert len(service.connections) == 2


async def test_repeated_delta_is_given_once(build: Build) -> None:
    """A repeated delta or Accepted is ignored."""

    async def repeat(connection: Connection) -> None:
        request_id = UUID((await connection.receive())["request_id"])
        await connection.send(accepted(request_id), accepted(request_id), delta(request_id, 0, "a"))
        await connection.send(delta(request_id, 0, "a"), delta(request_id, 1, "b"), delta(request_id, 0, "a"))
        await connection.send(done(request_id))

    async with ScriptedService(repeat).serve() as url:
        messages = await collect(build(url), question())
    assert text_of(messages) == "ab"
    assert sum(isinstance(message, Accepted) for message in messages) == 1


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


async def test_refused_connection_is_one_error_and_one_try(build: Build) -> None:
    """E10: if nothing listens, the ask ends with one clear error after one attempt."""
    states: list[Status] = []
    messages = await collect(build(f"http://127.0.0.1:{unused_port()}", states=states), question())
    assert messages == [error_of(messages)]
    assert (error_of(messages).code, error_of(messages).retryable) == (ErrorCode.AI_UNAVAILABLE, True)
    assert error_of(messages).content == "The tutor at 127.0.0.1 cannot be reached."
    assert [status.state for status in states] == ["connecting", "offline"]
    assert states[-1].message == error_of(messages).content


async def test_unknown_host_is_said_so(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """E10: the error for an unknown host names the host. The resolver is replaced, so no network is needed."""

    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = error_of(await collect(build("https://tutor.invalid"), question()))
    assert error.content == "There is no computer named tutor.invalid, or you are not connected to the network."


async def test_wrong_certificate_is_said_so(build: Build, self_signed: ssl.SSLContext) -> None:
    """E10: an untrusted certificate ends the ask before anything is sent."""
    service = ScriptedService(answer_all)
    states: list[Status] = []
    async with service.serve(tls=self_signed) as url:
        error = error_of(await collect(build(url, states=states), question()))
    assert error.content.startswith("The connection to 127.0.0.1 is not secure: its certificate is self-signed.")
    assert [status.state for status in states] == ["connecting", "offline"]
    assert service.connections == []


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, "Something else answers at 127.0.0.1, perhaps the sign-in page of this network."),
        (302, "The tutor service sends its visitors to another address. Check the address that you have set."),
        (403, "127.0.0.1 does not let this computer in."),
        (404, "There is no tutor service at 127.0.0.1."),
        (503, "The tutor at 127.0.0.1 is not available right now. Please ask again in a moment."),
    ],
)
async def test_answer_that_is_no_websocket_is_explained(build: Build, status: int, content: str) -> None:
    """If a proxy, captive portal or other site responds, one sentence says so, and redirects are not followed."""
    requests = 0

    async def handle(_request: web.Request) -> web.Response:
        nonlocal requests
        requests += 1
        return web.Response(status=status, headers={"Location": "/elsewhere"}, text="<html>Hello</html>")

    async with serving(handle) as url:
        error = error_of(await collect(build(url), question()))
    assert error.content == content
    assert requests == 1


async def test_server_without_our_subprotocol_gets_no_code(build: Build) -> None:
    """A WebSocket server that does not support the subprotocol tutor.v1 gets no ask."""
    frames: list[object] = []

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        frames.extend([frame async for frame in socket])
        return socket

    async with serving(handle) as url:
        error = error_of(await collect(build(url), question()))
    assert error.content == "What answers at 127.0.0.1 is not a tutor service."
    assert frames == []


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


async def test_too_many_windows(build: Build) -> None:
    """If the first connection is closed with 4002, the status is `tooManyWindows`, and the error is retryable."""
    states: list[Status] = []
    service = ScriptedService(close_4002)
    async with service.serve() as url:
        error = error_of(await collect(build(url, states=states), question()))
        assert len(service.connections) == 1
    assert states[-1].state == "tooManyWindows"
    assert (error.content, error.retryable) == (states[-1].message, True)


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


async def test_own_ghost_is_waited_out(build: Build) -> None:
    """4002 during a reconnect may be caused by the client's own dropped connection, so the client retries."""

    async def drop(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        connection.drop()

    async def carry_on(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "b", first_seq=1)

    async with ScriptedService(drop, close_4002, close_4002, carry_on).serve() as url:
        assert text_of(await collect(build(url), question())) == "ab"


async def test_cancel_ends_at_once_and_tells_the_service(build: Build) -> None:
    """E6: a cancelled stream ends at once; the service gets a cancel, and its later frames are ignored."""

    async def answer_late(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.answer(frame, "a", finish=False)
        assert (await connection.receive()) == {"type": "cancel", "request_id": frame["request_id"]}
        request_id = UUID(frame["request_id"])
        await connection.send(
            delta(request_id, 1, "late"), Error(request_id=request_id, code=ErrorCode.CANCELLED, content="Stopped.")
        )
        await answer_all(connection)

    service = ScriptedService(answer_late)
    async with service.serve() as url:
        tutor = build(url)
        ask = question()
        messages: list[FromService] = []
        async for message in tutor.ask(ask):
            messages.append(message)
            if isinstance(message, Delta):
                await tutor.cancel(ask.request_id)
        assert text_of(messages) == "a"
        assert error_of(messages).code == ErrorCode.CANCELLED
        assert text_of(await collect(tutor, question())) == "look at this"
        assert len(service.connections) == 1


async def test_closing_the_stream_cancels(build: Build) -> None:
    """Closing the stream cancels the ask at the service."""
    cancelled = asyncio.Event()

    async def expect_cancel(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        assert (await connection.receive())["type"] == "cancel"
        cancelled.set()

    async with ScriptedService(expect_cancel).serve() as url:
        stream = build(url).ask(question())
        assert isinstance(await anext(stream), Accepted)
        await stream.aclose()
        await cancelled.wait()


async def test_cancel_while_connecting_sends_nothing(build: Build) -> None:
    """An ask that is cancelled before the connection is open is never sent, and the status is `ready` again."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url)
        ask = question()
        stream = tutor.ask(ask)
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        await tutor.cancel(ask.request_id)
        assert error_of([await first]).code == ErrorCode.CANCELLED
        await stream.aclose()
        await collect(tutor, question())
        assert [frame["request_id"] for frame in service.connections[0].received].count(str(ask.request_id)) == 0
        assert tutor.status.state == "ready"


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


async def test_what_a_newer_service_adds_is_passed_over(build: Build) -> None:
    """Unknown message types, fields, error codes and limits are ignored."""

    async def be_newer(connection: Connection) -> None:
        request_id = (await connection.receive())["request_id"]
        await connection.socket.send_json({"type": "advice", "request_id": request_id})
        await connection.socket.send_json(
            {
                "type": "accepted",
                "request_id": request_id,
                "session_id": str(uuid4()),
                "message_id": str(uuid4()),
                "hint_level": 1,
                "max_hint_level": 5,
                "error_type": "style",
                "mood": "sunny",
            }
        )
        await connection.socket.send_json(
            {"type": "error", "request_id": request_id, "code": "TEA_TIME", "content": "Later.", "limit": "cups"}
        )

    async with ScriptedService(be_newer).serve() as url:
        messages = await collect(build(url), question())
    assert isinstance(messages[0], Accepted)
    assert messages[0].error_type == "none"
    assert (error_of(messages).code, error_of(messages).content) == (ErrorCode.INTERNAL_ERROR, "Later.")


async def test_refusal_comes_through_whole(build: Build) -> None:
    """The refusal of a rate limit keeps its limit, retry_after and resets_at."""
    refusal = Error(
        request_id=uuid4(),
        code=ErrorCode.RATE_LIMITED,
        content="Please wait.",
        limit=Limit.MESSAGES_PER_MINUTE,
        retry_after=12,
        resets_at="2030-01-01T00:00:00Z",
        retryable=True,
    )

    async def refuse(connection: Connection) -> None:
        await connection.receive()
        await connection.send(refusal)

    assert refusal.request_id is not None
    async with ScriptedService(refuse).serve() as url:
        ask = Ask(request_id=refusal.request_id, code="", cursor=Position(0, 0))
        assert await collect(build(url), ask) == [refusal]


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


async def test_frame_not_understood_ends_the_ask(build: Build) -> None:
    """An error without request_id about an invalid frame ends the ask that is not yet accepted."""

    async def not_understand(connection: Connection) -> None:
        await connection.receive()
        await connection.send(Error(request_id=None, code=ErrorCode.VALIDATION_FAILED, content="Not valid."))

    async with ScriptedService(not_understand).serve() as url:
        ask = question()
        error = error_of(await collect(build(url), ask))
    assert (error.request_id, error.code) == (ask.request_id, ErrorCode.VALIDATION_FAILED)


async def test_silent_service_is_not_waited_for_for_ever(build: Build) -> None:
    """If the service accepts an ask and then sends nothing, the ask ends with one retryable error."""
    async with ScriptedService(say_nothing).serve() as url:
        error = error_of(await collect(build(url, timing=ConnectionTiming(silence=0.05)), question()))
    assert (error.code, error.retryable) == (ErrorCode.AI_UNAVAILABLE, True)


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


async def test_service_going_down_is_resumed(build: Build) -> None:
    """A close with 1001 during an answer is handled like a dropped connection."""

    async def go_down(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        await connection.socket.close(code=CloseCode.SHUTTING_DOWN)

    async def carry_on(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "b", first_seq=1)

    async with ScriptedService(go_down, carry_on).serve() as url:
        assert text_of(await collect(build(url), question())) == "ab"


async def test_close_ends_streams_and_tells_the_service(build: Build) -> None:
    """Closing the tutor cancels running asks at the service, ends their streams with an error, and refuses new asks."""

    async def begin(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)

    service = ScriptedService(begin)
    async with service.serve() as url:
        tutor = build(url)
        messages: list[FromService] = []
        async for message in tutor.ask(question()):
            messages.append(message)
            if isinstance(message, Delta):
                await tutor.close()
        assert error_of(messages).code == ErrorCode.SHUTTING_DOWN
        await service.closed.wait()
        assert service.connections[0].received[-1]["type"] == "cancel"
        assert error_of(await collect(tutor, question())).code == ErrorCode.SHUTTING_DOWN


async def test_rating_is_sent_and_opens_a_line_if_need_be(build: Build) -> None:
    """A rating is sent over the open connection or a new one, and a failure raises nothing."""
    rated = asyncio.Event()

    async def take_rating(connection: Connection) -> None:
        await connection.receive()
        rated.set()

    service = ScriptedService(take_rating)
    async with service.serve() as url:
        await build(url).rate(str(MESSAGE_ID), helpful=True)
        await rated.wait()
        assert service.connections[0].received == [{"type": "rate", "message_id": str(MESSAGE_ID), "helpful": True}]
    await build(url).rate(str(MESSAGE_ID), helpful=True)


async def test_messages_wait_for_the_connection_in_their_order(build: Build) -> None:
    """Asks and ratings that wait for the connection are each sent once it is open, asks first."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url)
        await tutor.rate(str(MESSAGE_ID), helpful=True)
        asks = [question(), question()]
        await asyncio.gather(*(collect(tutor, ask) for ask in asks))
        await until(lambda: len(service.connections[0].received) == 3)
        received = service.connections[0].received

    assert [frame["type"] for frame in received] == ["ask", "ask", "rate"]
    assert [frame["request_id"] for frame in received[:2]] == [str(ask.request_id) for ask in asks]


async def test_a_bug_while_sending_ends_the_ask(build: Build) -> None:
    """If the writer task raises unexpectedly, the open asks end at once with an internal error."""

    class Broken(Renewable):
        async def access_token(self) -> str | None:
            if self.rejected:
                raise LookupError
            self.rejected.append("the handshake has its token")
            return self.token

    service = ScriptedService(answer_all)
    async with service.serve() as url:
        answer = await collect(build(url, Broken()), question())

    assert error_of(answer).code == ErrorCode.INTERNAL_ERROR


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


async def test_failed_rating_ends_no_answer(build: Build) -> None:
    """An error without request_id, such as one about a failed rating, does not end an answer."""

    async def refuse_rating(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.send(Error(request_id=None, code=ErrorCode.NOT_FOUND, content="Not found."))
        await connection.answer(frame, "a")

    async with ScriptedService(refuse_rating).serve() as url:
        assert text_of(await collect(build(url), question())) == "a"


async def test_too_large_an_ask_is_not_sent(build: Build) -> None:
    """An ask that exceeds the frame limit is refused with an explanation, and no connection is opened."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        ask = Ask(request_id=uuid4(), code="", cursor=Position(0, 0), traceback="x" * 1024 * 1024)
        assert error_of(await collect(build(url), ask)).code == ErrorCode.PAYLOAD_TOO_LARGE
        assert service.connections == []


async def test_one_id_is_asked_once_at_a_time(build: Build) -> None:
    """A second ask with the id of a running one is refused, and the first continues."""

    async def wait_for_cue(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.answer(frame, "a", finish=False)
        await cue.wait()
        await connection.send(done(UUID(frame["request_id"])))

    cue = asyncio.Event()
    async with ScriptedService(wait_for_cue).serve() as url:
        tutor = build(url)
        ask = question()
        first = asyncio.ensure_future(collect(tutor, ask))
        await asyncio.sleep(0)
        assert error_of(await collect(tutor, ask)).code == ErrorCode.VALIDATION_FAILED
        cue.set()
        assert text_of(await first) == "a"


async def test_half_a_surrogate_pair_does_not_stop_an_ask(build: Build) -> None:
    """E3: characters that UTF-8 cannot encode are replaced by the same number of characters."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        await collect(build(url), question("x = '\ud83d'\n"))
        assert service.connections[0].received[0]["code"] == "x = '?'\n"
