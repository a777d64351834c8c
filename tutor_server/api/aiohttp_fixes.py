"""Workarounds for faults of aiohttp's server (3.14), one class for each."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from itertools import cycle
from typing import TYPE_CHECKING, Any, cast

import structlog
from aiohttp import web
from aiohttp.streams import EMPTY_PAYLOAD
from aiohttp.web_protocol import RequestHandler, _ErrInfo

from tutor_server.api.client_address import is_proxy
from tutor_server.api.connection_admission import serve_if_admitted
from tutor_server.api.envelope import error_response, framework_error
from tutor_server.api.keys import AUTHENTICATOR, DEADLINES, SETTINGS
from tutor_server.api.security_headers import set_security_headers
from tutor_server.connections.descriptors import DescriptorBudget
from tutor_server.connections.quota import ConnectionQuota
from tutor_server.errors import MalformedRequest, RequestTimeout, TooManyConnections, TutorError
from tutor_server.identity.throttling import network_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from structlog.typing import FilteringBoundLogger

    from tutor_server.api.client_address import Network
    from tutor_server.connections.quota import Place
    from tutor_server.limits import Deadlines

    _Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

log: FilteringBoundLogger = structlog.get_logger()

WAITING_SECONDS = 2.0
"""Seconds that a client without a place in the connection quota has to send its request before it is refused."""

_ERRORS = {error.status: error for error in (MalformedRequest, RequestTimeout)}


class Runner(web.AppRunner):
    """Runs the application with the workarounds. aiohttp has no setting for them, so private members are used."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        quota, proxies = ConnectionQuota(DescriptorBudget()), self.app[SETTINGS].trusted_proxies
        admitted = serve_if_admitted(
            made.request_handler,
            _place_of,
            quota,
            proxies=proxies,
            authenticator=self.app[AUTHENTICATOR],
            now=made._loop.time,  # noqa: SLF001 - the event loop has no public attribute
        )
        return _Server(
            _refuses_in_the_envelope(admitted),
            self.app[DEADLINES],
            quota,
            proxies,
            request_factory=made.request_factory,
            loop=made._loop,  # noqa: SLF001 - the event loop has no public attribute
            **made._kwargs,  # noqa: SLF001 - the settings have no public attribute
        )


class _Server(web.Server):
    def __init__(
        self,
        handle: _Handle,
        deadlines: Deadlines,
        quota: ConnectionQuota,
        proxies: tuple[Network, ...],
        **settings: Any,
    ) -> None:
        super().__init__(handle, keepalive_timeout=deadlines.idle, lingering_time=deadlines.request_body, **settings)
        self._deadlines = deadlines
        self._quota = quota
        self._proxies = proxies
        self._head_deadlines = cycle(deadlines.request_head * (1 + step / 100) for step in range(10))

    @property
    def is_full(self) -> bool:
        """Whether the quota refuses every new connection."""
        return self._quota.is_full

    @property
    def newcomers(self) -> int:
        """Return how many new connections may be accepted now."""
        return self._quota.newcomers

    def __call__(self) -> RequestHandler:
        """Return the protocol of a connection whose client address is known only once its first request arrives."""
        return self._connection(self._quota.enter(None))

    def connection_from(self, address: str) -> _Connection:
        """Return the protocol of a connection from an address. Behind a trusted proxy the client is not yet known."""
        return self._connection(self._quota.enter(None if is_proxy(address, self._proxies) else network_of(address)))

    def _connection(self, place: Place) -> _Connection:
        """Return the protocol of a connection. Head deadlines vary by up to 9 %, so that few expire together."""
        request_head = next(self._head_deadlines)
        if not place.is_admitted:
            request_head = min(request_head, WAITING_SECONDS)
        deadlines = replace(self._deadlines, request_head=request_head)
        connection = _Connection(self, deadlines, place, loop=self._loop, **self._kwargs)
        place.close = connection.evict
        return connection


def _refuses_in_the_envelope(handle: _Handle) -> _Handle:
    """Return a handler that answers an unknown `Expect` header with the JSON error envelope.

    aiohttp would answer in plain text, before the middlewares run. If a body arrived too late, or could not be
    decompressed, its rest is not read: aiohttp would read it, and log the resulting error with a traceback.
    """

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            response = await handle(request)
        except web.HTTPExpectationFailed as error:
            return _closing(framework_error(error))
        except TooManyConnections as error:
            request.protocol._lingering_time = WAITING_SECONDS  # noqa: SLF001 - aiohttp sets this time only per server
            return _closing(error_response(error))
        if response.status == RequestTimeout.status or request.content.exception() is not None:
            response.force_close()
            request.protocol._lingering_time = 0.0  # noqa: SLF001 - aiohttp sets this time only per server
        return response

    return answer


