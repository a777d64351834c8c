"""The service as a `Tutor`: one line for many asks, which comes back by itself when it drops in mid-answer."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from tutor_lsp.lsp.failures import INTERNAL_FAILURE, log_failure
from tutor_lsp.service.connection import LineLost, Restarting, ServiceLine, TooManyFrames, TooManyWindows, wire
from tutor_lsp.service.exchange import Exchange, OutOfOrder
from tutor_lsp.service.retrying import Outage, Timing
from tutor_lsp.service.session import ServiceFault, SignedOut
from tutor_lsp.tutor import READY, SIGNED_OUT, Status
from tutor_protocol import MAX_FRAME_BYTES, Auth, Cancel, Error, ErrorCode, Rate

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
    from uuid import UUID

    from tutor_lsp.sign_in.credentials import Credentials
    from tutor_protocol import Ask, FromService

CONNECTING = Status("connecting", "Connecting to the tutor…")
RECONNECTING = Status("reconnecting", "Connection lost. Reconnecting…")
TOO_MANY_FRAMES = "Too much was sent to the tutor at once. Going on in a few seconds…"


class RemoteTutor:
    """A `Tutor` over the service at `server_url`. Connects at the first ask.

    `on_status` hears of each change of `status`. A background task holds the line while there are asks, and a while
    longer. It ends when the line was idle, or when the service cannot be used; the next ask starts another.
    """

    def __init__(
        self,
        server_url: str,
        credentials: Credentials,
        *,
        on_status: Callable[[Status], object] = lambda _: None,
        timing: Timing | None = None,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._server_url = server_url
        self._credentials = credentials
        self._on_status = on_status
        self._timing = timing or Timing()
        self._jitter = jitter
        self._sleep = sleep
        self._status = READY
        self._exchanges: dict[UUID, Exchange] = {}
        self._ratings: list[Rate] = []
        self._token: str | None = None
        self._line: ServiceLine | None = None
        self._outage: Outage | None = None
        self._restarts_until = 0.0
        self._holding: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._idle_timer: asyncio.TimerHandle | None = None
        self._is_closed = False

    @property
    def status(self) -> Status:
        """How the service is reached right now."""
        return self._status

    async def ask(self, ask: Ask) -> AsyncGenerator[FromService, None]:
        """Ask and stream what comes back. Closing the iterator cancels the ask."""
        refusal = self._refusal(ask)
        if refusal is not None:
            yield refusal
            return
        exchange = self._exchanges[ask.request_id] = Exchange(ask)
        self._hold_line()
        if self._line is not None:
            self._send(self._open_late(self._line, exchange))
        try:
            async for message in exchange.messages(self._timing.silence):
                yield message
        finally:
            self._leave(exchange)

    async def cancel(self, request_id: UUID) -> None:
        """Stop an answer; its stream ends at once, without waiting for the service."""
        exchange = self._exchanges.get(request_id)
        if exchange is not None:
            self._abandon(exchange, ErrorCode.CANCELLED, "Stopped.")

    async def rate(self, message_id: str, *, helpful: bool) -> None:
        """Say whether an answer helped. A rating that cannot be delivered is dropped."""
        if self._is_closed:
            return
        self._ratings.append(Rate(message_id=message_id, helpful=helpful))
        self._hold_line()
        if self._line is not None:
            self._send(self._deliver_ratings(self._line))
        self._rest()

    async def close(self) -> None:
        """Cancel what is running and give back the line."""
        self._is_closed = True
        for exchange in self._exchanges.values():
            self._abandon(exchange, ErrorCode.SHUTTING_DOWN, "The tutor was closed.")
        if self._sending:
            await asyncio.wait(self._sending, timeout=1)
        holding = self._hang_up()
        if holding is not None:
            await asyncio.wait([holding])

    def _refusal(self, ask: Ask) -> Error | None:
        if self._is_closed:
            code, content = ErrorCode.SHUTTING_DOWN, "The tutor was closed."
        elif ask.request_id in self._exchanges:
            code, content = ErrorCode.VALIDATION_FAILED, "This question is already being answered."
        elif len(wire(ask)) > MAX_FRAME_BYTES:
            code, content = ErrorCode.PAYLOAD_TOO_LARGE, "This is too much for one question. Ask about a smaller file."
        else:
            return None
        return Error(request_id=ask.request_id, code=code, content=content, retryable=False)

    def _abandon(self, exchange: Exchange, code: ErrorCode, content: str) -> None:
        if exchange.is_over:
            return
        exchange.end(code, content, retryable=False)
        if self._line is not None and exchange.was_sent:
            self._send(self._line.send(Cancel(request_id=exchange.ask.request_id)))

    def _leave(self, exchange: Exchange) -> None:
        self._abandon(exchange, ErrorCode.CANCELLED, "Stopped.")
        del self._exchanges[exchange.ask.request_id]
        self._rest()

    # The line: held by one task, used by all asks.

    def _hold_line(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        if self._holding is None or self._holding.done():
            self._holding = asyncio.create_task(self._hold())
            self._holding.add_done_callback(self._after_holding)

    def _rest(self) -> None:
        if self._exchanges or self._is_closed:
            return
        if self._status in {CONNECTING, RECONNECTING}:
            self._set_status(READY)
        if self._idle_timer is None:
            self._idle_timer = asyncio.get_running_loop().call_later(self._timing.idle, self._hang_up)

    def _hang_up(self) -> asyncio.Task[None] | None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        holding, self._holding, self._line, self._idle_timer = self._holding, None, None, None
        if holding is not None:
            holding.cancel()
        return holding

    def _after_holding(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:  # a fault of our own: no stream may hang on it
            log_failure("holding the line", error)
            for exchange in self._exchanges.values():
                exchange.end(ErrorCode.INTERNAL_ERROR, INTERNAL_FAILURE, retryable=True)

    async def _hold(self) -> None:
        self._outage = None
        while True:
            try:
                await self._use_line()
            except ServiceFault as fault:
                if not await self._may_try_again(fault):
                    return

    async def _use_line(self) -> NoReturn:
        """Open a line, carry the open asks over to it, and receive until it breaks."""
        self._token = await self._credentials.access_token()
        if self._token is None:
            raise SignedOut
        if self._outage is None and self._exchanges and self._status.state != "signedOut":
            self._set_status(CONNECTING)
        line = await ServiceLine.open(self._server_url, self._token, heartbeat=self._timing.heartbeat)
        try:
            self._line = line
            for exchange in self._exchanges.values():
                self._send(self._open_exchange(line, exchange))
            self._send(self._deliver_ratings(line))
            while True:
                self._receive(await line.receive())
        finally:
            if self._line is line:
                self._line = None
            await line.close()

    async def _open_late(self, line: ServiceLine, exchange: Exchange) -> None:
        """Open an ask on a line that has been open for a while, whose token may have been replaced since.

        Where no token can be had right now, the one in force may still do.
        """
        token = None
        with suppress(ServiceFault):
            token = await self._credentials.access_token()
        if token is not None and token != self._token:
            self._token = token
            await line.send(Auth(access_token=token))
        await self._open_exchange(line, exchange)

    async def _open_exchange(self, line: ServiceLine, exchange: Exchange) -> None:
        if not exchange.is_over:
            exchange.was_sent = True
            await line.send(exchange.opening())

    async def _deliver_ratings(self, line: ServiceLine) -> None:
        while self._ratings:
            await line.send(self._ratings.pop(0))

    def _send(self, sending: Coroutine[None, None, None]) -> None:
        """Send in the background, in the order of the calls.

        A failure is passed over: who receives learns of it, too, and by the close code also why.
        """

        async def quietly() -> None:
            with suppress(ServiceFault):
                await sending

        task = asyncio.create_task(quietly())
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def _receive(self, message: FromService) -> None:
        for exchange in self._addressees(message):
            if isinstance(message, Error) and message.code == ErrorCode.SHUTTING_DOWN and not exchange.is_accepted:
                continue  # the service is about to close the line; the next one asks again
            try:
                is_new = exchange.receive(message)
            except OutOfOrder:
                raise LineLost("A part of the answer was lost.") from None
            if is_new:
                self._outage = None
                self._set_status(READY)

    def _addressees(self, message: FromService) -> list[Exchange]:
        if message.request_id is not None:
            exchange = self._exchanges.get(message.request_id)
            return [] if exchange is None or exchange.is_over else [exchange]
        if message.code in {ErrorCode.VALIDATION_FAILED, ErrorCode.PAYLOAD_TOO_LARGE}:
            # A frame of ours was not understood: only an ask that has not been accepted can have been in it.
            return [exchange for exchange in self._exchanges.values() if not (exchange.is_accepted or exchange.is_over)]
        return []

    # What to do when the line cannot be opened, or breaks.

    async def _may_try_again(self, fault: ServiceFault) -> bool:
        """Decide after a fault, and wait as long as it takes. Where there is no hope, the open asks end.

        Nothing is awaited between the last look at the open asks and the return: an ask that comes meanwhile relies
        on this task.
        """
        now = asyncio.get_running_loop().time()
        outage = self._outage = self._outage or Outage(now, self._timing, self._jitter)
        if isinstance(fault, Restarting):
            self._restarts_until = now + self._timing.give_up
        is_renewed = False
        if isinstance(fault, SignedOut):
            try:
                is_renewed = await self._renew_token(outage)
            except ServiceFault as another:
                fault = another
        exchanges = [exchange for exchange in self._exchanges.values() if not exchange.is_over]
        if not exchanges:
            self._ratings.clear()
            self._set_status(_after(fault) if isinstance(fault, SignedOut) and not is_renewed else READY)
            return False
        if is_renewed:
            return True
        if isinstance(fault, TooManyWindows):  # the service took none that it had not accepted before
            for exchange in exchanges:
                exchange.was_sent = exchange.is_accepted
        if isinstance(fault, TooManyFrames) and not outage.rate_was_passed:
            self._set_status(Status("reconnecting", TOO_MANY_FRAMES))
            await self._sleep(outage.rate_pause())
            return bool(self._exchanges)
        is_at_work = now < self._restarts_until or any(exchange.was_sent for exchange in exchanges)
        if isinstance(fault, SignedOut | TooManyFrames) or not is_at_work or outage.lasts_too_long(now):
            self._give_up(fault, exchanges)
            return False
        self._set_status(RECONNECTING)
        await self._sleep(outage.next_delay())
        return bool(self._exchanges)

    def _give_up(self, fault: ServiceFault, exchanges: list[Exchange]) -> None:
        self._ratings.clear()
        self._set_status(_after(fault))
        is_signed_out = isinstance(fault, SignedOut)
        code = ErrorCode.UNAUTHENTICATED if is_signed_out else ErrorCode.AI_UNAVAILABLE
        for exchange in exchanges:
            exchange.fail(code, str(fault), retryable=not is_signed_out)

    async def _renew_token(self, outage: Outage) -> bool:
        """Get another token, once an outage."""
        if outage.token_was_renewed or self._token is None:
            return False
        token = await self._credentials.renew(self._token)
        outage.token_was_renewed = True
        return token is not None

    def _set_status(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            self._on_status(status)


def _after(fault: ServiceFault) -> Status:
    match fault:
        case SignedOut():
            return replace(SIGNED_OUT, message=str(fault))
        case TooManyWindows():
            return Status("tooManyWindows", str(fault))
    return Status("offline", str(fault))
