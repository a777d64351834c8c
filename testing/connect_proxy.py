"""An HTTP proxy on loopback, as universities run. It accepts CONNECT (RFC 9110 §9.3.6) for one fixed server."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from testing.servers import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ESTABLISHED = "200 Connection established"


class ConnectProxy:
    """A running proxy. `asked_for` lists the targets (`host:port`) of the CONNECT requests, in order."""

    def __init__(self, server_port: int, status: str) -> None:
        self.port = free_port()
        self.asked_for: list[str] = []
        self.handling: set[asyncio.Task[None]] = set()
        self._server_port = server_port
        self._status = status

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client's CONNECT, then forward bytes in both directions until both sides have ended."""
        task = asyncio.current_task()
        assert task is not None
        self.handling.add(task)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split(" ", 2)
        assert method == "CONNECT"
        self.asked_for.append(target)
        writer.write(f"HTTP/1.1 {self._status}\r\n\r\n".encode())
        if self._status == ESTABLISHED:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
            await asyncio.gather(_carry(reader, server_writer), _carry(server_reader, writer))
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def connect_proxy(server_port: int, *, status: str = ESTABLISHED) -> AsyncIterator[ConnectProxy]:
    """Run a proxy that connects every client to the server on a loopback port."""
    proxy = ConnectProxy(server_port, status)
    server = await asyncio.start_server(proxy.handle, "127.0.0.1", proxy.port)
    try:
        yield proxy
    finally:
        server.close()
        await server.wait_closed()
        await asyncio.gather(*proxy.handling)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(64 * 1024):
            writer.write(data)
            await writer.drain()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
