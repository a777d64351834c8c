"""A real WebSocket server on loopback. For each connection it plays a script, which is a function of the test."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from aiohttp import WSMsgType, web
from aiohttp.test_utils import unused_port

from tutor_protocol import SUBPROTOCOL, Accepted, Delta, Done, encode

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tutor_protocol import FromService

SESSION_ID, MESSAGE_ID = uuid4(), uuid4()


class Connection:
    """The service's end of one connection, which a script drives."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.request = request
        self.socket = socket
        self.received: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        """Wait for the next frame from the editor's side and return it."""
        frame: dict[str, Any] = json.loads(await self.socket.receive_str())
        self.received.append(frame)
        return frame

    async def send(self, *messages: FromService) -> None:
        """Send messages of the protocol."""
        for message in messages:
            await self.socket.send_str(encode(message))

    async def answer(self, frame: dict[str, Any], *words: str, first_seq: int = 0, finish: bool = True) -> None:
        """Send the answer to an `ask`, with `accepted` first, or to a `resume`, from the delta `first_seq` on."""
        request_id = UUID(frame["request_id"])
        if frame["type"] == "ask":
            await self.send(accepted(request_id))
        await self.send(*(delta(request_id, first_seq + seq, word) for seq, word in enumerate(words)))
        if finish:
            await self.send(done(request_id))

    async def until_closed(self) -> None:
        """Store every further frame until the client closes the connection."""
        async for message in self.socket:
            if message.type is WSMsgType.TEXT:
                self.received.append(json.loads(message.data))

    def drop(self) -> None:
        """Abort the TCP connection without a WebSocket close."""
        assert self.request.transport is not None
        self.request.transport.abort()


class ScriptedService:
    """Serves `/api/chat/ws`. Each connection plays the next script, and the last script is repeated after that."""

    def __init__(self, *scripts: Callable[[Connection], Awaitable[None]], autoping: bool = True) -> None:
        self.connections: list[Connection] = []
        self.closed = asyncio.Event()
        self._scripts = scripts
        self._autoping = autoping

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Play the next script."""
        socket = web.WebSocketResponse(protocols=(SUBPROTOCOL,), autoping=self._autoping)
        await socket.prepare(request)
        connection = Connection(request, socket)
        self.connections.append(connection)
        script = self._scripts[min(len(self.connections), len(self._scripts)) - 1]
        try:
            await script(connection)
            await connection.until_closed()
        finally:
            self.closed.set()
        return socket

    @asynccontextmanager
    async def serve(self, port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
        """Run on loopback and yield the server's URL."""
        async with serving(self.handle, port=port, tls=tls) as url:
            yield url


@asynccontextmanager
async def serving(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    *,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[str]:
    """Run one handler for every path on loopback, and yield the server's URL."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    port = port or unused_port()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def accepted(request_id: UUID, hint_level: int = 1) -> Accepted:
    """Return the message that accepts an ask."""
    return Accepted(
        request_id=request_id,
        session_id=SESSION_ID,
        message_id=MESSAGE_ID,
        hint_level=hint_level,
        max_hint_level=5,
        error_type="runtime",
        remaining_today=99,
    )


def delta(request_id: UUID, seq: int, content: str) -> Delta:
    """Return a message with a part of an answer."""
    return Delta(request_id=request_id, seq=seq, content=content)


def done(request_id: UUID) -> Done:
    """Return the message that completes an answer."""
    return Done(request_id=request_id, message_id=MESSAGE_ID, hint_level=1, provider="fake", model="fake-1")
