"""Measured services that answer a POST with an event stream: the bare pass-through, LiteLLM, and the model itself."""

from __future__ import annotations

import asyncio
import sys
import time
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING, Self
from uuid import uuid4

import orjson
from aiohttp import ClientSession, TCPConnector

from benchmarks.service.processes import SERVICE_CORE, on_cores
from benchmarks.service.subjects import Heard, Piece, question

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TOKEN = b'"content":"'
"""A string that occurs exactly once in each token's event."""


class Proxy:
    """A proxy of the Chat Completions API. Its answers are measured in tokens."""

    def __init__(
        self, name: str, url: str, process: Popen[bytes] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.pids: tuple[int, ...] = (process.pid,) if process else ()
        self._url = url
        self._process = process
        self._session = ClientSession(
            connector=TCPConnector(limit=0), headers={"content-type": "application/json", **(headers or {})}
        )

    @classmethod
    def model(cls, upstream: str) -> Self:
        """Return a client of the model itself, to which requests are sent without a proxy."""
        return cls("model", f"{upstream}/chat/completions")

    @classmethod
    async def floor(cls, upstream: str) -> Self:
        """Start the bare pass-through on the service's core."""
        program = (sys.executable, "-m", "benchmarks.service.floor", f"{upstream}/chat/completions")
        process = await asyncio.to_thread(Popen, (*on_cores(SERVICE_CORE), *program), stdout=PIPE)
        assert process.stdout is not None
        port = int(await asyncio.to_thread(process.stdout.readline))
        return cls("floor", f"http://127.0.0.1:{port}/", process)

    async def line(self) -> ProxyLine:
        """Return a client of the proxy. All clients share one session, which keeps the connections open."""
        return ProxyLine(self._session, self._url)

    def pieces(self, _number: int, tokens: int) -> Sequence[Piece]:
        """Return one piece for each token, because a proxy forwards every token separately."""
        return [Piece(number + 1, number) for number in range(tokens)]

    async def close(self) -> None:
        """Close the session and kill the process."""
        await self._session.close()
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            if self._process.stdout is not None:
                self._process.stdout.close()


class ProxyLine:
    """A client that sends one request after another."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def ask(self, number: int) -> Heard:
        """Send a request and record its complete answer."""
        request_id = uuid4()
        content = orjson.dumps(
            {
                "model": "bench",
                "stream": True,
                "messages": [{"role": "user", "content": question(number, request_id)}],
            }
        )
        heard = Heard(request_id.hex, number, time.monotonic())
        tokens, rest = 0, b""
        async with self._session.post(self._url, data=content) as response:
            if response.status != 200:
                heard.failure = f"status {response.status}"
            async for chunk in response.content.iter_any():
                tokens += (rest + chunk).count(TOKEN)
                rest = chunk[1 - len(TOKEN) :]
                heard.ends.append(tokens)
                heard.at.append(time.monotonic())
        heard.ended_at = time.monotonic()
        return heard

    async def close(self) -> None:
        """Do nothing, because the session keeps the connection."""
