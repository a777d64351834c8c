"""The chat WebSocket: one connection of an editor window, many asks on it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

import structlog
from aiohttp import WSMsgType, web

from tutor_analysis.pool import NotAnalysed
from tutor_protocol import MAX_FRAME_BYTES, SUBPROTOCOL, Ask, Auth, Cancel, CloseCode, Rate, Resume, encode
from tutor_server.api.closing import CLOSE_SECONDS, CLOSING_FRAMES, close_socket
from tutor_server.api.frames import FrameRefused, parse_frame, read_large_frame, request_id_in
from tutor_server.api.routes import Access, Routes
from tutor_server.errors import LimiterUnavailable, NotFound, RateLimited, TutorError, Unauthenticated, ValidationFailed
from tutor_server.tutoring.answer import error_frame
from tutor_server.tutoring.received import ReceivedAsk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterable

    from aiohttp import WSMessage

    from tutor_analysis.analyst import Analyst
    from tutor_protocol import FromEditor, FromService
    from tutor_server.admission.frame_rate import FrameAllowance, FrameAllowances
    from tutor_server.admission.limiter import ConnectionSlots, Slot
    from tutor_server.api.aiohttp_fixes import CountsBytes
    from tutor_server.clock import Clock
    from tutor_server.identity.access_tokens import AccessToken, Authenticator
    from tutor_server.limits import Deadlines
    from tutor_server.tutoring.answer import Answer
    from tutor_server.tutoring.tutor import Tutor

log = structlog.get_logger(__name__)

routes = Routes("chat")

CHAT_SOCKETS: web.AppKey[ChatSockets] = web.AppKey("chat_sockets")

HEARTBEAT_SECONDS = 20.0
SMALL_FRAME = 16 * 1024
"""Characters."""
LARGE_FRAME_SECONDS = 2.0
"""Processor time. A frame of 1 MiB with as many notebook cells as it can hold takes half of it."""
ALLOWANCE_USED_UP = "Your last questions took very long to read. Please wait a moment."
ALLOWANCE_WAIT, OVERLOAD_WAIT = 10, 5
"""Seconds after which to ask again: once a student's allowance is used up, and where too many wait."""
PAST_RATE = "too many frames"
OPENING_AT_ONCE = 4
"""Asks of a connection that may wait for their acceptance or refusal; who sends more is read no further meanwhile."""


@routes.add("GET /api/chat/ws", access=Access.SOCKET, status=101, refuses=(ValidationFailed,))
async def chat(request: web.Request) -> web.WebSocketResponse:
    """Open the chat WebSocket, subprotocol `tutor.v1`.

    The handshake is accepted before a refusal: close code 4001 says not signed in, 4002 too many connections, 1008
    that the user has sent more frames than the rate allows.
    """
    return await request.app[CHAT_SOCKETS].handle(request)


class ChatSockets:
    """Serves `GET /api/chat/ws` and knows every open connection, so that a shutdown can end them properly."""

    def __init__(
        self,
        *,
        tutor: Tutor,
        analyst: Analyst,
        authenticator: Authenticator,
        slots: ConnectionSlots,
        allowances: FrameAllowances,
        clock: Clock,
        deadlines: Deadlines,
    ) -> None:
        self._tutor = tutor
        self._analyst = analyst
        self._authenticator = authenticator
        self._slots = slots
        self._allowances = allowances
        self._clock = clock
        self._deadlines = deadlines
        self._open: set[_Connection] = set()
        self._closes_with: tuple[int, str] | None = None

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Accept the handshake, then close with 1008, 4001 or 4002 if the user may not talk, else talk."""
        socket = web.WebSocketResponse(
            protocols=(SUBPROTOCOL,),
            heartbeat=HEARTBEAT_SECONDS,
            max_msg_size=MAX_FRAME_BYTES + 1,  # aiohttp refuses a frame of this size, too
            timeout=CLOSE_SECONDS,
            autoclose=False,
            autoping=False,  # a ping is a frame of the client, and counts as one
            compress=False,
        )
        if not socket.can_prepare(request):
            raise ValidationFailed("This address speaks WebSocket only.")
        await socket.prepare(request)
        if self._closes_with is not None:
            await close_socket(request, socket, *self._closes_with)
            return socket
        try:
            token = self._authenticator.authenticate(request.headers.get("Authorization"))
        except Unauthenticated as error:
            await close_socket(request, socket, CloseCode.UNAUTHENTICATED, error.code)
            return socket
        allowance = self._allowances.of(token.user_id)
        if not allowance.take_connection():
            await self._refuse(request, socket, token, CloseCode.TOO_MANY_FRAMES, PAST_RATE)
            return socket
        slot = await self._slots.acquire(str(token.user_id))
        if slot is None:
            await self._refuse(request, socket, token, CloseCode.TOO_MANY_CONNECTIONS, "too many connections")
            return socket
        connection = _Connection(self, request, socket, token, allowance)
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
        """Stop a user's answers and wait until they are settled."""
        await self._tutor.stop_all_of(user_id)

    def end_sign_ins(self, families: frozenset[UUID]) -> None:
        """Begin to close the connections of sign-ins that have ended with 4001."""
        for connection in self._open:
            if connection.family_id in families:
                connection.end_sign_in("UNAUTHENTICATED")

    async def close(self, *, finishing: float = 0, restarts: bool = False) -> None:
        """Take no more asks, and close each connection once its answers have ended.

        The answers may go on for `finishing` seconds; then each ends with its `error`. The close code is 1001, or 1012
        where the service restarts.
        """
        if self._closes_with is None:
            code = CloseCode.RESTARTING if restarts else CloseCode.SHUTTING_DOWN
            self._closes_with = (code, "restarting" if restarts else "shutting down")
        leaving = [asyncio.create_task(connection.leave(*self._closes_with)) for connection in self._open]
        await self._tutor.close(finishing=finishing)
        if leaving:
            await asyncio.wait(leaving, timeout=CLOSE_SECONDS)
            for connection in self._open:
                connection.end(*self._closes_with)
            await asyncio.wait(leaving)


