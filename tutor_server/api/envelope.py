"""The JSON error envelope: `{"detail", "code"}`, with `retry_after`, `resets_at` and `limit` if they apply."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from aiohttp import hdrs, web
from aiohttp.web_exceptions import HTTPException
from aiohttp.web_protocol import RequestPayloadError

from tutor_server.api import schemas
from tutor_server.api.keys import ERROR_ANSWER
from tutor_server.api.routes import JSON
from tutor_server.errors import (
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    TutorError,
    UnsupportedMediaType,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()

_BY_STATUS: dict[int, type[TutorError]] = {
    error.status: error
    for error in (MalformedRequest, NotFound, MethodNotAllowed, PayloadTooLarge, UnsupportedMediaType)
}


@web.middleware
async def envelope(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn a handler's exception into the error envelope. An unexpected exception is logged and answered with 500."""
    try:
        return await handler(request)
    except TutorError as error:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.exception("request_failed", code=error.code)
        return _answer(request, error)
    except HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return framework_error(error)
    except RequestPayloadError:
        response = _answer(request, MalformedRequest())
        response.force_close()  # Unread bytes of the body would be parsed as the next request.
        return response
    except Exception:
        log.exception("request_failed", code=TutorError.code)
        return _answer(request, TutorError())


def error_response(error: TutorError) -> web.Response:
    """Return an error as a response with the envelope."""
    body = schemas.Error(
        detail=error.detail,
        code=error.code,
        limit=error.limit,
        retry_after=error.retry_after,
        resets_at=error.resets_at,
        error=error.oauth_error,
        course_id=error.course_id,
    )
    response = _response(error.status, body)
    if error.retry_after is not None:
        response.headers[hdrs.RETRY_AFTER] = str(error.retry_after)
    if error.status == HTTPStatus.UNAUTHORIZED:
        response.headers[hdrs.WWW_AUTHENTICATE] = error.challenge
    return response


def framework_error(error: HTTPException) -> web.Response:
    """Return the envelope for an aiohttp error, without aiohttp's own text, which describes the request."""
    known = _BY_STATUS.get(error.status)
    if known is not None:
        response = error_response(known())
    else:
        status = HTTPStatus(error.status)
        response = _response(status, schemas.Error(detail=f"{status.phrase}.", code=status.name))
    if hdrs.ALLOW in error.headers:
        response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
    return response


def _answer(request: web.Request, error: TutorError) -> web.Response:
    """Return an error as the envelope, or as a page if the route serves pages."""
    make: Callable[[TutorError], web.Response] = request.get(ERROR_ANSWER, error_response)
    return make(error)


def _response(status: int, body: schemas.Error) -> web.Response:
    return web.Response(status=status, body=body.model_dump_json(exclude_none=True).encode(), content_type=JSON)
