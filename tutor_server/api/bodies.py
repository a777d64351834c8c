"""JSON in, JSON out: request bodies become models, models become response bodies."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from tutor_server.errors import MalformedRequest, PayloadTooLarge, UnsupportedMediaType, ValidationFailed
from tutor_server.limits import MAX_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

Model = TypeVar("Model", bound=BaseModel)

JSON = "application/json"


async def read_json(request: web.Request, model: type[Model]) -> Model:
    """Read the body as a model.

    Raises `UnsupportedMediaType`, `PayloadTooLarge`, `MalformedRequest` (the body broke off) or `ValidationFailed`,
    whose detail names the fields and never repeats what was sent.
    """
    if request.content_type != JSON:
        raise UnsupportedMediaType
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise PayloadTooLarge
    try:
        body = await request.read()
    except ConnectionError as error:
        raise MalformedRequest from error
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise ValidationFailed(_wrong_fields(error)) from None


def answers(status: int = 200) -> Callable[[Callable[[web.Request], Awaitable[BaseModel | None]]], _Handler]:
    """Make an aiohttp handler of one that returns a model, or None for an answer without a body (204)."""

    def make(handler: Callable[[web.Request], Awaitable[BaseModel | None]]) -> _Handler:
        @functools.wraps(handler)
        async def respond(request: web.Request) -> web.StreamResponse:
            body = await handler(request)
            if body is None:
                return web.Response(status=204)
            return web.Response(status=status, body=body.model_dump_json().encode(), content_type=JSON)

        return respond

    return make


def _wrong_fields(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    return " ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'body'}: {problem['msg'].removeprefix('Value error, ')}."
        for problem in problems
    )


if TYPE_CHECKING:
    _Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
