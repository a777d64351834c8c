"""Validation of the chat socket's frames. A refusal has a sentence that names the invalid field."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import FailFast, TypeAdapter, ValidationError

from tutor_protocol import FROM_EDITOR, MAX_CODE_BYTES, Ask, Cell, Diagnostic, FromEditor
from tutor_protocol.run_trace import MAX_LINES_RAN
from tutor_server.api.strict_text import NotJson, holds_nul, load_json
from tutor_server.errors import PayloadTooLarge, TutorError, ValidationFailed
from tutor_server.tutoring.received import bounded, digest_of

ESCAPED_NUL, NULL = "\\u0000", "null"
"""The only ways to write NUL and null in JSON (RFC 8259 §3, §7). Frames without them are not searched further."""
DEPTH = 3
"""The maximum nesting depth at which null fields are removed. No field of the contract is nested deeper."""
_ADAPTERS: dict[str, TypeAdapter[FromEditor]] = {name: TypeAdapter(kind) for name, kind in FROM_EDITOR.items()}
_LISTS: dict[str, TypeAdapter[Any]] = {
    "diagnostics": TypeAdapter(Annotated[tuple[Diagnostic, ...], FailFast()]),
    "cells": TypeAdapter(Annotated[tuple[Cell, ...], FailFast()]),
}
"""The list fields of an ask. Each list is validated up to its first invalid item: pydantic would describe each of the
300,000 invalid items that a frame can hold, which takes seconds.
"""
_REQUEST_ID = re.compile(r'"request_id"[ \t\r\n]*+:[ \t\r\n]*+"([0-9A-Fa-f-]{36})"')


class FrameRefused(Exception):
    """A frame violates the contract. `request_id` is None if it could not be read."""

    def __init__(self, error: TutorError, request_id: UUID | None) -> None:
        super().__init__(error.detail)
        self.error = error
        self.request_id = request_id


def parse_frame(text: str) -> FromEditor:
    """Return the message of one text frame. Raise `FrameRefused`."""
    try:
        content = load_json(text)
    except NotJson:
        raise FrameRefused(ValidationFailed("The message is not valid JSON."), None) from None
    if not isinstance(content, dict):
        raise FrameRefused(ValidationFailed("A message is one JSON object."), None)
    request_id = _request_id(content)
    kind = content.get("type")
    if not isinstance(kind, str) or kind not in FROM_EDITOR:
        known = ", ".join(FROM_EDITOR)
        raise FrameRefused(ValidationFailed(f"The type of a message is one of {known}."), request_id)
    content = {field.name: content[field.name] for field in fields(FROM_EDITOR[kind]) if field.name in content}
    code = content.get("code")
    if isinstance(code, str) and len(code.encode("utf-8", "surrogatepass")) > MAX_CODE_BYTES:
        too_large = PayloadTooLarge(f"The code is limited to {MAX_CODE_BYTES // 1024} KiB.")
        raise FrameRefused(too_large, request_id)
    if ESCAPED_NUL in text and holds_nul(content):
        raise FrameRefused(ValidationFailed("The message holds a NUL character."), request_id)
    if NULL in text:
        content = _without_nulls(content, DEPTH)
    if isinstance(content.get("trace"), dict) and _has_long_list(content["trace"]):
        raise FrameRefused(ValidationFailed("trace: a list is too long"), request_id)
    try:
        return _read(kind, content)
    except ValidationFailed as wrong:
        raise FrameRefused(wrong, request_id) from None


@dataclass(frozen=True, slots=True)
class ReadFrame:
    """The result of parsing a large frame in a child process: the message, or why it is refused.

    An ask is truncated to the limits, and comes with the digest of its whole content.
    """

    message: FromEditor | None = None
    digest: bytes | None = None
    refused: type[TutorError] | None = None
    detail: str = ""
    request_id: UUID | None = None


def read_large_frame(text: str) -> ReadFrame:
    """Return the parsed frame. This runs in a child process, since it would block the event loop for long."""
    try:
        message = parse_frame(text)
    except FrameRefused as refused:
        return ReadFrame(refused=type(refused.error), detail=refused.error.detail, request_id=refused.request_id)
    if isinstance(message, Ask):
        return ReadFrame(bounded(message), digest_of(message))
    return ReadFrame(message)


def request_id_in(text: str) -> UUID | None:
    """Return the request id found in a frame's text by a regular expression, without parsing the frame."""
    match = _REQUEST_ID.search(text)
    return UUID(match[1]) if match is not None and match[1].count("-") == 4 else None  # noqa: PLR2004 - a UUID has 4 hyphens (RFC 9562 §4)


def _read(kind: str, content: dict[str, Any]) -> FromEditor:
    """Return the message of a type, with its list fields validated separately. Raise `ValidationFailed`."""
    lists = {name: _items(name, content.pop(name)) for name in _LISTS if isinstance(content.get(name), list)}
    try:
        message = _ADAPTERS[kind].validate_json(_written(content), strict=True)
    except ValidationError as error:
        raise ValidationFailed(_describe(error)) from None
    if isinstance(message, Ask) and lists:
        return replace(
            message,
            diagnostics=lists.get("diagnostics", message.diagnostics),
            cells=lists.get("cells", message.cells),
        )
    return message


def _has_long_list(trace: dict[str, Any]) -> bool:
    """Return whether a list of a trace is longer than any may be. pydantic would describe each of its invalid items."""
    rounds = trace.get("rounds")
    lists = [trace, *([rounds] if isinstance(rounds, dict) else [])]
    return any(isinstance(value, list) and len(value) > MAX_LINES_RAN for each in lists for value in each.values())


def _items(name: str, items: list[Any]) -> tuple[Any, ...]:
    """Return the validated items of a list field. Raise `ValidationFailed`."""
    try:
        read: tuple[Any, ...] = _LISTS[name].validate_json(_written(items), strict=True)
    except ValidationError as error:
        raise ValidationFailed(f"{name}.{_describe(error)}") from None
    return read


def _written(content: Any) -> bytes:
    """Return parsed JSON as text again. Raise `ValidationFailed`."""
    try:
        return orjson.dumps(content)
    except orjson.JSONEncodeError:  # orjson parses deeper nesting than it can write.
        raise ValidationFailed("The message is nested too deeply.") from None


def _without_nulls(value: Any, depth: int) -> Any:
    """Return a value without null fields, down to a depth, since some clients send absent fields as null."""
    if depth and isinstance(value, dict):
        return {name: _without_nulls(item, depth - 1) for name, item in value.items() if item is not None}
    if depth and isinstance(value, list):
        return [_without_nulls(item, depth - 1) for item in value]
    return value


def _request_id(content: dict[str, Any]) -> UUID | None:
    try:
        return UUID(content.get("request_id"))
    except (ValueError, TypeError, AttributeError):
        return None


def _describe(error: ValidationError) -> str:
    """Return the first invalid field and the violated rule, without the field's value."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "message"
    return f"{place}: {first['msg'].removeprefix('Value error, ')}"
