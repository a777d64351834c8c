"""One WebSocket to the service: opens, sends and receives, and turns what goes wrong into a few clear faults."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from tutor_lsp.frames import MalformedFrame, decode
from tutor_server.protocol import MAX_FRAME_BYTES, SUBPROTOCOL, CloseCode, encode

if TYPE_CHECKING:
    import aiohttp

    from tutor_server.protocol import FromEditor, FromService

PATH = "/api/chat/ws"
CONNECT_SECONDS = 10.0
SEND_SECONDS = 10.0
CLOSE_SECONDS = 1.0
HEARTBEAT_SECONDS = 10.0
"""A ping after so much silence; half as long without a pong and the line counts as lost (RFC 6455 §5.5.2)."""

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY_REQUESTS, _SERVER_ERROR = 401, 403, 404, 429, 500


class LineFault(Exception):
    """The line cannot be used. The message is a sentence for the student."""


class Unreachable(LineFault):
    """The service could not be reached."""


class LineLost(LineFault):
    """An open line broke, or was closed."""


class SignedOut(LineFault):
    """The service does not take the access token."""

    def __init__(self) -> None:
        super().__init__("Sign in to ask the tutor.")


class TooManyWindows(LineFault):
    """The student has as many lines open as the service allows."""

    def __init__(self) -> None:
        super().__init__("The tutor is in use in too many editor windows. Close one of them, then ask again.")


class ServiceLine:
    """An open line."""

    def __init__(self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse[bool]) -> None:
        self._session = session
        self._socket = socket

    @classmethod
    async def open(cls, server_url: str, token: str, *, heartbeat: float = HEARTBEAT_SECONDS) -> Self:
        """Connect to the service at an address that `settings.check_server_url` has passed.

        Raises `Unreachable` or `SignedOut`; a refusal by close code comes from `receive`.
        """
        # Importing aiohttp takes a fifth of a second: in a thread, so that the editor is not kept waiting.
        aiohttp = await asyncio.to_thread(importlib.import_module, "aiohttp")
        redirects = aiohttp.TraceConfig()
        redirects.on_request_redirect.append(_refuse_redirect)
        session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {token}"},
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=[redirects],
        )
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
        """Wait for the next message that we know. Raises `LineLost`, `SignedOut` or `TooManyWindows`."""
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

    def _closed(self) -> LineFault:
        match self._socket.close_code:
            case CloseCode.UNAUTHENTICATED:
                return SignedOut()
            case CloseCode.TOO_MANY_CONNECTIONS:
                return TooManyWindows()
        return LineLost("The connection to the tutor was lost.")


def wire(message: FromEditor) -> bytes:
    """Write a message as the bytes of a frame; half a surrogate pair, which UTF-8 cannot say, becomes `?`."""
    return encode(message).encode("utf-8", "replace")


async def _upgrade(
    session: aiohttp.ClientSession, server_url: str, heartbeat: float
) -> aiohttp.ClientWebSocketResponse[bool]:
    import aiohttp  # noqa: PLC0415 - loaded by now

    host = urlsplit(server_url).hostname or server_url
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            socket = await session.ws_connect(
                server_url.rstrip("/") + PATH,
                protocols=(SUBPROTOCOL,),
                heartbeat=heartbeat,
                max_msg_size=MAX_FRAME_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
                proxy=await asyncio.to_thread(_proxy_for, server_url),
            )
    except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
        raise _reason(host, error) from error
    if socket.protocol != SUBPROTOCOL:
        await socket.close()
        raise Unreachable(f"What answers at {host} is not a tutor service.")
    return socket


def _proxy_for(server_url: str) -> str | None:
    """Give the proxy that the environment or the system names for an address; plain http stays on this computer.

    aiohttp's own way, `trust_env`, reads ~/.netrc besides, and then refuses our Authorization header.
    """
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - loaded by aiohttp, slow without

    parts = urlsplit(server_url)
    if parts.scheme == "http" or proxy_bypass(parts.hostname or ""):
        return None
    return getproxies().get(parts.scheme)


async def _refuse_redirect(*_: object) -> None:
    raise Unreachable("The tutor service sends its visitors to another address. Check the address that you have set.")


def _reason(host: str, error: BaseException) -> LineFault:
    import aiohttp  # noqa: PLC0415 - loaded by now

    match error:
        case aiohttp.WSServerHandshakeError(status=status):
            return _refusal(host, status)
        case aiohttp.ClientSSLError() | aiohttp.ServerFingerprintMismatch():
            return Unreachable(
                f"The connection to {host} is not secure: its certificate was refused. Nothing was sent."
            )
        case aiohttp.ClientProxyConnectionError() | aiohttp.ClientHttpProxyError():
            return Unreachable("The proxy that your computer is set to use cannot be reached.")
        case aiohttp.ClientConnectorDNSError():
            return Unreachable(f"There is no computer named {host}, or you are not connected to the network.")
        case TimeoutError():
            return Unreachable(f"The tutor at {host} does not answer.")
    return Unreachable(f"The tutor at {host} cannot be reached.")


def _refusal(host: str, status: int) -> LineFault:
    if status == _UNAUTHORIZED:
        return SignedOut()
    if status == _FORBIDDEN:
        return Unreachable(f"{host} does not let this computer in.")
    if status == _NOT_FOUND:
        return Unreachable(f"There is no tutor service at {host}.")
    if status == _TOO_MANY_REQUESTS or status >= _SERVER_ERROR:
        return Unreachable(f"The tutor at {host} is not available right now. Please ask again in a moment.")
    return Unreachable(f"Something else answers at {host}, perhaps the sign-in page of this network.")