def _closing(response: web.StreamResponse) -> web.StreamResponse:
    set_security_headers(response)
    response.force_close()
    return response


class _QuotesNothing(RequestHandler):
    """Answers a malformed HTTP request with the JSON error envelope.

    aiohttp answers with a text that quotes the request, and logs the quote as an error with a traceback, so that any
    client could fill the log.
    """

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - ignored, since the message quotes the request
    ) -> web.StreamResponse:
        """Return the response to a malformed request, or to a request whose handler failed."""
        is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        if is_ours:
            log.error("request_failed", code=TutorError.code, exc_info=exc)
        else:
            log.info("malformed_request", reason=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("the response has begun, so that it can only be cut")
        return _closing(error_response(_ERRORS.get(HTTPStatus(status), TutorError)()))


class CountsBytes(RequestHandler):
    """Reports the bytes that arrive on a WebSocket connection, as they arrive.

    aiohttp reports a message only when it is complete, so the fragments of an endless message would go unnoticed.
    """

    __slots__ = ("on_bytes",)

    def __init__(self, manager: web.Server, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self.on_bytes: Callable[[int], object] | None = None

    def data_received(self, data: bytes) -> None:
        """Count received bytes."""
        if self.on_bytes is not None:
            self.on_bytes(len(data))
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Remove the listener, so that no reference cycle remains."""
        self.on_bytes = None
        super().connection_lost(exc)


class _KeepsTime(CountsBytes):
    """Sets deadlines for the head of a request and for a client that reads the response slowly.

    aiohttp itself has no timeout for either. (The deadline of a request's body is enforced where the body is read.) A
    head that begins before the response to the previous request is sent has the idle timeout instead.
    """

    __slots__ = ("_deadlines", "_head_has_begun", "_head_timer", "_write_timer")

    def __init__(self, manager: web.Server, deadlines: Deadlines, **settings: Any) -> None:
        super().__init__(manager, **settings)
        self._deadlines = deadlines
        self._head_has_begun = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the deadline of the first request."""
        super().connection_made(transport)
        self._start_head_timer()

    def data_received(self, data: bytes) -> None:
        """Receive bytes. The deadline of a request's head runs from its first byte to its last."""
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
        """Start the write deadline: the client reads more slowly than the service writes."""
        super().pause_writing()
        if not self._upgraded:  # The chat socket has its own write deadline.
            self._write_timer = self._loop.call_later(self._deadlines.slow_reader, self._cut_slow_reader)

    def resume_writing(self) -> None:
        """Stop the write deadline: the client reads again."""
        super().resume_writing()
        _cancel(self._write_timer)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop all deadlines."""
        super().connection_lost(exc)
        _cancel(self._head_timer)
        _cancel(self._write_timer)

    def _start_head_timer(self) -> None:
        self._head_timer = self._loop.call_later(self._deadlines.request_head, self._end_late_head)

    def _end_late_head(self) -> None:
        """Refuse a late request head with 408 (RFC 9110 §15.5.9), or close a connection on which nothing arrived."""
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


class _HoldsPlace(_KeepsTime):
    """Holds one place of the connection quota. aiohttp itself accepts any number of connections."""

    __slots__ = ("_is_evicted", "place")

    def __init__(self, manager: web.Server, deadlines: Deadlines, place: Place, **settings: Any) -> None:
        super().__init__(manager, deadlines, **settings)
        self.place = place
        self._is_evicted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open the connection, but close it at once if its place has been given to another connection."""
        super().connection_made(transport)
        if self._is_evicted:
            self.evict()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Release the place."""
        super().connection_lost(exc)
        self.place.leave()

    def evict(self) -> None:
        """Close the connection, because another connection needs its place."""
        self._is_evicted = True
        if self.transport is not None:
            self.transport.abort()

    def abandon(self) -> None:
        """Release the place of a connection that could not be opened."""
        self.place.leave()


class _Connection(_QuotesNothing, _HoldsPlace):
    """A connection with all workarounds."""

    __slots__ = ()


def _place_of(request: web.BaseRequest) -> Place:
    return cast("_HoldsPlace", request.protocol).place


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
