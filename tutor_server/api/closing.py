"""Closing a WebSocket: the closing handshake of RFC 6455 §7, with limits."""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import WSMsgType

if TYPE_CHECKING:
    from aiohttp import web

CLOSE_SECONDS = 2.0
"""Seconds that the client has to answer a close frame."""
CLOSING_FRAMES = 20
"""The maximum number of frames that are read after the service has sent its close frame."""
_ENDS = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


async def close_socket(
    request: web.Request, socket: web.WebSocketResponse, code: int, reason: str, *, frames: int = CLOSING_FRAMES
) -> None:
    """Send the close frame, wait for the client's, and end the connection. No other task may read the socket meanwhile.

    aiohttp's own `close` would read without a pause, as fast as the client sends, until the client's close frame. Here
    frames are dropped one at a time. After `frames` of them nothing more is read, so that the client can no longer
    send, but still has time to read the close code.
    """
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await socket.send_frame(struct.pack("!H", code) + reason.encode(), WSMsgType.CLOSE)
            for _ in range(frames):
                if (await socket.receive()).type in _ENDS:
                    break
                await asyncio.sleep(0)
            else:
                request.protocol.pause_reading()
                await asyncio.sleep(CLOSE_SECONDS)
    if request.transport is not None:
        request.transport.abort()
