"""Deadlines for clients that send or read too slowly."""

from __future__ import annotations

import asyncio
import inspect
import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, web
from aiohttp.web_protocol import RequestHandler
from yarl import URL

from testing.held_service import held_service
from testing.raw_http import raw_connection
from tutor_server.limits import Deadlines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.held_service import HeldService
    from testing.service import Service

pytestmark = pytest.mark.real_time

HEALTH = b"GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n"
HALF_HEAD = b"GET /api/health HTTP/1.1\r\nHost: a\r\nX-"
HALF_BODY = (
    b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    b'{"email":'
)
TOO_LATE = {"detail": "The request took too long to arrive.", "code": "REQUEST_TIMEOUT"}
SHORT = 0.2
LONG = 60.0


@pytest.fixture
async def hasty(tmp_path: Path, clock: HeldClock) -> AsyncIterator[HeldService]:
    """Return a service with short deadlines for requests, and long deadlines for everything else."""
    deadlines = Deadlines(request_head=SHORT, request_body=SHORT, slow_reader=LONG, idle=LONG)
    async with held_service(tmp_path, clock, deadlines=deadlines) as service:
        yield service


async def test_a_head_that_does_not_end(hasty: HeldService) -> None:
    """A request head that never ends gets 408 in the error envelope, and the connection is closed."""
    async with raw_connection(hasty.url) as connection:
        await connection.send(HALF_HEAD)
        answer = await connection.answer()

        assert (answer.status, answer.json) == (408, TOO_LATE)
        assert await connection.rest() == b""


async def test_a_head_that_drips(hasty: HeldService) -> None:
    """A request head that arrives byte by byte does not extend its deadline."""
    async with raw_connection(hasty.url) as connection:
        await connection.send(HALF_HEAD)
        started_at = time.monotonic()
        while not await connection.is_closed_within(SHORT / 10):
            await connection.send(b"a")

        assert time.monotonic() - started_at < LONG / 2


async def test_a_connection_on_which_nothing_comes(hasty: HeldService) -> None:
    """A connection without any request is closed without a response."""
    async with raw_connection(hasty.url) as connection:
        assert await connection.rest() == b""


async def test_a_later_head_that_does_not_end(hasty: HeldService) -> None:
    """On a keep-alive connection each head has its own deadline."""
    async with raw_connection(hasty.url) as connection:
        await connection.send(HEALTH)
        first = await connection.answer()
        await connection.send(HALF_HEAD)
        second = await connection.answer()

        assert (first.status, second.status) == (200, 408)
        assert await connection.rest() == b""


async def test_a_connection_between_two_requests_has_longer(hasty: HeldService) -> None:
    """An idle keep-alive connection stays open longer than the deadline of a head."""
    async with raw_connection(hasty.url) as connection:
        await connection.send(HEALTH)
        await connection.answer()

        assert not await connection.is_closed_within(2 * SHORT)
        await connection.send(HEALTH)
        assert (await connection.answer()).status == 200


async def test_an_idle_connection_is_closed(tmp_path: Path, clock: HeldClock) -> None:
    """An idle connection is closed after the idle timeout."""
    async with (
        held_service(tmp_path, clock, deadlines=Deadlines(idle=SHORT)) as service,
        raw_connection(service.url) as connection,
    ):
        await connection.send(HEALTH)
        assert (await connection.answer()).status == 200
        assert await connection.rest() == b""


async def test_a_body_that_does_not_end(hasty: HeldService) -> None:
    """A request body that never ends gets 408 in the error envelope, and the connection is closed at once."""
    async with raw_connection(hasty.url) as connection:
        await connection.send(HALF_BODY)
        answer = await connection.answer()

        assert (answer.status, answer.json) == (408, TOO_LATE)
        assert await connection.is_closed_within(SHORT)


async def test_a_body_that_nobody_reads(hasty: HeldService) -> None:
    """If no handler reads the request body, the response is sent at once; the body's deadline closes the connection."""
    half = HALF_BODY.replace(b"POST /api/auth/login", b"GET /api/auth/me")
    async with raw_connection(hasty.url) as connection:
        await connection.send(half)

        assert (await connection.answer()).status == 401
        assert await connection.rest() == b""


async def test_a_reader_that_does_not_read(tmp_path: Path, clock: HeldClock) -> None:
    """A response that the client does not read is aborted at the write deadline, and its handler ends."""
    ended = asyncio.Event()

    async def pour(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(65536))
        finally:
            ended.set()

    def prepare(app: web.Application) -> None:
        app.router.add_get("/pour", pour)

    async with (
        held_service(tmp_path, clock, prepare=prepare, deadlines=Deadlines(slow_reader=SHORT)) as service,
        raw_connection(service.url) as connection,
    ):
        await connection.send(b"GET /pour HTTP/1.1\r\nHost: a\r\n\r\n")
        async with asyncio.timeout(10):
            await ended.wait()


def test_aiohttp_still_has_no_deadlines_of_its_own() -> None:
    """If aiohttp has settings for its own deadlines, this test fails, and our workaround can be removed."""
    settings = {name for name in inspect.signature(RequestHandler).parameters if "time" in name}

    assert settings == {"keepalive_timeout", "lingering_time", "timeout_ceil_threshold"}


async def test_h4_half_sent_heads_and_bodies(service: Service) -> None:
    """H4: 500 incomplete heads and bodies are closed within 10 s; meanwhile health answers within 200 ms.

    The sockets are checked only afterwards, so that this test does not slow the service down. Up to three slow health
    responses, each under a second, are accepted from a busy machine.
    """
    address = URL(service.url)
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_connection((address.host, address.port))) for _ in range(500)]
        for number, half in enumerate(sockets):
            half.sendall((HALF_HEAD, HALF_BODY)[number % 2])
        times = sorted(await health_times(service, 10))

        assert all(b" 408 " in said_before_its_end(half) for half in sockets)
        assert (times[-4] < 0.2, times[-1] < 1) == (True, True), times[-4:]


def said_before_its_end(connection: socket.socket) -> bytes:
    """Return the received bytes of a connection that the service has closed. Raises `BlockingIOError` if it is open."""
    connection.settimeout(0)
    said = b""
    while came := connection.recv(4096):
        said += came
    return said


async def health_times(service: Service, seconds: float) -> list[float]:
    """Request the health route repeatedly; return the seconds of each response."""
    times: list[float] = []
    ends_at = time.monotonic() + seconds
    async with ClientSession(service.url) as client:
        while (asked_at := time.monotonic()) < ends_at:
            async with client.get("/api/health") as response:
                assert response.status == 200
                await response.read()
            times.append(time.monotonic() - asked_at)
    return times
