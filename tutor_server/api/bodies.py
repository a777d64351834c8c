"""Reads request bodies within size and time limits, and validates them by models."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from aiohttp.web_request import FileField
from pydantic import BaseModel, ValidationError

from tutor_server.api.keys import DEADLINES
from tutor_server.api.routes import JSON
from tutor_server.api.strict_text import NotJson, holds_nul, is_plain, load_json
from tutor_server.errors import (
    InvalidRequest,
    MalformedRequest,
    PayloadTooLarge,
    RequestTimeout,
    UnsupportedMediaType,
    ValidationFailed,
)
from tutor_server.limits import MAX_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web
    from multidict import MultiDictProxy
    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

FORM = "application/x-www-form-urlencoded"
FORM_WITH_FILES = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that was chosen in a form. `name` is what the browser says."""

    name: str
    content: bytes = field(repr=False)


UploadedFiles = tuple[UploadedFile, ...]


async def read_json(request: web.Request, model: type[Model]) -> Model:
    """Return a JSON body as a model.

    Raise `UnsupportedMediaType`, `PayloadTooLarge`, `MalformedRequest` (the body is incomplete), `RequestTimeout`, or
    `ValidationFailed`, whose detail names the fields and never repeats their values.
    """
    return parse_json(await _read(request, JSON), model)


def parse_json(body: bytes, model: type[Model]) -> Model:
    """Return JSON as a model. Raise `ValidationFailed`, whose detail never repeats a field's value."""
    try:
        content = load_json(body)
        read = model.model_validate_json(body)
    except NotJson:
        raise ValidationFailed("body: is not valid JSON.") from None
    except ValidationError as error:
        raise ValidationFailed(_wrong_fields(error)) from None
    for name in model.model_fields:
        if holds_nul(content.get(name)):
            raise ValidationFailed(f"{name}: holds a NUL character.")
    return read


async def read_bytes(request: web.Request, content_type: str) -> bytes:
    """Return a body of another content type. Raise as `read_json` does."""
    return await _read(request, content_type)


async def read_form(request: web.Request, model: type[Model]) -> Model:
    """Return a form as a model; an absent body counts as an empty form.

    Raise as `read_json` does, but `InvalidRequest` in place of `ValidationFailed`, and also for a repeated field
    (RFC 6749 §3.2, §5.2).
    """
    if not request.body_exists:
        return read_fields({}, model)
    files, lists = _file_fields(model, bytes), _file_fields(model, UploadedFiles)
    if (files or lists) and request.content_type == FORM_WITH_FILES:
        fields = await _read_parts(request)
    else:
        await _read(request, FORM)
        fields = await request.post()
    if any(len(fields.getall(name)) > 1 for name in fields if name not in lists):
        raise InvalidRequest
    texts = {name: value for name, value in fields.items() if isinstance(value, str) and name not in lists}
    try:
        read = read_fields(texts, model)
    except ValidationFailed as error:
        raise InvalidRequest(error.detail) from None
    uploaded = {name: _files_of(fields, name) for name in (*files, *lists)}
    contents = {name: uploaded[name][0].content for name in files if uploaded[name]}
    return read.model_copy(update=contents | {name: uploaded[name] for name in lists})


def read_fields(fields: Mapping[str, str], model: type[Model]) -> Model:
    """Return the fields of a form or a query as a model. Unknown fields are ignored. Raise `ValidationFailed`."""
    names = [declared.alias or name for name, declared in model.model_fields.items()]
    given = {name: fields[name] for name in names if name in fields}
    for name, value in given.items():
        if not is_plain(value):
            raise ValidationFailed(f"{name}: holds a character that is not allowed.")
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise ValidationFailed(_wrong_fields(error)) from None


def first_problem(error: ValidationError) -> tuple[str, str]:
    """Return the first invalid field of a model, and the violated rule in plain words."""
    problem = error.errors(include_url=False, include_input=False)[0]
    return str(problem["loc"][0]), _rule(problem)


def _wrong_fields(error: ValidationError) -> str:
    """Return each invalid field with the violated rule, without its value."""
    problems = error.errors(include_url=False, include_input=False)
    return " ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'body'}: {_rule(problem)}." for problem in problems
    )


def _rule(problem: ErrorDetails) -> str:
    """Return a rule in plain words. For secret strings, pydantic's messages say `items` instead of characters."""
    bounds = problem.get("ctx", {})
    match problem["type"]:
        case "too_short":
            return f"needs at least {bounds['min_length']} characters"
        case "too_long":
            return f"takes at most {bounds['max_length']} characters"
        case _:
            return problem["msg"].removeprefix("Value error, ")


def _file_fields(model: type[BaseModel], kind: object) -> list[str]:
    """Return the fields of a form that take files: one of the type `bytes`, several of the type `UploadedFiles`."""
    return [name for name, declared in model.model_fields.items() if declared.annotation == kind]


def _files_of(fields: MultiDictProxy[str | bytes | bytearray | FileField], name: str) -> UploadedFiles:
    """Return the files of a field. A browser sends an empty text for a field in which none is chosen."""
    given = fields.getall(name, [])
    return tuple(UploadedFile(each.filename, each.file.read()) for each in given if isinstance(each, FileField))


async def _read_parts(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | FileField]:
    """Return the fields of a form with files (RFC 7578). Raise as `_read` does, and `InvalidRequest`."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise PayloadTooLarge
    try:
        async with asyncio.timeout(request.app[DEADLINES].request_body):
            return await request.post()
    except TimeoutError:
        raise RequestTimeout from None
    except ConnectionError as error:
        raise MalformedRequest from error
    except ValueError:
        raise InvalidRequest from None


async def _read(request: web.Request, content_type: str) -> bytes:
    if request.content_type != content_type:
        raise UnsupportedMediaType(f"Send the body as {content_type}.")
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise PayloadTooLarge
    try:
        async with asyncio.timeout(request.app[DEADLINES].request_body):
            return await request.read()
    except TimeoutError:
        raise RequestTimeout from None
    except ConnectionError as error:
        raise MalformedRequest from error
