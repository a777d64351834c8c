"""H12: more connections than the process has file descriptors, from one address and from many."""

from __future__ import annotations

import asyncio
import resource
import socket
import sys
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, TCPConnector
from yarl import URL

from testing.chat_client import Chat, connect
from testing.faults import short_times
from testing.faults.classroom import classroom
from testing.installations import Laptop
from testing.service import RunningService
from testing.waiting import until
from testing.warm_start import TUTOR_SERVER

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from testing.installations import Installation
    from testing.service import Service, SignUp, Student

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="connects from several addresses of loopback"),
    pytest.mark.timeout(180),  # Each test starts its own service, and the machine may be busy.
]

HOME, ELSEWHERE = "127.0.0.1", "127.0.0.2"
SMALL = 256
TOO_MANY = {
    "detail": "The tutor has too many connections right now. Please try again in a moment.",
    "code": "TOO_MANY_CONNECTIONS",
    "retry_after": 10,
}
LOOPS = ("uvloop", "asyncio")
PATIENT = 60.0
"""Deadline in seconds for the first request of a connection, so long that no silent connection is closed by it."""
CONNECTED = 5
MORE = 8
TOGETHER = 50
"""The number of connections that are opened at once."""


def limited(program: Sequence[str], descriptors: int) -> tuple[str, ...]:
    """Return the command that runs a program with a hard limit of file descriptors."""
    return ("sh", "-c", f'ulimit -n {descriptors} && exec "$0" "$@"', *program)


@pytest.fixture(autouse=True)
def own_limit() -> Iterator[None]:
    """Raise this test's own limit of open files to the maximum."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class SilentConnections:
    """A group of connections that never send anything."""

    def __init__(self, service: Service) -> None:
        self._address = URL(service.url)
        self._sockets = ExitStack()

    def open(self, count: int, source: str = HOME) -> None:
        """Open more connections. The service closes those that it has no room for."""
        for _ in range(count):
            silent = socket.create_connection((self._address.host, self._address.port), source_address=(source, 0))
            self._sockets.enter_context(silent)

    def close(self) -> None:
        """Close all connections of the group."""
        self._sockets.close()


@asynccontextmanager
async def newcomer(service: Service, source: str = HOME) -> AsyncIterator[ClientSession]:
    """Yield an HTTP client without open connections, at a given local address."""
    async with ClientSession(service.url, connector=TCPConnector(local_addr=(source, 0))) as client:
        yield client


async def health(service: Service, source: str = HOME) -> tuple[int, Any, str | None]:
    """Request health over a new connection; return the status, the body and `Retry-After`."""
    async with newcomer(service, source) as client, client.get("/api/health") as response:
        return response.status, await response.json(), response.headers.get("Retry-After")


async def is_served(chat: Chat) -> bool:
    """Return whether a student with an open connection still gets an answer."""
    async with asyncio.timeout(10):
        return bool((await chat.answer())[-1]["type"] == "done")


async def signed_in_status(service: Service, student: Student) -> int:
    """Request the student's account over a new connection; return the HTTP status."""
    async with newcomer(service) as client, client.get("/api/auth/me", headers=student.headers) as response:
        return response.status


def warnings_of(service: Service) -> dict[str, int]:
    """Return the number of log entries of each event above level info."""
    events = [entry["event"] for entry in service.log if entry["level"] != "info"]
    return {event: events.count(event) for event in events}


async def hold_all_from_one_address(service: Service, student: Student, chats: list[Chat], silent: int) -> None:
    """Open silent connections from one address; check which clients are served meanwhile and afterwards."""
    strangers = SilentConnections(service)
    await asyncio.to_thread(strangers.open, silent)
    try:
        for _ in range(CONNECTED):
            # The new connections take the places of those that the service has closed.
            await asyncio.to_thread(strangers.open, MORE)
            # One of several workers may have room for a moment longer than the others.
            async with asyncio.timeout(10):
                while await health(service) != (503, TOO_MANY, "10"):
                    await asyncio.to_thread(strangers.open, MORE)
        assert (await health(service, ELSEWHERE))[0] == 200
        assert [await is_served(chat) for chat in chats[:CONNECTED]] == [True] * len(chats[:CONNECTED])
        assert await signed_in_status(service, student) == 200
        async with connect(service.url, student.access_token) as late:
            assert await is_served(late)
    finally:
        strangers.close()
    async with asyncio.timeout(10):
        while (await health(service))[0] != 200:  # noqa: ASYNC110 - polling is the only way to see free places
            await asyncio.sleep(0.05)


@asynccontextmanager
async def chats_of(service: Service, student: Student, count: int) -> AsyncIterator[list[Chat]]:
    """Yield open WebSockets of one student."""
    async with ClientSession(service.url, connector=TCPConnector(limit=0), headers=student.headers) as session:

        async def chat() -> Chat:
            return Chat(await session.ws_connect("/api/chat/ws", protocols=("tutor.v1",)))

        chats: list[Chat] = []
        while len(chats) < count:
            chats += await asyncio.gather(*(chat() for _ in range(min(TOGETHER, count))))
        yield chats


