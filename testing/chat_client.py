"""A plain client of the chat WebSocket that sends the contract's JSON, as a third-party program would."""

from __future__ import annotations

import json
import socket
import struct
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator

CODE = "def total(prices):\n    result = 0\n    for price in prices\n        result += price\n    return result\n"
"""A program whose third line lacks its final colon."""


class Closed(Exception):
    """The service closed the socket."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Chat:
    """One open WebSocket. Frames are the JSON objects of the wire, as dictionaries."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, frame: dict[str, Any]) -> None:
        """Send one frame."""
        await self.socket.send_str(json.dumps(frame, separators=(",", ":")))

    async def receive(self) -> dict[str, Any]:
        """Receive one frame. Raise `Closed` if the service closes the socket."""
        message = await self.socket.receive(timeout=30)
        if message.type is not WSMsgType.TEXT:
            raise Closed(self.socket.close_code)
        frame: dict[str, Any] = json.loads(message.data)
        return frame

    async def ask(self, **fields: Any) -> str:
        """Send an ask about `CODE` and return its request id."""
        frame = {
            "type": "ask",
            "request_id": str(uuid4()),
            "code": CODE,
            "cursor": {"line": 2, "character": 4},
            **fields,
        }
        await self.send(frame)
        return str(frame["request_id"])

    @property
    def transport(self) -> asyncio.Transport | None:
        """The transport of the connection, or None if the service has already closed the connection."""
        connection = self.socket._response.connection
        return connection.transport if connection is not None else None

    def leave(self, how: Literal["fin", "reset"]) -> float:
        """Abort the TCP connection with FIN or RST, without a WebSocket close. Return the monotonic time then."""
        transport = self.transport
        assert transport is not None
        if how == "reset":
            plain: socket.socket = transport.get_extra_info("socket")
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
        return time.monotonic()

    async def collect(self, request_id: str) -> list[dict[str, Any]]:
        """Return the frames of one answer up to its end. Frames of other answers are dropped."""
        frames: list[dict[str, Any]] = []
        while not frames or frames[-1]["type"] not in {"done", "error"}:
            frame = await self.receive()
            if frame["request_id"] == request_id:
                frames.append(frame)
        return frames

    async def answer(self, **fields: Any) -> list[dict[str, Any]]:
        """Send an ask and return all frames of its answer."""
        return await self.collect(await self.ask(**fields))


def text_of(frames: list[dict[str, Any]]) -> str:
    """Return the text of an answer. Fail if a delta is missing or repeated."""
    deltas = [frame for frame in frames if frame["type"] == "delta"]
    assert [delta["seq"] for delta in deltas] == list(range(len(deltas)))
    return "".join(delta["content"] for delta in deltas)


@asynccontextmanager
async def connect(url: str, access_token: str | None) -> AsyncIterator[Chat]:
    """Open a WebSocket at a service. Without an access token, the client is not signed in."""
    headers = {} if access_token is None else {"Authorization": f"Bearer {access_token}"}
    async with (
        ClientSession() as session,
        session.ws_connect(f"{url}/api/chat/ws", headers=headers, protocols=("tutor.v1",)) as opened,
    ):
        chat = Chat(opened)
        transport = chat.transport
        try:
            yield chat
        finally:
            await opened.close()
            # If the service has not read all data, the connection would outlive the event loop and warn later.
            if transport is not None:
                transport.abort()
