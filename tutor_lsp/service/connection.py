"""One WebSocket to the service: opens, sends and receives, and turns what goes wrong into a few clear faults."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from tutor_lsp.service.frames import MalformedFrame, decode
from tutor_lsp.service.session import (
    CONNECT_SECONDS,
    ServiceFault,
    SignedOut,
    Unreachable,
    fault_of,
    host_of,
    open_session,
    proxy_for,
)
from tutor_protocol import MAX_FRAME_BYTES, SUBPROTOCOL, CloseCode, encode

if TYPE_CHECKING:
    import aiohttp

    from tutor_protocol import FromEditor, FromService

PATH = "/api/chat/ws"
SEND_SECONDS = 10.0
CLOSE_SECONDS = 1.0
HEARTBEAT_SECONDS = 10.0
"""A ping after so much silence; half as long without a pong and the line counts as lost (RFC 6455 §5.5.2)."""


class LineLost(ServiceFault):
    """An open line broke, or was closed."""


class TooManyWindows(ServiceFault):
    """The student has as many lines open as the service allows."""

    def __init__(self) -> None:
        super().__init__("The tutor is in use in too many editor windows. Close one of them, then ask again.")


class TooManyFrames(ServiceFault):
    """The service has been sent more than its rate allows, from whichever windows of the student."""

    def __init__(self) -> None:
        super().__init__("Too much was sent to the tutor at once. Wait a moment, then ask again.")


class Restarting(LineLost):
    """The service starts anew, and is back in a moment."""

    def __init__(self) -> None:
        super().__init__("The tutor service is restarting.")


class ServiceLine:
    """An open line."""

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse[bool]) -> None:
        self._session = session
        self._socket = socket

    @classmethod
    async def open(cls, server_url: str, token: str, *, heartbeat: float = HEARTBEAT_SECONDS) -> Self:
        """Connect to the service at an address that `check_server_url` has passed.

        Raises `Unreachable` or `SignedOut`; a refusal by close code comes from `receive`.
        """
        session = await open_session({"Authorization": f"Bearer {token}"})
        try:
            socket = await _upgrade(session, server_url, heartbeat)
        except BaseException:
            await session.close()
            raise
        return cls(session, socket)

    async def send(self, message: FromEditor) -> None:
        """Send one message. Raises `LineLost`."""
        from aiohttp import WSMsgType  # noqa: PLC0415 - loaded by now

        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._socket.send_frame(wire(message), WSMsgType.TEXT)
        except (OSError, RuntimeError) as error:  # aiohttp's ClientConnectionResetError is an OSError
            raise LineLost("The connection to the tutor was lost.") from error

    async def receive(self) -> FromService:
        """Wait for the next message that we know. Raises what the line's end means: `LineLost` or another fault."""
        from aiohttp import WSMsgType  # noqa: PLC0415 - loaded by now

        while True:
            frame = await self._socket.receive()
            if frame.type is not WSMsgType.TEXT:
                raise self._closed()
            try:
                message = decode(frame.data)
            except MalformedFrame as error:
                raise LineLost("The tutor service sent something that cannot be read.") from error
            if message is not None:
                return message

    async def close(self) -> None:
        """Close the line; takes at most `CLOSE_SECONDS`."""
        await self._socket.close()
        await self._session.close()

    def _closed(self) -> ServiceFault:
        match self._socket.close_code:
            case CloseCode.UNAUTHENTICATED:
                return SignedOut()
            case CloseCode.TOO_MANY_CONNECTIONS:
                return TooManyWindows()
            case CloseCode.TOO_MANY_FRAMES:
                return TooManyFrames()
            case CloseCode.RESTARTING:
                return Restarting()
        return LineLost("The connection to the tutor was lost.")


def wire(message: FromEditor) -> bytes:
    """Write a message as the bytes of a frame; half a surrogate pair, which UTF-8 cannot say, becomes `?`."""
    return encode(message).encode("utf-8", "replace")


async def _upgrade(
    session: aiohttp.ClientSession, server_url: str, heartbeat: float
) -> aiohttp.ClientWebSocketResponse[bool]:
    import aiohttp  # noqa: PLC0415 - loaded by now

    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            socket = await session.ws_connect(
                server_url.rstrip("/") + PATH,
                protocols=(SUBPROTOCOL,),
                heartbeat=heartbeat,
                max_msg_size=MAX_FRAME_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
                proxy=await proxy_for(server_url),
            )
    except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
        raise fault_of(server_url, error) from error
    if socket.protocol != SUBPROTOCOL:
        await socket.close()
        raise Unreachable(f"What answers at {host_of(server_url)} is not a tutor service.")
    return socket