async def hold_from_one_address(loop: str, installation: Installation, sign_up: SignUp, folder: Path) -> None:
    """Open as many silent connections as the processes have descriptors. Each process logs one line about this."""
    program = limited(short_times.program(loop=loop, request_head=PATIENT), SMALL)
    settings = installation.settings() | {"TUTOR_CONNECTIONS_PER_USER": "100"}
    async with RunningService(folder, settings, workers=installation.workers, program=program) as service:
        student = await sign_up(service)
        async with chats_of(service, student, CONNECTED) as chats:
            await hold_all_from_one_address(service, student, chats, SMALL * installation.workers)

        warnings = warnings_of(service)
        assert warnings.keys() == {"few_open_files", "connections_refused"}
        assert warnings["connections_refused"] <= installation.workers


async def test_h12_silent_connections_from_one_address(
    installation: Installation, sign_up: SignUp, tmp_path: Path
) -> None:
    """H12: connected clients, other addresses and signed-in clients are served; other newcomers get 503 and why."""
    await hold_from_one_address("uvloop", installation, sign_up, tmp_path)


async def test_h12_silent_connections_with_the_loop_of_python(sign_up: SignUp, tmp_path: Path) -> None:
    """H12: the same holds where uvloop is not installed."""
    await hold_from_one_address("asyncio", Laptop(), sign_up, tmp_path)


@pytest.mark.real_time
async def test_h12_in_full(installation: Installation, sign_up: SignUp, tmp_path: Path) -> None:
    """H12: with 1,500 WebSockets and 1,024 silent connections, connected clients are served, and newcomers get 503."""
    settings = installation.settings() | {
        "TUTOR_CONNECTIONS_PER_USER": "2000",
        "TUTOR_MESSAGES_PER_MINUTE": "1000",
    }
    program = limited(short_times.program(loop="uvloop", request_head=PATIENT), 4096 // installation.workers)
    async with RunningService(tmp_path, settings, workers=installation.workers, program=program) as service:
        student = await sign_up(service)
        async with chats_of(service, student, 1500) as chats:
            await hold_all_from_one_address(service, student, chats, 1024)
            assert not any(chat.socket.closed for chat in chats)


@pytest.mark.real_time
@pytest.mark.parametrize("loop", LOOPS)
async def test_h12_connections_from_many_addresses(loop: str, tmp_path: Path) -> None:
    """H12: if all addresses together use up the capacity, the service still has descriptors for its own needs.

    A connected student gets the model's answer, for which the service calls a provider and writes to its database.
    """
    program = limited(short_times.program(loop=loop, request_head=PATIENT), SMALL)
    async with classroom(tmp_path, Laptop(), program=program) as room, room.seat() as seat:
        strangers = SilentConnections(room.service)
        for number in range(2, 30):
            await asyncio.to_thread(strangers.open, 8, f"127.0.0.{number}")
        try:
            assert await health(room.service, "127.0.0.99") == (503, TOO_MANY, "10")
            answers = [(await seat.chat.answer())[-1] for _ in range(3)]
            assert [(answer["type"], answer["provider"]) for answer in answers] == [("done", "anthropic")] * 3
        finally:
            strangers.close()

        assert warnings_of(room.service) == {"few_open_files": 1, "connections_refused": 1}


@pytest.mark.real_time
@pytest.mark.parametrize("loop", LOOPS)
async def test_no_descriptor_is_left_to_accept_with(loop: str, sign_up: SignUp, tmp_path: Path) -> None:
    """Without free descriptors (EMFILE), the service does not busy-wait and serves connected clients.

    A new connection is accepted once descriptors are free.
    """
    async with RunningService(tmp_path, {}, program=short_times.program(loop=loop)) as service:
        student = await sign_up(service)
        async with connect(service.url, student.access_token) as chat:
            assert await is_served(chat)
            pid = service.process.pid
            limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, limits[1]))
            waiting = asyncio.create_task(health(service))
            await service.logged("accept_failed", reason="Too many open files")
            seconds = processor_seconds(pid)
            assert not (await asyncio.wait({waiting}, timeout=1))[0]
            assert processor_seconds(pid) - seconds < 0.5
            await chat.send({"type": "unknown"})
            assert (await chat.receive())["code"] == "VALIDATION_FAILED"
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)

            assert (await waiting)[0] == 200
        assert warnings_of(service) == {"accept_failed": 1}


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used (proc(5))."""
    fields = Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()
    return int(fields[0]) / 1e9


@pytest.mark.real_time
async def test_a_silent_connection_past_the_quota_is_closed(tmp_path: Path) -> None:
    """A silent connection over the quota is closed after two seconds, and one within the quota after eight."""
    async with RunningService(tmp_path, {}, program=limited((TUTOR_SERVER,), SMALL)) as service:
        strangers = SilentConnections(service)
        await asyncio.to_thread(strangers.open, SMALL)
        late = socket.create_connection((URL(service.url).host, URL(service.url).port))
        try:
            late.settimeout(5)
            assert await asyncio.to_thread(late.recv, 1) == b""
            await until(lambda: open_sockets(service.process.pid) < SMALL // 4, seconds=12)
        finally:
            late.close()
            strangers.close()


def open_sockets(pid: int) -> int:
    """Return the number of a process's open file descriptors."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
