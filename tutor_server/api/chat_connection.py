"""One connection of the chat WebSocket: reads the editor's frames, and forwards each answer in its own task."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

import structlog
from aiohttp import WSMsgType, web

from tutor_protocol import Auth, Cancel, CloseCode, Rate, Resume, encode
from tutor_server.api.closing import CLOSING_FRAMES, close_socket
from tutor_server.api.frame_reader import FrameReader
from tutor_server.api.frames import FrameRefused
from tutor_server.errors import NotFound, TutorError, Unauthenticated, ValidationFailed
from tutor_server.tutoring.answer import error_frame
from tutor_server.tutoring.received import ReceivedAsk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterable

    from aiohttp import WSMessage

    from tutor_analysis.analyst import Analyst
    from tutor_protocol import FromService
    from tutor_server.admission.frame_rate import FrameAllowance, FrameAllowances
    from tutor_server.admission.limiter import ConnectionSlots, Slot
    from tutor_server.api.aiohttp_fixes import CountsBytes
    from tutor_server.api.frame_reader import ClientFrame
    from tutor_server.clock import Clock
    from tutor_server.identity.access_tokens import AccessToken, Authenticator
    from tutor_server.limits import Deadlines
    from tutor_server.tutoring.answer import Answer
    from tutor_server.tutoring.tutor import Tutor

log = structlog.get_logger(__name__)

PAST_RATE = "too many frames"
OPENING_AT_ONCE = 4
"""The maximum number of asks on one connection that are neither accepted nor refused; then no frames are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatServices:
    """The services that every connection uses."""

    tutor: Tutor
    analyst: Analyst
    authenticator: Authenticator
    slots: ConnectionSlots
    allowances: FrameAllowances
    clock: Clock
    deadlines: Deadlines


