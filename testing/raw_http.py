"""A raw TCP connection to a service, for requests that no HTTP client would send."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yarl import URL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WAIT_SECONDS = 20
"""Seconds after which a wait for the service fails. Tests check shorter times themselves."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as received: its status, and the bytes of its head and its body."""

    status: int
    head: bytes
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed as JSON."""
        return json.loads(self.body)


class RawConnection:
    """One TCP connection to the service."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        """Send bytes unchanged."""
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self, *, has_body: bool = True) -> Answer:
        """Receive one response. With `has_body=False`, as after HEAD, expect no body despite a `Content-Length`."""
        async with asyncio.timeout(WAIT_SECONDS):
            head = await self._reader.readuntil(b"\r\n\r\n")
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
            length = int(fields.get(b"content-length", 0)) if has_body else 0
            body = await self._reader.readexactly(length)
        return Answer(int(head.split()[1]), head, body)

    async def rest(self) -> bytes:
        """Return all further bytes until the service closes the connection."""
        async with asyncio.timeout(WAIT_SECONDS):
            return await self._reader.read()

    async def is_closed_within(self, seconds: float) -> bool:
        """Return whether the service closes the connection within `seconds`. Received bytes are dropped."""
        try:
            async with asyncio.timeout(seconds):
                await self._reader.read()
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def raw_connection(url: str) -> AsyncIterator[RawConnection]:
    """Open a connection to a service, and close it on exit."""
    address = URL(url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        yield RawConnection(reader, writer)
    finally:
        writer.transport.abort()
