"""H1 to H3, L2 and E6, with one process and with several: slow, broken and abandoned connections, and shutdown."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import socket
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import ClientConnectionError
from yarl import URL

from testing.chat_client import CODE, Closed, connect, text_of
from testing.cutting_proxy import cutting_proxy
from testing.fake_upstream import Behaviour
from testing.faults.classroom import Classroom, Seat, classroom
from testing.faults.short_times import program
from testing.long_hints import heavy_hint, long_hint, rambling
from testing.service import STOP_SECONDS, sign_up_student
from testing.waiting import until
from tutor_lsp.service.retry import ConnectionTiming
from tutor_lsp.sign_in.credentials import StaticToken
from tutor_lsp.tutors.remote import RemoteTutor
from tutor_protocol import Ask, Delta, Done, Position

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.fake_upstream import ReceivedCall
    from testing.installations import Installation

GRACE, SLOW_READER = 1.0, 1.0
ROOM = 1.0
"""Seconds of tolerance for a busy machine, added to a limit of 50 ms."""
LONG = Behaviour(text=long_hint(300), token_seconds=0.05)
LONGER = Behaviour(text=long_hint(300), token_seconds=0.2)
"""An answer that takes longer than a stopping service waits for its answers."""
SILENT = Behaviour(fault="no_head")
SILENT_AFTER_TEXT = Behaviour(text=LONG.text, fault="silence", tokens_before_fault=40)
ASKS = 100
STREAMS = 20
CURSOR = {"line": 2, "character": 4}
HANDSHAKE = (
    "GET /api/chat/ws HTTP/1.1\r\nHost: tutor\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    "Sec-WebSocket-Protocol: tutor.v1\r\nAuthorization: Bearer {token}\r\n\r\n"
)
HEAVY = Behaviour(text=heavy_hint())
"""An answer of some 40 KB, in sentences of 1 KB."""

pytestmark = [pytest.mark.real_time, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Classroom]:
    """Return a service with short deadlines for absent clients and slow readers."""
    hasty = program(grace=GRACE, slow_reader=SLOW_READER)
    folder = tmp_path_factory.mktemp("hasty")
    async with classroom(folder, installation, program=hasty, TUTOR_CONNECTIONS_PER_USER="3") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def seat(room: Classroom) -> AsyncIterator[Seat]:
    """Return a new student of this service."""
    async with room.seat() as taken:
        yield taken


@pytest_asyncio.fixture(loop_scope="module")
async def usual(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Classroom]:
    """Return a service with the default deadlines, for one test."""
    async with classroom(tmp_path_factory.mktemp("usual"), installation) as running:
        yield running


def narrow_socket() -> socket.socket:
    """Return a socket with small buffers, for a client that does not read."""
    narrow = socket.socket()
    narrow.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.settimeout(0)
    return narrow


def text_frame(content: dict[str, Any]) -> bytes:
    """Return a masked text frame (RFC 6455 §5.2) with a mask of zeros."""
    payload = json.dumps(content).encode()
    return struct.pack("!BBH4x", 0x81, 0x80 | 126, len(payload)) + payload


async def until_let_in(url: str, token: str) -> None:
    """Reconnect until a connection slot is free. Raises `TimeoutError`."""
    async with asyncio.timeout(10):
        while True:
            with suppress(Closed):
                async with connect(url, token) as chat:
                    await chat.answer(code="x = y\n")
                    return


async def closed(call: ReceivedCall) -> float:
    """Wait until the service closes a model's stream; return the time."""
    await asyncio.wait_for(call.closed.wait(), 15)
    assert call.closed_by == "client"
    assert call.closed_at is not None
    return call.closed_at


@pytest.mark.parametrize("how", ["fin", "reset"])
@pytest.mark.parametrize("silence", [SILENT, SILENT_AFTER_TEXT], ids=["before text", "after text"])
async def test_l2_one_who_leaves_for_good(seat: Seat, silence: Behaviour, how: Literal["fin", "reset"]) -> None:
    """L2: if a student leaves a silent provider, its stream is closed after the grace period, and billed."""
    seat.room.first.play(silence)
    request_id = await seat.chat.ask()
    call = await seat.call()
    if silence is SILENT_AFTER_TEXT:
        await seat.delta()
    left_at = seat.chat.leave(how)
    lasted = await closed(call) - left_at
    async with connect(seat.room.service.url, seat.student.access_token) as again:
        await again.send({"type": "resume", "request_id": request_id, "next_seq": 0})
        end = (await again.collect(request_id))[-1]

    assert GRACE - 0.05 < lasted < GRACE + 0.05 + ROOM
    assert end["code"] == "CANCELLED"
    assert seat.rows("outcome, is_estimated, input_tokens > 0") == [("cancelled", True, True)]
    assert seat.bills() == [True]
    assert seat.stands() == (1, 0)


async def test_l2_one_who_comes_back(seat: Seat) -> None:
    """L2: a student who returns within the grace period, at any process, gets the whole answer of one call."""
    text = long_hint(40)
    seat.room.first.play(Behaviour(text=text, token_seconds=0.02))
    request_id = await seat.chat.ask()
    await seat.delta()
    seat.chat.leave("reset")
    async with connect(seat.room.service.url, seat.student.access_token) as again:
        await again.send({"type": "resume", "request_id": request_id, "next_seq": 0})
        frames = await again.collect(request_id)

    assert text_of(frames) == text
    assert frames[-1]["type"] == "done"
    assert seat.rows() == [("anthropic", "completed")]
    assert seat.bills() == [True]


