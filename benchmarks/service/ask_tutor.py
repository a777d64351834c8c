"""Ask Tutor as a service to be measured: a process with real accounts, used over its WebSocket."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from functools import cache
from itertools import accumulate, count
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import orjson
from aiohttp import ClientSession, ClientWebSocketResponse, TCPConnector, WSMsgType

from benchmarks.service.processes import LOAD_CORE, SERVICE_CORE, on_cores
from benchmarks.service.subjects import Heard, Piece, question
from testing.service import Service, sign_up_student
from testing.warm_start import TUTOR_SERVER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.service.cases import Case

STUDENTS = 8
OPEN_LIMITS = {
    "TUTOR_MESSAGES_PER_MINUTE": "100000000",
    "TUTOR_CONNECTIONS_PER_USER": "100000",
    "TUTOR_DAILY_MESSAGE_CAP": "100000000",
    "TUTOR_LLM_CALLS_PER_MINUTE": "100000000",
}
"""Settings that keep every limit in force, but set it too high to be reached."""
JWT_SECRET = "words " * 8
MODEL = "gpt-4o-mini"
"""A model with a known price, so that costs are written to the ledger."""


class AskTutor:
    """The service, bound to one core. If it has several workers, they share all cores with the load."""

    name = "Ask Tutor"

    def __init__(self, service: Service, cases: list[Case], workers: int, *, is_offline: bool) -> None:
        self.service = service
        self._cases = cases
        self._is_offline = is_offline
        self._students: list[Mapping[str, str]] = []
        self._numbers = count()
        self._session = ClientSession(connector=TCPConnector(limit=0))
        self.pids: tuple[int, ...] = tuple(service.worker_ids()) if workers > 1 else (service.process.pid,)
        self.url = service.url
        self.pieces = cache(self._pieces)

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
        """Start the service and register students. Without an upstream, the offline tutor answers."""
        await asyncio.to_thread(folder.mkdir, exist_ok=True)
        known = OPEN_LIMITS | dict(settings or {})
        if upstream is not None:
            known |= {"OPENAI_API_KEY": "benchmark", "OPENAI_BASE_URL": upstream, "TUTOR_OPENAI_MODEL": MODEL}
        cores = on_cores(SERVICE_CORE, LOAD_CORE) if workers > 1 else on_cores(SERVICE_CORE)
        service = await asyncio.to_thread(
            lambda: Service(folder, known, program=(*cores, TUTOR_SERVER), workers=workers)
        )
        tutor = cls(service, cases, workers, is_offline=upstream is None)
        tutor._students = [(await sign_up_student(service)).headers for _ in range(students)]
        return tutor

    async def line(self, signed_in: Mapping[str, str] | None = None) -> TutorLine:
        """Open a WebSocket for a student. If none is given, the registered students take turns."""
        headers = signed_in or self._students[next(self._numbers) % len(self._students)]
        socket = await self._session.ws_connect(f"{self.url}/api/chat/ws", headers=headers, protocols=("tutor.v1",))
        return TutorLine(socket, self._cases)

    def _pieces(self, number: int, tokens: int) -> Sequence[Piece]:
        """Return the pieces of an answer: the units that the guard releases. Their ends are counted in characters."""
        if self._is_offline:
            return ()
        case = self._cases[number % len(self._cases)]
        ends = list(accumulate(len(token) for token in case.tokens(tokens)))
        return [Piece(end, bisect_left(ends, end)) for end in case.unit_ends(tokens)]

    async def close(self) -> None:
        """Stop the service and close the remaining WebSockets."""
        await asyncio.to_thread(self.service.stop)
        await self._session.close()


class TutorLine:
    """A chat WebSocket. Each ask is about a new program, so that each answer is at level 1 and passes the guard."""

    def __init__(self, socket: ClientWebSocketResponse, cases: list[Case]) -> None:
        self.socket = socket
        self._cases = cases

    async def send(self, number: int) -> Heard:
        """Send an ask, and return an empty record for its answer."""
        request_id = uuid4()
        code = self._cases[number % len(self._cases)].program(request_id.int)
        frame = {
            "type": "ask",
            "request_id": str(request_id),
            "code": code,
            "cursor": {"line": code.count("\n"), "character": 0},
            "question": question(number, request_id),
        }
        text = orjson.dumps(frame).decode()
        heard = Heard(request_id.hex, number, time.monotonic())
        await self.socket.send_str(text)
        return heard

    async def ask(self, number: int) -> Heard:
        """Send an ask and record its complete answer."""
        heard = await self.send(number)
        await self.hear(heard)
        return heard

    async def close(self) -> None:
        """Close the WebSocket."""
        await self.socket.close()

    async def hear(self, heard: Heard) -> None:
        """Record an answer to its end. A withheld answer, or a repeated or missing delta, is a failure."""
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
                    if frame["seq"] != len(heard.ends):
                        heard.failure = f"delta {frame['seq']} in place of {len(heard.ends)}"
                    end += len(frame["content"])
                    heard.ends.append(end)
                    heard.at.append(now)
                case "done":
                    heard.ended_at = now
                    if frame["withheld"] or frame["fallback"]:
                        heard.failure = "withheld by the guard" if frame["withheld"] else "another provider's"
                    return
                case "error":
                    heard.ended_at = now
                    heard.failure = frame["code"]
                    return
