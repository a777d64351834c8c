"""The service as a `Tutor`. All asks share one connection, which is reopened if it is lost during an answer."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_lsp.lsp.error_log import INTERNAL_ERROR_MESSAGE, log_exception
from tutor_lsp.service.connection import (
    ConnectionLost,
    Restarting,
    ServiceConnection,
    TooManyFrames,
    TooManyWindows,
    wire,
)
from tutor_lsp.service.pending_ask import OutOfOrder, PendingAsk
from tutor_lsp.service.retry import ConnectionTiming, Outage
from tutor_lsp.service.session import ServiceFault, SignedOut
from tutor_lsp.tutors.tutor import READY, SIGNED_OUT, Status
from tutor_protocol import MAX_FRAME_BYTES, Cancel, Error, ErrorCode, Rate

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from uuid import UUID

    from tutor_lsp.service.credentials import Credentials
    from tutor_protocol import Ask, FromService

CONNECTING = Status("connecting", "Connecting to the tutor…")
RECONNECTING = Status("reconnecting", "Connection lost. Reconnecting…")
TOO_MANY_FRAMES = "Too much was sent to the tutor at once. Going on in a few seconds…"
FLUSH_SECONDS = 1.0
"""Seconds that `close` waits for the cancellations to be sent to the service."""


class RemoteTutor:
    """A `Tutor` over the service at `server_url`. It connects at the first ask.

    `on_status` is called at each change of `status`. A background task keeps the connection open while there are asks,
    and until the idle timeout after the last one. It ends if the service cannot be used; the next ask starts another.
    """

    def __init__(
        self,
        server_url: str,
        credentials: Credentials,
        *,
        on_status: Callable[[Status], object] = lambda _: None,
        timing: ConnectionTiming | None = None,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._on_status = on_status
        self._timing = timing or ConnectionTiming()
        self._jitter = jitter
        self._sleep = sleep
        self._status = READY
        self._pending: dict[UUID, PendingAsk] = {}
        self._connection = ServiceConnection(server_url, credentials, heartbeat=self._timing.heartbeat)
        self._outage: Outage | None = None
        self._restarts_until = 0.0
        self._connecting: asyncio.Task[None] | None = None
        self._idle_timer: asyncio.TimerHandle | None = None
        self._is_closed = False

    @property
    def status(self) -> Status:
        """The state of the connection."""
        return self._status

    async def ask(self, ask: Ask) -> AsyncGenerator[FromService, None]:
        """Send the ask and yield the service's messages. Closing the generator cancels the ask."""
        refusal = self._refusal(ask)
        if refusal is not None:
            yield refusal
            return
        pending = self._pending[ask.request_id] = PendingAsk(ask)
        self._connection.send(pending)
        self._keep_connected()
        try:
            async for message in pending.messages(self._timing.silence):
                yield message
        finally:
            self._abandon(pending, ErrorCode.CANCELLED, "Stopped.")
            del self._pending[ask.request_id]
            self._start_idle_timer()

    async def cancel(self, request_id: UUID) -> None:
        """Stop an answer. Its stream ends at once, without waiting for the service."""
        pending = self._pending.get(request_id)
        if pending is not None:
            self._abandon(pending, ErrorCode.CANCELLED, "Stopped.")

    async def rate(self, message_id: str, *, helpful: bool) -> None:
        """Send the student's rating of an answer. A rating that cannot be sent is dropped."""
        if not self._is_closed:
            self._connection.send(Rate(message_id=message_id, helpful=helpful))
            self._keep_connected()
            self._start_idle_timer()

    async def close(self) -> None:
        """Cancel the running answers and close the connection."""
        self._is_closed = True
        for pending in self._pending.values():
            self._abandon(pending, ErrorCode.SHUTTING_DOWN, "The tutor was closed.")
        await self._connection.flush(FLUSH_SECONDS)
        connecting = self._disconnect()
        if connecting is not None:
            await asyncio.wait([connecting])

    def _refusal(self, ask: Ask) -> Error | None:
        if self._is_closed:
            code, content = ErrorCode.SHUTTING_DOWN, "The tutor was closed."
        elif ask.request_id in self._pending:
            code, content = ErrorCode.VALIDATION_FAILED, "This question is already being answered."
        elif len(wire(ask)) > MAX_FRAME_BYTES:
            code, content = ErrorCode.PAYLOAD_TOO_LARGE, "This is too much for one question. Ask about a smaller file."
        else:
            return None
        return Error(request_id=ask.request_id, code=code, content=content, retryable=False)

    def _abandon(self, pending: PendingAsk, code: ErrorCode, content: str) -> None:
        """End the stream, and cancel the ask at the service, which may be working on it."""
        if pending.is_over:
            return
        pending.end(code, content, retryable=False)
        if pending.was_sent:
            self._connection.send(Cancel(request_id=pending.ask.request_id))

    # The methods below run the one background task that keeps the connection open for all asks.

    def _keep_connected(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        if self._connecting is None or self._connecting.done():
            self._connecting = asyncio.create_task(self._connect())
            self._connecting.add_done_callback(self._check_connecting)

    def _start_idle_timer(self) -> None:
        if self._pending or self._is_closed:
            return
        if self._status in {CONNECTING, RECONNECTING}:
            self._set_status(READY)
        if self._idle_timer is None:
            self._idle_timer = asyncio.get_running_loop().call_later(self._timing.idle, self._disconnect)

    def _disconnect(self) -> asyncio.Task[None] | None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        connecting, self._connecting, self._idle_timer = self._connecting, None, None
        if connecting is not None:
            connecting.cancel()
        return connecting

    def _check_connecting(self, task: asyncio.Task[None]) -> None:
        """End the streams if the background task has raised an unexpected exception, since nothing else ends them."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log_exception("keeping the connection", error)
            for pending in self._pending.values():
                pending.end(ErrorCode.INTERNAL_ERROR, INTERNAL_ERROR_MESSAGE, retryable=True)

    async def _connect(self) -> None:
        """Keep the connection open, and reopen it after a loss, until no ask needs it."""
        self._outage = None
        while True:
            try:
                await self._use_connection()
            except ServiceFault as fault:
                if not await self._may_try_again(fault):
                    return

    async def _use_connection(self) -> None:
        """Open the connection and handle the service's messages. Raise the fault that ends it."""
        await self._connection.authenticate()
        if self._outage is None and self._pending and self._status.state != "signedOut":
            self._set_status(CONNECTING)
        async with aclosing(self._connection.messages(self._pending.values())) as messages:
            async for message in messages:
                self._receive(message)

    def _receive(self, message: FromService) -> None:
        for pending in self._addressees(message):
            if isinstance(message, Error) and message.code == ErrorCode.SHUTTING_DOWN and not pending.is_accepted:
                continue  # The service is about to close the connection. The ask is sent again on the next connection.
            try:
                is_new = pending.receive(message)
            except OutOfOrder:
                raise ConnectionLost("A part of the answer was lost.") from None
            if is_new:
                self._outage = None
                self._set_status(READY)

    def _addressees(self, message: FromService) -> list[PendingAsk]:
        if message.request_id is not None:
            pending = self._pending.get(message.request_id)
            return [] if pending is None or pending.is_over else [pending]
        if message.code in {ErrorCode.VALIDATION_FAILED, ErrorCode.PAYLOAD_TOO_LARGE}:
            # The service could not parse a frame. Only an ask that it has not accepted yet can have been in that frame.
            return [pending for pending in self._pending.values() if not (pending.is_accepted or pending.is_over)]
        return []

    # The methods below handle a connection that cannot be opened or was lost.

    async def _may_try_again(self, fault: ServiceFault) -> bool:
        """Wait before the next attempt and return True. If retrying is useless, end the pending asks and return False.

        There is no `await` between the last look at the pending asks and the return, because a new ask counts on this
        task to send it.
        """
        now = asyncio.get_running_loop().time()
        outage = self._outage = self._outage or Outage(now, self._timing, self._jitter)
        if isinstance(fault, Restarting):
            self._restarts_until = now + self._timing.give_up
        is_renewed = False
        if isinstance(fault, SignedOut) and not outage.token_was_renewed:
            try:
                is_renewed = await self._connection.renew_token()
                outage.token_was_renewed = is_renewed
            except ServiceFault as another:
                fault = another
        pending = [ask for ask in self._pending.values() if not ask.is_over]
        if not pending:
            self._connection.discard_unsent()
            self._set_status(_status_after(fault) if isinstance(fault, SignedOut) and not is_renewed else READY)
            return False
        if is_renewed:
            return True
        # The service has refused the connection, so it cannot have received an ask that it has not accepted before.
        if isinstance(fault, TooManyWindows):
            for ask in pending:
                ask.was_sent = ask.is_accepted
        if isinstance(fault, TooManyFrames) and not outage.rate_limit_was_waited_out:
            self._set_status(Status("reconnecting", TOO_MANY_FRAMES))
            await self._sleep(outage.rate_limit_delay())
            return self._has_pending()
        is_at_work = now < self._restarts_until or any(ask.was_sent for ask in pending)
        if isinstance(fault, SignedOut | TooManyFrames) or not is_at_work or outage.lasts_too_long(now):
            self._give_up(fault, pending)
            return False
        self._set_status(RECONNECTING)
        await self._sleep(outage.next_delay())
        return self._has_pending()

    def _has_pending(self) -> bool:
        """Return whether any ask needs the connection. If none does, drop the unsent messages."""
        if not self._pending:
            self._connection.discard_unsent()
        return bool(self._pending)

    def _give_up(self, fault: ServiceFault, pending: list[PendingAsk]) -> None:
        self._connection.discard_unsent()
        self._set_status(_status_after(fault))
        is_signed_out = isinstance(fault, SignedOut)
        code = ErrorCode.UNAUTHENTICATED if is_signed_out else ErrorCode.AI_UNAVAILABLE
        for ask in pending:
            ask.fail(code, str(fault), retryable=not is_signed_out)

    def _set_status(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            self._on_status(status)


def _status_after(fault: ServiceFault) -> Status:
    match fault:
        case SignedOut():
            return replace(SIGNED_OUT, message=str(fault))
        case TooManyWindows():
            return Status("tooManyWindows", str(fault))
    return Status("offline", str(fault))
