"""What is measured, seen from outside: something that is asked and answers in pieces."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Protocol, Self
from uuid import UUID, uuid4

import orjson
from aiohttp import ClientSession, ClientWebSocketResponse, TCPConnector, WSMsgType

from benchmarks.service.processes import SERVICE_CORE, on_core
from tests.service import TUTOR_SERVER, Service, Student, sign_up_student

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.service.cases import Case

STUDENTS = 8
OPEN_LIMITS = {
    "TUTOR_MESSAGES_PER_MINUTE": "100000000",
    "TUTOR_CONNECTIONS_PER_USER": "100000",
    "TUTOR_DAILY_MESSAGE_CAP": "100000000",
    "TUTOR_LLM_CALLS_PER_MINUTE": "100000000",
}
"""Every limit is enforced, and none is reached."""


@dataclass(slots=True)
class Heard:
    """One answer as it arrived: `ends` in characters, times in monotonic seconds."""

    name: str
    asked_at: float
    ends: list[int] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    ended_at: float = 0.0
    failure: str | None = None


class Line(Protocol):
    """One student's line to a subject; one answer at a time."""

    async def ask(self, number: int) -> Heard:
        """Ask about a case and hear the answer out."""
        ...


class Subject(Protocol):
    """Something that is measured."""

    name: str
    pids: tuple[int, ...]

    async def line(self) -> Line:
        """Open a line."""
        ...

    async def close(self) -> None:
        """End it, with every line."""
        ...


class AskTutor:
    """Our service in a process of its own, with real accounts, over its WebSocket."""

    name = "ask tutor"

    def __init__(self, service: Service, cases: list[Case], workers: int) -> None:
        self._service = service
        self._cases = cases
        self._students: list[Student] = []
        self._numbers = count()
        self._stack = AsyncExitStack()
        self._session = ClientSession(connector=TCPConnector(limit=0))
        self.pids: tuple[int, ...] = tuple(service.worker_ids()) if workers > 1 else (service.process.pid,)
        self.url = service.url

    @classmethod
    async def start(
        cls,
        folder: Path,
        cases: list[Case],
        upstream: str | None,
        *,
        settings: Mapping[str, str] | None = None,
        workers: int = 1,
        students: int = STUDENTS,
    ) -> Self:
        """Start it on its core (several workers: wherever they like); without an upstream it has the offline tutor."""
        await asyncio.to_thread(folder.mkdir, exist_ok=True)
        known = OPEN_LIMITS | {"TUTOR_LOG_LEVEL": "warning"} | dict(settings or {})
        if upstream is not None:
            known |= {"OPENAI_API_KEY": "benchmark", "OPENAI_BASE_URL": upstream, "TUTOR_OPENAI_MODEL": "bench"}
        program = (TUTOR_SERVER,) if workers > 1 else (*on_core(SERVICE_CORE), TUTOR_SERVER)
        service = await asyncio.to_thread(lambda: Service(folder, known, program=program, workers=workers))
        tutor = cls(service, cases, workers)
        tutor._students = [await sign_up_student(service) for _ in range(students)]
        return tutor

    async def line(self) -> TutorLine:
        """Open a signed-in socket of one of the students."""
        student = self._students[next(self._numbers) % len(self._students)]
        socket = await self._stack.enter_async_context(
            self._session.ws_connect(f"{self.url}/api/chat/ws", headers=student.headers, protocols=("tutor.v1",))
        )
        return TutorLine(socket, self._cases)

    async def close(self) -> None:
        """Close every socket and stop the service."""
        await self._stack.aclose()
        await self._session.close()
        await asyncio.to_thread(self._service.stop)


class TutorLine:
    """A chat socket. Each ask is about a program of its own, so that each is answered at level 1, under the guard."""

    def __init__(self, socket: ClientWebSocketResponse, cases: list[Case]) -> None:
        self.socket = socket
        self._cases = cases

    async def send(self, number: int) -> Heard:
        """Send an ask."""
        request_id = uuid4()
        code = f"{self._cases[number % len(self._cases)].code.rstrip()}\n\nrun = {request_id.int}"
        frame = {
            "type": "ask",
            "request_id": str(request_id),
            "code": code,
            "cursor": {"line": code.count("\n"), "character": 0},
            "question": question(number, request_id),
        }
        text = orjson.dumps(frame).decode()
        heard = Heard(request_id.hex, time.monotonic())
        await self.socket.send_str(text)
        return heard

    async def ask(self, number: int) -> Heard:
        """See `Line`."""
        heard = await self.send(number)
        await self.hear(heard)
        return heard

    async def hear(self, heard: Heard) -> None:
        """Hear an answer out."""
        end = 0
        while True:
            message = await self.socket.receive()
            now = time.monotonic()
            if message.type is not WSMsgType.TEXT:
                heard.failure = f"closed: {message.data}"
                return
            frame = orjson.loads(message.data)
            match frame["type"]:
                case "delta":
                    end += len(frame["content"])
                    heard.ends.append(end)
                    heard.at.append(now)
                case "done":
                    heard.ended_at = now
                    return
                case "error":
                    heard.ended_at = now
                    heard.failure = frame["code"]
                    return


class Proxy:
    """A proxy that answers a POST with the model's own event stream: the floor, or the model itself."""

    def __init__(
        self, name: str, url: str, process: subprocess.Popen[bytes] | None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.pids: tuple[int, ...] = (process.pid,) if process else ()
        self._url = url
        self._process = process
        self._session = ClientSession(connector=TCPConnector(limit=0), headers=headers)

    @classmethod
    async def floor(cls, upstream: str) -> Self:
        """Start the bare pass-through on the service's core."""
        command = (
            *on_core(SERVICE_CORE),
            sys.executable,
            "-m",
            "benchmarks.service.floor",
            f"{upstream}/chat/completions",
        )
        process = await asyncio.to_thread(subprocess.Popen, command, stdout=subprocess.PIPE, env=dict(os.environ))
        assert process.stdout is not None
        port = int(await asyncio.to_thread(process.stdout.readline))
        return cls("floor", f"http://127.0.0.1:{port}/", process)

    async def line(self) -> ProxyLine:
        """Give a line; connections are kept by the session."""
        return ProxyLine(self._session, self._url)

    async def close(self) -> None:
        """Kill the process."""
        await self._session.close()
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            assert self._process.stdout is not None
            self._process.stdout.close()


class ProxyLine:
    """One request after another."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def ask(self, number: int) -> Heard:
        """See `Line`. The pieces are what the network brought; only their times count."""
        request_id = uuid4()
        body = {
            "model": "bench",
            "stream": True,
            "messages": [{"role": "user", "content": question(number, request_id)}],
        }
        content = orjson.dumps(body)
        heard = Heard(request_id.hex, time.monotonic())
        async with self._session.post(
            self._url, data=content, headers={"content-type": "application/json"}
        ) as response:
            if response.status != 200:
                heard.failure = f"status {response.status}"
            async for _ in response.content.iter_any():
                heard.at.append(time.monotonic())
        heard.ended_at = time.monotonic()
        return heard


def question(number: int, request_id: UUID) -> str:
    """Name the case and the ask to the model."""
    return f"What is wrong here? This is benchmark case {number} {request_id.hex} of many."
