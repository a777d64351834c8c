"""An unreliable network connection: a TCP proxy that cuts each connection at a random moment."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator

CHUNK = 64


@dataclass(slots=True)
class CuttingProxy:
    """The proxy's URL and the number of connections that it has cut."""

    url: str
    cuts: int = 0


@asynccontextmanager
async def cutting_proxy(
    target: str, chance: random.Random, *, least: int = 200, most: int = 2500
) -> AsyncIterator[CuttingProxy]:
    """Forward TCP to the target. Close each connection after `least` to `most` bytes of the response with headers."""
    parts = urlsplit(target)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            ours, theirs = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            writer.transport.abort()
            return
        forward = asyncio.create_task(_forward(reader, theirs))
        left = chance.randrange(least, most)
        try:
            while left > 0 and (chunk := await ours.read(min(left, CHUNK))):
                left -= len(chunk)
                writer.write(chunk)
        except ConnectionError:
            pass
        proxy.cuts += left <= 0
        forward.cancel()
        writer.transport.abort()
        theirs.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    proxy = CuttingProxy(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server:
        yield proxy


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(4096):
            writer.write(chunk)
    except ConnectionError:
        pass
    writer.close()
