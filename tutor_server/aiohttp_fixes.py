"""Remedies for faults of aiohttp's server (3.14), each in a class of its own."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from tutor_server.api.envelope import error_response, framework_error
from tutor_server.api.security_headers import set_security_headers
from tutor_server.errors import MalformedRequest, TutorError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from structlog.typing import FilteringBoundLogger

    _Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

log: FilteringBoundLogger = structlog.get_logger()


class Runner(web.AppRunner):
    """Runs the application with the remedies in place; aiohttp has no setting for them."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            _refuses_in_the_envelope(made.request_handler),
            request_factory=made.request_factory,
            loop=made._loop,  # noqa: SLF001 - see above
            **made._kwargs,  # noqa: SLF001
        )


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _QuotesNothing(self, loop=self._loop, **self._kwargs)


def _refuses_in_the_envelope(handle: _Handle) -> _Handle:
    """Answer an unknown `Expect` with the envelope: aiohttp refuses it before the middlewares, as a text."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await handle(request)
        except web.HTTPExpectationFailed as error:
            return _closing(framework_error(error))

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
        return _closing(error_response(TutorError() if is_ours else MalformedRequest()))
