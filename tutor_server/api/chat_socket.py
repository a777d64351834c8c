"""The chat WebSocket: its handshake, and the open connections, which are closed when the service stops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from tutor_protocol import MAX_FRAME_BYTES, SUBPROTOCOL, CloseCode
from tutor_server.api.chat_connection import PAST_RATE, ChatConnection
from tutor_server.api.closing import CLOSE_SECONDS, close_socket
from tutor_server.api.routes import Access, Routes
from tutor_server.errors import Unauthenticated, ValidationFailed

if TYPE_CHECKING:
    from uuid import UUID

    from tutor_server.api.chat_connection import ChatServices
    from tutor_server.identity.access_tokens import AccessToken

log = structlog.get_logger(__name__)

routes = Routes("chat")

CHAT_SOCKETS: web.AppKey[ChatSockets] = web.AppKey("chat_sockets")

HEARTBEAT_SECONDS = 20.0


@routes.add("GET /api/chat/ws", access=Access.SOCKET, status=101, refuses=(ValidationFailed,))
async def chat(request: web.Request) -> web.WebSocketResponse:
    """Open the chat WebSocket, subprotocol `tutor.v1`.

    A refusal is sent after the handshake, as a close code: 4001 means not signed in, 4002 too many connections, 1008
    that the user has exceeded the rate limit of frames.
    """
    return await request.app[CHAT_SOCKETS].handle(request)


class ChatSockets:
    """Serves `GET /api/chat/ws`, and records the open connections, so that a shutdown can close them properly."""

    def __init__(self, services: ChatServices) -> None:
        self._services = services
        self._open: set[ChatConnection] = set()
        self._closes_with: tuple[int, str] | None = None

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Accept the handshake, and serve the connection, or close it with 1008, 4001 or 4002."""
        socket = web.WebSocketResponse(
            protocols=(SUBPROTOCOL,),
            heartbeat=HEARTBEAT_SECONDS,
            max_msg_size=MAX_FRAME_BYTES + 1,  # aiohttp also refuses frames of exactly the maximum size.
            timeout=CLOSE_SECONDS,
            autoclose=False,
            autoping=False,  # Pings are handled here, since they count towards the rate limit of frames.
            compress=False,
        )
        if not socket.can_prepare(request):
            raise ValidationFailed("This address speaks WebSocket only.")
        await socket.prepare(request)
        if self._closes_with is not None:
            await close_socket(request, socket, *self._closes_with)
            return socket
        try:
            token = self._services.authenticator.authenticate(request.headers.get("Authorization"))
        except Unauthenticated as error:
            await close_socket(request, socket, CloseCode.UNAUTHENTICATED, error.code)
            return socket
        allowance = self._services.allowances.of(token.user_id)
        if not allowance.take_connection():
            await self._refuse(request, socket, token, CloseCode.TOO_MANY_FRAMES, PAST_RATE)
            return socket
        slot = await self._services.slots.acquire(str(token.user_id))
        if slot is None:
            await self._refuse(request, socket, token, CloseCode.TOO_MANY_CONNECTIONS, "too many connections")
            return socket
        connection = ChatConnection(self._services, request, socket, token, allowance)
        self._open.add(connection)
        try:
            await connection.talk(slot)
        finally:
            self._open.discard(connection)
            await slot.release()
        return socket

    @staticmethod
    async def _refuse(
        request: web.Request, socket: web.WebSocketResponse, token: AccessToken, code: int, reason: str
    ) -> None:
        log.info("connection_refused", user=str(token.user_id), reason=reason)
        await close_socket(request, socket, code, reason)

    async def stop_answers_of(self, user_id: UUID) -> None:
        """Stop a user's answers, and wait until their tasks have ended."""
        await self._services.tutor.stop_all_of(user_id)

    def end_sign_ins(self, families: frozenset[UUID]) -> None:
        """Begin to close, with 4001, the connections of sign-ins that have ended."""
        for connection in self._open:
            if connection.family_id in families:
                connection.end_sign_in("UNAUTHENTICATED")

    async def close(self, *, finishing: float = 0, restarts: bool = False) -> None:
        """Accept no more asks, and close each connection once its answers have ended.

        The answers may continue for `finishing` seconds; then each ends with its `error`. The close code is 1001, or
        1012 if the service restarts.
        """
        if self._closes_with is None:
            code = CloseCode.RESTARTING if restarts else CloseCode.SHUTTING_DOWN
            self._closes_with = (code, "restarting" if restarts else "shutting down")
        leaving = [asyncio.create_task(connection.leave(*self._closes_with)) for connection in self._open]
        await self._services.tutor.close(finishing=finishing)
        if leaving:
            await asyncio.wait(leaving, timeout=CLOSE_SECONDS)
            for connection in self._open:
                connection.end(*self._closes_with)
            await asyncio.wait(leaving)