class ChatConnection:
    """One signed-in WebSocket: reads frames, and forwards each answer in its own task."""

    def __init__(
        self,
        services: ChatServices,
        request: web.Request,
        socket: web.WebSocketResponse,
        token: AccessToken,
        allowance: FrameAllowance,
    ) -> None:
        self._tutor = services.tutor
        self._authenticator = services.authenticator
        self._clock = services.clock
        self._write_deadline = services.deadlines.slow_reader
        self._request = request
        self._socket = socket
        self._token = token
        self._allowance = allowance
        self._sending = asyncio.Lock()
        self._forwarders: dict[UUID, asyncio.Task[None]] = {}
        self._opening: list[Answer] = []
        self._expiry: asyncio.TimerHandle | None = None
        self._goodbye: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()
        self._close_code: int | None = None
        self._has_ended = asyncio.Event()
        self._log = log.bind(connection_id=uuid4().hex, user=str(token.user_id))
        self._frames = FrameReader(services.analyst, token.user_id, self._log)

    @property
    def family_id(self) -> UUID:
        """The id of the sign-in whose access token opened the connection."""
        return self._token.family_id

    async def talk(self, slot: Slot) -> None:
        """Read frames until the connection ends. The editor can resume its answers within their grace period.

        `slot` is released before the close frame is sent, so that the editor can open another connection at once.
        """
        started_at = self._clock.monotonic()
        self._log.info("connection_opened")
        cast("CountsBytes", self._request.protocol).on_bytes = self._count_bytes
        self._watch_expiry()
        # The sign-in may have ended after the handshake checked it.
        if self._authenticator.has_ended(self._token):
            self.end_sign_in("UNAUTHENTICATED")
        reading = asyncio.create_task(self._read())
        either: set[asyncio.Future[Any]] = {reading, self._goodbye}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            await slot.release()
            if self._goodbye.done():
                await _cancel(reading, *self._forwarders.values())
                self._close_code, reason = self._goodbye.result()
                frames = 0 if self._close_code == CloseCode.TOO_MANY_FRAMES else CLOSING_FRAMES
                await close_socket(self._request, self._socket, self._close_code, reason, frames=frames)
            else:
                await reading
        finally:
            if self._expiry is not None:
                self._expiry.cancel()
            await _cancel(reading, *self._forwarders.values())
            self._has_ended.set()
            self._log.info(
                "connection_closed",
                close_code=self._close_code or self._socket.close_code,
                duration_seconds=round(self._clock.monotonic() - started_at, 3),
            )

    async def leave(self, code: int, reason: str) -> None:
        """Close the connection once the answers under way have been sent to the editor."""
        while self._forwarders and not self._goodbye.done():
            await asyncio.wait(list(self._forwarders.values()))
        self.end(code, reason)
        await self._has_ended.wait()

    def end_sign_in(self, reason: str) -> None:
        """Begin to close with 4001; `reason` is an error code of a 401. Ignore later frames."""
        self.end(CloseCode.UNAUTHENTICATED, reason)

    def end(self, code: int, reason: str) -> None:
        """Begin to close the connection, unless it is closing already. `talk` does the closing."""
        if not self._goodbye.done():
            self._goodbye.set_result((code, reason))

    def _end_flood(self, kind: str) -> None:
        """Begin to close with 1008: too many frames or bytes. Log it once for all connections of the user."""
        if not self._allowance.is_shut_out:
            self._log.warning("frames_past_rate", kind=kind)
        self._allowance.shut_out()
        self.end(CloseCode.TOO_MANY_FRAMES, PAST_RATE)

    def _count_bytes(self, count: int) -> None:
        if not self._allowance.take_bytes(count):
            self._request.protocol.pause_reading()
            self._end_flood("bytes")

    async def _read(self) -> None:
        async for message in self._socket:
            if not self._allowance.take_frame():
                self._end_flood("frames")
                return
            await self._take(message)
            # Free the frame's memory: the next frame may take long to arrive.
            del message
            # Let other tasks run: reading frames that are already buffered never yields to the event loop.
            await asyncio.sleep(0)

    async def _take(self, message: WSMessage) -> None:
        match message.type:
            case WSMsgType.TEXT:
                await self._receive(message.data)
            case WSMsgType.BINARY:
                await self._send(error_frame(ValidationFailed("Messages are text frames of JSON."), None))
            case WSMsgType.PING:
                await self._write(message.data, WSMsgType.PONG)

    async def _receive(self, text: str) -> None:
        try:
            frame = await self._frames.read(text)
        except FrameRefused as refused:
            await self._send(error_frame(refused.error, refused.request_id))
            return
        request_id = frame.ask.request_id if isinstance(frame, ReceivedAsk) else getattr(frame, "request_id", None)
        try:
            await self._dispatch(frame)
        except TutorError as error:
            await self._send(error_frame(error, request_id))
        except Exception:  # noqa: BLE001 - the error is logged and answered, and the connection stays open
            self._log.exception("frame_failed", frame=type(frame).__name__)
            await self._send(error_frame(TutorError(), request_id))

    async def _dispatch(self, frame: ClientFrame) -> None:
        user_id = self._token.user_id
        match frame:
            case ReceivedAsk():
                answer = self._tutor.ask(user_id, frame)
                self._forward(frame.ask.request_id, answer.stream())
                await self._hold_back(answer)
            case Resume():
                answer = self._tutor.resume(user_id, frame.request_id)
                self._forward(frame.request_id, answer.stream(frame.next_seq, with_accepted=False))
                await self._hold_back(answer)
            case Cancel():
                await self._tutor.cancel(user_id, frame.request_id)
            case Rate():
                await self._tutor.rate(user_id, _message_id(frame.message_id), helpful=frame.helpful)
            case Auth():
                self._renew(frame.access_token)

    def _forward(self, request_id: UUID, frames: AsyncIterator[FromService]) -> None:
        """Forward an answer while it streams. If this connection already does so, replace the earlier reader."""
        if previous := self._forwarders.pop(request_id, None):
            previous.cancel()
        task = asyncio.create_task(self._send_all(frames))
        self._forwarders[request_id] = task

        def forget(done: asyncio.Task[None]) -> None:
            if self._forwarders.get(request_id) is done:
                del self._forwarders[request_id]
            self._forget_opened()

        task.add_done_callback(forget)

    async def _hold_back(self, answer: Answer) -> None:
        """Wait while too many asks are neither accepted nor refused, so that one client cannot keep out others."""
        self._forget_opened()
        self._opening.append(answer)
        if len(self._opening) >= OPENING_AT_ONCE:
            await _first(other.opened() for other in self._opening)

    def _forget_opened(self) -> None:
        self._opening = [answer for answer in self._opening if not answer.is_opened]

    async def _send_all(self, frames: AsyncIterator[FromService]) -> None:
        async for frame in frames:
            await self._send(frame)

    async def _send(self, frame: FromService) -> None:
        await self._write(encode(frame).encode(), WSMsgType.TEXT)

    async def _write(self, payload: bytes, kind: WSMsgType) -> None:
        """Send one frame. If the editor does not read it before the write deadline, drop the connection."""
        try:
            async with asyncio.timeout(self._write_deadline), self._sending:
                await self._socket.send_frame(payload, kind)
        except TimeoutError:
            self._log.warning("slow_reader_cut")
            self._abort()
        except ConnectionError:  # The editor has disconnected. The answer is kept, so that the editor can resume it.
            self._abort()

    def _abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    def _renew(self, access_token: str) -> None:
        try:
            token = self._authenticator.authenticate(f"Bearer {access_token}")
        except Unauthenticated as error:
            self.end_sign_in(error.code)
            return
        if token.user_id != self._token.user_id:
            self.end_sign_in("UNAUTHENTICATED")
            return
        self._token = token
        self._watch_expiry()

    def _watch_expiry(self) -> None:
        if self._expiry is not None:
            self._expiry.cancel()
        seconds = (self._token.expires_at - self._clock.now()).total_seconds()
        self._expiry = asyncio.get_running_loop().call_later(max(0.0, seconds), self.end_sign_in, "TOKEN_EXPIRED")


async def _cancel(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _first(waits: Iterable[Coroutine[None, None, None]]) -> None:
    """Wait until the first of several coroutines has ended, and cancel the others."""
    waiting = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _cancel(*waiting)


def _message_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