class _Connection:
    """One signed-in socket: reads frames, and forwards each answer by a task of its own."""

    def __init__(
        self,
        sockets: ChatSockets,
        request: web.Request,
        socket: web.WebSocketResponse,
        token: AccessToken,
        allowance: FrameAllowance,
    ) -> None:
        self._tutor = sockets._tutor  # noqa: SLF001 - one thing in two classes
        self._analyst = sockets._analyst  # noqa: SLF001
        self._authenticator = sockets._authenticator  # noqa: SLF001
        self._clock = sockets._clock  # noqa: SLF001
        self._write_deadline = sockets._deadlines.slow_reader  # noqa: SLF001
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

    @property
    def family_id(self) -> UUID:
        """The sign-in that the connection is of."""
        return self._token.family_id

    async def talk(self, slot: Slot) -> None:
        """Read frames until the connection ends; its answers live on for their grace period.

        `slot` is free before the editor learns of the end, so that it can open another connection at once.
        """
        started_at = self._clock.monotonic()
        self._log.info("connection_opened")
        cast("CountsBytes", self._request.protocol).on_bytes = self._count_bytes
        self._watch_expiry()
        if self._authenticator.has_ended(self._token):  # between the handshake's check and now
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
        """Close once the answers that are being sent have reached the editor."""
        while self._forwarders and not self._goodbye.done():
            await asyncio.wait(list(self._forwarders.values()))
        self.end(code, reason)
        await self._has_ended.wait()

    def end_sign_in(self, reason: str) -> None:
        """Begin to close with 4001; the reason is one of a 401's codes. What comes from now on is not heard."""
        self.end(CloseCode.UNAUTHENTICATED, reason)

    def end(self, code: int, reason: str) -> None:
        """Begin to close, unless that has begun. The task that reads the socket closes it."""
        if not self._goodbye.done():
            self._goodbye.set_result((code, reason))

    def _end_flood(self, kind: str) -> None:
        """Begin to close with 1008, and log it once for all connections of the user."""
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
            del message  # the next one may take long
            await asyncio.sleep(0)  # where frames wait already, nothing else here would let the others have their turn

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
            frame = _received(parse_frame(text)) if len(text) <= SMALL_FRAME else await self._read_large(text)
        except FrameRefused as refused:
            await self._send(error_frame(refused.error, refused.request_id))
            return
        request_id = frame.ask.request_id if isinstance(frame, ReceivedAsk) else getattr(frame, "request_id", None)
        try:
            await self._dispatch(frame)
        except TutorError as error:
            await self._send(error_frame(error, request_id))
        except Exception:  # noqa: BLE001 - the edge of the socket: logged, answered, and the connection stays
            self._log.exception("frame_failed", frame=type(frame).__name__)
            await self._send(error_frame(TutorError(), request_id))

    async def _read_large(self, text: str) -> _Frame:
        """Read a frame in a child process: reading and digesting it here would hold up everybody.

        Raises `FrameRefused`.
        """
        try:
            read = await self._analyst.run(
                (self._token.user_id, "frames"), read_large_frame, text, seconds=LARGE_FRAME_SECONDS
            )
        except NotAnalysed as failure:
            self._log.warning("frame_unread", reason=failure.reason, exception_type=failure.detail or None)
            raise FrameRefused(_refusal_of(failure), request_id_in(text)) from None
        if read.refused is not None:
            raise FrameRefused(read.refused(read.detail), read.request_id)
        assert read.message is not None  # noqa: S101 - for the type checker
        return _received(read.message, read.digest)

    async def _dispatch(self, frame: _Frame) -> None:
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
        """Send an answer as it comes; a second reader of it on this connection takes the place of the first."""
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
        """Wait while too many have not been opened: who asks without end keeps nobody else from asking."""
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
        """Send one frame; an editor that does not read for the write deadline loses the connection."""
        try:
            async with asyncio.timeout(self._write_deadline), self._sending:
                await self._socket.send_frame(payload, kind)
        except TimeoutError:
            self._log.warning("slow_reader_cut")
            self._abort()
        except ConnectionError:  # the editor has gone; the answer waits for its return
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


_Frame = ReceivedAsk | Cancel | Resume | Rate | Auth


def _received(message: FromEditor, digest: bytes | None = None) -> _Frame:
    return ReceivedAsk(message, digest) if isinstance(message, Ask) else message


def _refusal_of(failure: NotAnalysed) -> TutorError:
    """Return what the student is told whose frame was not read."""
    if failure.reason == "allowance":
        return RateLimited(ALLOWANCE_USED_UP, retry_after=ALLOWANCE_WAIT)
    if failure.reason == "deadline":
        return ValidationFailed("This message takes too long to read. Ask about a smaller file.")
    return LimiterUnavailable(retry_after=OVERLOAD_WAIT)


async def _cancel(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def _first(waits: Iterable[Coroutine[None, None, None]]) -> None:
    """Wait for the first of several things to happen."""
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