@pytest.mark.parametrize("behaviour", [SILENT, SILENT_AFTER_TEXT, LONG], ids=["before text", "after text", "in text"])
async def test_e6_a_cancel_closes_the_models_stream(seat: Seat, behaviour: Behaviour) -> None:
    """E6: a cancel closes the stream at once, bills the usage, and gives the level back."""
    seat.room.first.play(behaviour)
    request_id = await seat.chat.ask()
    call = await seat.call()
    if behaviour is not SILENT:
        await seat.delta()
    cancelled_at = time.monotonic()
    await seat.chat.send({"type": "cancel", "request_id": request_id})
    end = (await seat.chat.collect(request_id))[-1]

    assert await closed(call) - cancelled_at < 0.05 + ROOM
    assert call.tokens_sent < len(LONG.tokens)
    assert end["code"] == "CANCELLED"
    assert seat.rows("outcome, is_estimated, input_tokens > 0") == [("cancelled", True, True)]
    assert seat.bills() == [True]
    assert seat.stands() == (1, 0)


ANSWERS_PAST_A_BUFFER = 12
"""The number of answers of 500 KB that exceed the socket buffers of one connection."""


async def test_h1_a_reader_that_does_not_read(seat: Seat) -> None:
    """H1: a client that does not read is disconnected at the write deadline.

    Its connection slot becomes free, and the student's other windows are unaffected.
    """
    url, token = seat.room.service.url, seat.student.access_token
    seat.room.first.play(*[HEAVY] * ANSWERS_PAST_A_BUFFER)
    async with connect(url, token) as second:
        with narrow_socket() as slow:
            loop = asyncio.get_running_loop()
            await loop.sock_connect(slow, (URL(url).host, URL(url).port))
            await loop.sock_sendall(slow, HANDSHAKE.format(token=token).encode())
            for _ in range(ANSWERS_PAST_A_BUFFER):
                ask = {"type": "ask", "request_id": str(uuid4()), "code": CODE, "cursor": CURSOR}
                await loop.sock_sendall(slow, text_frame(ask))
            await seat.call()
            async with connect(url, token) as fourth:
                with pytest.raises(Closed) as refused:
                    await fourth.receive()
            await seat.room.service.logged("slow_reader_cut", user=seat.student.id)
        others = [(await chat.answer(code="x = y\n"))[-1]["type"] for chat in (second, seat.chat)]
        await until_let_in(url, token)

    assert refused.value.code == 4002
    assert others == ["done"] * 2


@pytest.mark.timeout(120)
async def test_h2_a_hundred_answers_over_a_line_that_breaks(usual: Classroom) -> None:
    """H2: with connections that drop at random, 100 answers are complete, without repeated deltas or charges."""
    text = f"Look at line 2. What is `x` there? {rambling(80)}"
    usual.first.default = Behaviour(text=text)
    chance = random.Random(11)
    student = await sign_up_student(usual.service)
    async with cutting_proxy(usual.service.url, chance) as proxy:
        timing = ConnectionTiming(first_delay=0.001, longest_delay=0.01)
        tutor = RemoteTutor(proxy.url, StaticToken(student.access_token), timing=timing)
        for number in range(ASKS):
            ask = Ask(request_id=uuid4(), code=f"def f{number}():\n    return x\n", cursor=Position(1, 0))
            messages = [message async for message in tutor.ask(ask)]
            deltas = [message for message in messages if isinstance(message, Delta)]
            assert isinstance(messages[-1], Done), messages[-1]
            assert [delta.seq for delta in deltas] == list(range(len(deltas)))
            assert "".join(delta.content for delta in deltas) == text
        await tutor.close()

    query = usual.service.query
    assert proxy.cuts >= ASKS / 2
    assert len(usual.first.calls) == ASKS
    assert query("SELECT state, count(*) FROM model_calls GROUP BY state") == [("settled", ASKS)]
    assert query("SELECT messages FROM daily_usage") == [(ASKS,)]


async def test_h3_a_service_that_is_stopped(usual: Classroom) -> None:
    """H3: on SIGTERM, 20 answers that take longer than the service waits end with a retryable error.

    The ledger is complete. `test_restarts.py` tests answers that can finish in time.
    """
    usual.first.default = LONGER
    students = [await sign_up_student(usual.service) for _ in range(STREAMS)]
    stopping = asyncio.Event()

    async def ask(token: str) -> tuple[list[dict[str, Any]], int | None]:
        async with connect(usual.service.url, token) as chat:
            request_id = await chat.ask()
            frames = [await chat.receive(), await chat.receive()]
            begun.release()
            frames += await chat.collect(request_id)
            stopping.set()
            with pytest.raises(Closed) as closing:
                await chat.receive()
            return frames, closing.value.code

    begun = asyncio.Semaphore(0)
    asking = [asyncio.create_task(ask(student.access_token)) for student in students]
    for _ in students:
        await begun.acquire()
    usual.service.process.send_signal(signal.SIGTERM)
    await stopping.wait()
    with pytest.raises((ClientConnectionError, Closed)):
        async with connect(usual.service.url, students[0].access_token) as late:
            await late.receive()
    answers = await asyncio.gather(*asking)
    with suppress(TimeoutError):
        await until(lambda: usual.service.process.poll() is not None, seconds=STOP_SECONDS)

    assert usual.service.process.poll() == 0
    ends = [frames[-1] for frames, _ in answers]
    assert {(end["type"], end["code"], end["retryable"]) for end in ends} == {("error", "SHUTTING_DOWN", True)}
    assert {code for _, code in answers} == {1001}
    assert all(text_of(frames) for frames, _ in answers)
    assert [call.closed_by for call in usual.first.calls] == ["client"] * STREAMS
    rows = usual.service.query("SELECT state, outcome, cost_nanodollars > 0 FROM model_calls")
    assert [tuple(row) for row in rows] == [("settled", "cancelled", True)] * STREAMS
