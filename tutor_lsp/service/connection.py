"""The client's connection to the service: one WebSocket at a time, and a queue of messages to send."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from tutor_lsp.service.frames import MalformedFrame, decode
from tutor_lsp.service.pending_ask import PendingAsk
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
from tutor_protocol import MAX_FRAME_BYTES, SUBPROTOCOL, Ask, Auth, CloseCode, encode

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    import aiohttp

    from tutor_lsp.service.credentials import Credentials
    from tutor_protocol import Cancel, FromEditor, FromService, Rate

PATH = "/api/chat/ws"
SEND_SECONDS = 10.0
CLOSE_SECONDS = 1.0
HEARTBEAT_SECONDS = 10.0
"""Seconds without a message after which the client sends a ping (RFC 6455 §5.5.2).

If no pong arrives in half that time, the connection counts as lost.
"""


class ConnectionLost(ServiceFault):
    """An open connection broke or was closed."""


class TooManyWindows(ServiceFault):
    """The student has as many connections open as the service allows."""

    def __init__(self) -> None:
        super().__init__("The tutor is in use in too many editor windows. Close one of them, then ask again.")


class TooManyFrames(ServiceFault):
    """The student's windows together have exceeded the service's rate limit."""

    def __init__(self) -> None:
        super().__init__("Too much was sent to the tutor at once. Wait a moment, then ask again.")


class Restarting(ConnectionLost):
    """The service is restarting, and accepts connections again in a moment."""

    def __init__(self) -> None:
        super().__init__("The tutor service is restarting.")


class ServiceConnection:
    """The connection of one window to the service at an address that `check_server_url` has accepted.

    `send` queues a message. `messages` opens one WebSocket, and sends the queue as long as it runs. After the loss of a
    connection, `messages` is called again with the asks that are still pending.
    """

    def __init__(self, server_url: str, credentials: Credentials, *, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        self._server_url = server_url
        self._credentials = credentials
        self._heartbeat = heartbeat
        self._token: str | None = None
        self._unsent: asyncio.Queue[PendingAsk | Cancel | Rate] = asyncio.Queue()
        self._is_open = False
        self._bug: Exception | None = None

    def send(self, message: PendingAsk | Cancel | Rate) -> None:
        """Queue a message. It is sent after the earlier ones, once a connection is open.

        An ask that has ended by then is not sent.
        """
        self._unsent.put_nowait(message)

    def discard_unsent(self) -> None:
        """Drop the messages that have not been sent yet."""
        self._unsent = asyncio.Queue()

    async def flush(self, seconds: float) -> None:
        """Wait at most `seconds` until an open connection has sent all queued messages."""
        if self._is_open:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._unsent.join()

    async def authenticate(self) -> None:
        """Get the access token for the next WebSocket. Raise `SignedOut`, or another `ServiceFault`."""
        self._token = await self._credentials.access_token()
        if self._token is None:
            raise SignedOut

    async def renew_token(self) -> bool:
        """Replace the token that the service has rejected. Return whether this succeeded. Raise `ServiceFault`."""
        return self._token is not None and await self._credentials.renew(self._token) is not None

    async def messages(self, pending: Iterable[PendingAsk]) -> AsyncGenerator[FromService, None]:
        """Open a WebSocket, start or resume the pending asks on it, and yield the service's messages.

        Call `authenticate` first. The generator always ends with an exception: `Unreachable`, `SignedOut`,
        `ConnectionLost` or another `ServiceFault`.
        """
        session = await open_session({"Authorization": f"Bearer {self._token}"})
        try:
            socket = await _upgrade(session, self._server_url, self._heartbeat)
            try:
                self._requeue(pending)
                writer = asyncio.create_task(self._write(socket))
                self._is_open = True
                try:
                    while True:
                        yield await _receive(socket)
                finally:
                    self._is_open = False
                    writer.cancel()
                    self._raise_bug()
            finally:
                await socket.close()
        finally:
            await session.close()

    def _requeue(self, pending: Iterable[PendingAsk]) -> None:
        """Put the pending asks before the other queued messages, each ask once."""
        unsent, self._unsent = self._unsent, asyncio.Queue()
        for ask in pending:
            self.send(ask)
        while not unsent.empty():
            message = unsent.get_nowait()
            if not isinstance(message, PendingAsk):
                self.send(message)

    async def _write(self, socket: aiohttp.ClientWebSocketResponse[bool]) -> None:
        """Send the queued messages until the socket breaks. The coroutine that reads then raises the reason.

        Messages are sent in order, except that later messages do not wait for an ask that needs a new access token.
        """
        unsent = self._unsent
        try:
            async with asyncio.TaskGroup() as asks:
                while True:
                    message = await unsent.get()
                    if isinstance(message, PendingAsk):  # Waiting for the ask's token must not delay a cancellation.
                        asks.create_task(self._write_ask(socket, message))
                        await asyncio.sleep(0)  # If the token is known, the ask is sent now, before later messages.
                    else:
                        await _write_frame(socket, message)
                    unsent.task_done()
        except ExceptionGroup as errors:
            bugs = errors.split(ConnectionLost)[1]
            if bugs is None:
                return
            self._bug = bugs.exceptions[0]
            await socket.close()  # Closing the socket ends the reading coroutine, which raises the exception.

    def _raise_bug(self) -> None:
        """Raise the unexpected exception that ended the writer, if there was one."""
        bug, self._bug = self._bug, None
        if bug is not None:
            raise bug

    async def _write_ask(self, socket: aiohttp.ClientWebSocketResponse[bool], pending: PendingAsk) -> None:
        """Send an ask. If the access token was refreshed since the connection was opened, send it first."""
        if isinstance(pending.opening(), Ask):
            token = None
            with suppress(ServiceFault):  # Keep the current token, which may still be valid.
                token = await self._credentials.access_token()
            if token is not None and token != self._token:
                self._token = token
                await _write_frame(socket, Auth(access_token=token))
        opening = pending.opening()
        if opening is not None:
            pending.was_sent = True
            await _write_frame(socket, opening)


def wire(message: FromEditor) -> bytes:
    """Return a message as the bytes of a frame. A lone surrogate, which UTF-8 cannot encode, becomes `?`."""
    return encode(message).encode("utf-8", "replace")


async def _write_frame(socket: aiohttp.ClientWebSocketResponse[bool], message: FromEditor) -> None:
    from aiohttp import WSMsgType  # noqa: PLC0415 - already imported by `open_session`

    try:
        async with asyncio.timeout(SEND_SECONDS):
            await socket.send_frame(wire(message), WSMsgType.TEXT)
    except TimeoutError as error:
        await socket.close()  # Closing the socket also ends the coroutine that reads from it.
        raise ConnectionLost("The connection to the tutor was lost.") from error
    except (OSError, RuntimeError) as error:  # aiohttp's ClientConnectionResetError is a subclass of OSError.
        raise ConnectionLost("The connection to the tutor was lost.") from error


async def _receive(socket: aiohttp.ClientWebSocketResponse[bool]) -> FromService:
    """Return the next message of a known type. Raise the fault that explains why the socket was closed."""
    from aiohttp import WSMsgType  # noqa: PLC0415 - already imported by `open_session`

    while True:
        frame = await socket.receive()
        if frame.type is not WSMsgType.TEXT:
            raise _fault_of_closing(socket.close_code)
        try:
            message = decode(frame.data)
        except MalformedFrame as error:
            raise ConnectionLost("The tutor service sent something that cannot be read.") from error
        if message is not None:
            return message


def _fault_of_closing(close_code: int | None) -> ServiceFault:
    match close_code:
        case CloseCode.UNAUTHENTICATED:
            return SignedOut()
        case CloseCode.TOO_MANY_CONNECTIONS:
            return TooManyWindows()
        case CloseCode.TOO_MANY_FRAMES:
            return TooManyFrames()
        case CloseCode.RESTARTING:
            return Restarting()
    return ConnectionLost("The connection to the tutor was lost.")


async def _upgrade(
    session: aiohttp.ClientSession, server_url: str, heartbeat: float
) -> aiohttp.ClientWebSocketResponse[bool]:
    import aiohttp  # noqa: PLC0415 - already imported by `open_session`

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
    except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is a subclass of OSError.
        raise fault_of(server_url, error) from error
    if socket.protocol != SUBPROTOCOL:
        await socket.close()
        raise Unreachable(f"What answers at {host_of(server_url)} is not a tutor service.")
    return socket
