"""H11: a student who sends far more frames than allowed must not slow down other students.

`python -m benchmarks.floods` measures the response times during such a flood.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from aiohttp import ClientSession

from testing.chat_client import CODE, Chat, Closed, connect
from tutor_server.limits import FrameRate

if TYPE_CHECKING:
    from collections.abc import Callable

    from testing.installations import Installation
    from testing.service import Service, SignUp, StartService, Student

pytestmark = pytest.mark.real_time

LONG_CODE = "def total(prices):\n" + "    result = 0\n" * 8_000
"""A program whose analysis takes about a tenth of a second."""
ASKS = 100


async def flood(chat: Chat) -> set[str]:
    """Send asks about a long program repeatedly without waiting; return how the answers end."""

    async def read_ends() -> set[str]:
        ends: list[str] = []
        while len(ends) < ASKS:
            frame = await chat.receive()
            if frame["type"] in {"done", "error"}:
                ends.append(frame.get("code", "done"))
        return set(ends)

    reading = asyncio.create_task(read_ends())
    for _ in range(ASKS):
        await chat.ask(code=LONG_CODE)
    return await reading


async def health_times(service: Service) -> list[float]:
    """Request health until cancelled; return the seconds of each response, sorted."""
    times: list[float] = []
    async with ClientSession(service.url) as client:
        try:
            while True:
                asked_at = time.monotonic()
                async with client.get("/api/health") as response:
                    assert response.status == 200
                times.append(time.monotonic() - asked_at)
                await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            return sorted(times)


async def test_a_student_who_asks_without_end_holds_up_nobody(service: Service, sign_up: SignUp) -> None:
    """While one student sends 300 asks about long programs over three sockets, others are served as fast as usual.

    A refused ask takes little time, since limits are checked before the analysis. The service stops reading a socket
    with too many open asks.
    """
    flooding, other = await sign_up(service), await sign_up(service)
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connect(service.url, flooding.access_token)) for _ in range(3)]
        chat = await stack.enter_async_context(connect(service.url, other.access_token))
        looking = asyncio.create_task(health_times(service))
        floods = [asyncio.create_task(flood(socket)) for socket in sockets]
        async with asyncio.timeout(10):
            answered = [(await chat.answer(code=CODE))[-1]["type"] for _ in range(5)]
        ends = await asyncio.gather(*floods)
        looking.cancel()
        times = await looking

    assert answered == ["done"] * 5
    assert set.union(*ends) == {"done", "RATE_LIMITED"}
    assert times[len(times) * 9 // 10] < 0.5, times[-10:]


FRAMES = int(FrameRate().frames)
FLOODS: dict[str, Callable[[Chat, Student], Any]] = {
    "garbage": lambda chat, _: chat.socket.send_str("{"),
    "binary": lambda chat, _: chat.socket.send_bytes(b"0"),
    "ping": lambda chat, _: chat.socket.ping(),
    "pong": lambda chat, _: chat.socket.pong(),
    "auth": lambda chat, student: chat.send({"type": "auth", "access_token": student.access_token}),
    "cancel": lambda chat, _: chat.send({"type": "cancel", "request_id": str(uuid4())}),
    "resume": lambda chat, _: chat.send({"type": "resume", "request_id": str(uuid4()), "next_seq": 0}),
    "ask": lambda chat, _: chat.ask(),
}


async def close_code(chat: Chat) -> int | None:
    """Receive until the service closes the socket; return the close code."""
    while True:
        try:
            await chat.receive()
        except Closed as closed:
            return closed.code


async def flood_with(chat: Chat, student: Student, kind: str) -> int | None:
    """Send frames of one kind until the service closes the socket; return the close code."""
    reading = asyncio.create_task(close_code(chat))
    with suppress(ConnectionError):
        while not reading.done():
            await FLOODS[kind](chat, student)
            await asyncio.sleep(0)
    return await reading


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", FLOODS)
async def test_h11_a_flood_of_cheap_frames_is_closed_and_logged(
    installation: Installation, service: Service, sign_up: SignUp, kind: str
) -> None:
    """Each of three flooding sockets is closed with 1008, other students are served, and each process logs it once."""
    flooding, other = await sign_up(service), await sign_up(service)
    async with AsyncExitStack() as stack:
        chat = await stack.enter_async_context(connect(service.url, other.access_token))
        sockets = [await stack.enter_async_context(connect(service.url, flooding.access_token)) for _ in range(3)]
        looking = asyncio.create_task(health_times(service))
        floods = [asyncio.create_task(flood_with(socket, flooding, kind)) for socket in sockets]
        answered = (await chat.answer(code=CODE))[-1]["type"]
        codes = await asyncio.gather(*floods)
        looking.cancel()
        times = await looking
        still = (await chat.answer(code="x = y\n"))[-1]["type"]

    assert codes == [1008] * 3
    assert answered == still == "done"
    assert times[len(times) // 2] < 0.5, times[-10:]
    lines = [line for line in service.log if line["event"] == "frames_past_rate" and line["user"] == flooding.id]
    assert 1 <= len(lines) <= installation.workers
    assert {line["kind"] for line in lines} == {"frames"}


async def test_h11_sockets_share_one_rate_and_none_is_opened_past_it(
    start_service: StartService, sign_up: SignUp
) -> None:
    """All sockets of a user share one rate: if three each use half of it, the third is closed, and so are new ones."""
    async with start_service() as service, AsyncExitStack() as stack:
        student = await sign_up(service)
        sockets = [await stack.enter_async_context(connect(service.url, student.access_token)) for _ in range(3)]
        for socket in sockets:
            for _ in range(FRAMES // 2):
                with suppress(ConnectionError):
                    await socket.socket.ping()
        code = await close_code(sockets[2])
        again = {
            await close_code(await stack.enter_async_context(connect(service.url, student.access_token)))
            for _ in range(3)
        }
        lines = [line for line in service.log if line["event"] == "frames_past_rate"]

    assert code == 1008
    assert again == {1008}
    assert len(lines) == 1


async def test_h11_a_flood_of_bytes_is_closed_and_logged(service: Service, sign_up: SignUp) -> None:
    """The bytes of an incomplete frame count towards the byte rate."""
    student = await sign_up(service)
    async with connect(service.url, student.access_token) as chat:
        reading = asyncio.create_task(close_code(chat))
        with suppress(ConnectionError):
            for _ in range(70):
                await chat.socket.send_bytes(bytes(1_000_000))

        assert await reading == 1008
    assert (await service.logged("frames_past_rate", user=student.id))["kind"] == "bytes"


async def test_h11_an_editor_that_resumes_many_answers_is_within_the_rate(service: Service, sign_up: SignUp) -> None:
    """A student whose three windows reconnect three times, each resuming 30 answers, is not disconnected."""
    student = await sign_up(service)
    for _ in range(3):
        async with AsyncExitStack() as stack:
            windows = [await stack.enter_async_context(connect(service.url, student.access_token)) for _ in range(3)]
            for chat in windows:
                for _ in range(30):
                    request_id = str(uuid4())
                    await chat.send({"type": "resume", "request_id": request_id, "next_seq": 0})
                    assert (await chat.collect(request_id))[-1]["code"] == "NOT_FOUND"
