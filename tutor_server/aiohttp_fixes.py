"""Remedies for faults of aiohttp's server (3.14), each in a class of its own."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from itertools import cycle
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import RequestHandler, _ErrInfo

from tutor_server.api.envelope import error_response, framework_error
from tutor_server.api.keys import DEADLINES
from tutor_server.api.security_headers import set_security_headers
from tutor_server.errors import MalformedRequest, RequestTimeout, TutorError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from structlog.typing import FilteringBoundLogger

    from tutor_server.limits import Deadlines

    _Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

log: FilteringBoundLogger = structlog.get_logger()

_ERRORS = {error.status: error for error in (MalformedRequest, RequestTimeout)}


class Runner(web.AppRunner):
    """Runs the application with the remedies in place; aiohttp has no setting for them."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            _refuses_in_the_envelope(made.request_handler),
            self.app[DEADLINES],
            request_factory=made.request_factory,
            loop=made._loop,  # noqa: SLF001 - see above
            **made._kwargs,  # noqa: SLF001
        )


class _Server(web.Server):
    def __init__(self, handle: _Handle, deadlines: Deadlines, **settings: Any) -> None:
        super().__init__(handle, keepalive_timeout=deadlines.idle, lingering_time=deadlines.request_body, **settings)
        self._deadlines = deadlines
        self._head_deadlines = cycle(deadlines.request_head * (1 + step / 100) for step in range(10))

    def __call__(self) -> RequestHandler:
        """Make a connection; many that are opened at once do not all run out of time at once, up to a tenth later."""
        deadlines = replace(self._deadlines, request_head=next(self._head_deadlines))
        return _Connection(self, deadlines, loop=self._loop, **self._kwargs)


def _refuses_in_the_envelope(handle: _Handle) -> _Handle:
    """Answer an unknown `Expect` with the envelope: aiohttp refuses it before the middlewares, as a text.

    Where a body came too late, or could not be unpacked, its rest is not waited for, as aiohttp would: it logs what
    then breaks as an error with a traceback.
    """

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            response = await handle(request)
        except web.HTTPExpectationFailed as error:
            return _closing(framework_error(error))
        if response.status == RequestTimeout.status or request.content.exception() is not None:
            response.force_close()
            request.protocol._lingering_time = 0.0  # noqa: SLF001 - has no setting either
        return response

    return answer


def _closing(response: web.StreamResponse) -> web.StreamResponse:
    set_security_headers(response)
    response.force_close()
    return response


class _QuotesNothing(RequestHandler):
    """Answer what is not HTTP with the envelope.

    aiohttp answers with a text that quotes the request, and logs the quote as an error with a traceback, so that any
    stranger can fill the log.
    """

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - the text with the quote
    ) -> web.StreamResponse:
        """Make the response to a request that never reached a handler, or that no handler answered."""
        is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        if is_ours:
            log.error("request_failed", code=TutorError.code, exc_info=exc)
        else:
            log.info("malformed_request", reason=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("the response has begun, so that it can only be cut")
        return _closing(error_response(_ERRORS.get(HTTPStatus(status), TutorError)()))


class _KeepsTime(RequestHandler):
    """Give the head of a request and the reader of a response their deadlines.

    aiohttp waits for the rest of a head, and for a client that does not read its response, for ever. (The deadline of
    a body is kept where it is read.) A head that begins before the response to the request in front of it has the time
    of an idle connection.
    """

    __slots__ = ("_deadlines", "_head_has_begun", "_head_timer", "_write_timer")

    def __init__(self, manager: web.Server, deadlines: Deadlines, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._deadlines = deadlines
        self._head_has_begun = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._start_head_timer()

    def data_received(self, data: bytes) -> None:
        """Take bytes; the deadline of a head runs from its first one to its last."""
        awaits_head = self._request_count == 0 or (self._waiter is not None and not self._waiter.done())
        requests = self._request_count
        super().data_received(data)
        if self._request_count > requests:
            self._head_has_begun = False
            _cancel(self._head_timer)
            self._head_timer = None
        elif data and awaits_head:
            self._head_has_begun = True
            if self._head_timer is None:
                self._start_head_timer()

    def pause_writing(self) -> None:
        """Note that the client reads more slowly than we write."""
        super().pause_writing()
        if not self._upgraded:  # the chat socket keeps a deadline of its own
            self._write_timer = self._loop.call_later(self._deadlines.slow_reader, self._cut_slow_reader)

    def resume_writing(self) -> None:
        """Note that the client reads."""
        super().resume_writing()
        _cancel(self._write_timer)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the deadlines."""
        super().connection_lost(exc)
        _cancel(self._head_timer)
        _cancel(self._write_timer)

    def _start_head_timer(self) -> None:
        self._head_timer = self._loop.call_later(self._deadlines.request_head, self._end_late_head)

    def _end_late_head(self) -> None:
        """Refuse a head that is late (RFC 9110 §15.5.9); a connection on which nothing came is just closed."""
        self._head_timer = None
        if self._waiter is None or self._waiter.done() or not self._head_has_begun:
            self.force_close()
            return
        late = _ErrInfo(status=RequestTimeout.status, exc=TimeoutError(), message="")
        self._messages.append((late, EMPTY_PAYLOAD))
        self._waiter.set_result(None)

    def _cut_slow_reader(self) -> None:
        log.info("slow_reader_cut")
        if self.transport is not None:
            self.transport.abort()


class _Connection(_QuotesNothing, _KeepsTime):
    """A connection with all remedies."""

    __slots__ = ()


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
