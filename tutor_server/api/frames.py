"""Frames of the chat socket as they arrive: read strictly, and refused with a sentence that names what is wrong."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError

from tutor_server.api.strict_text import NotJson, holds_nul, load_json
from tutor_server.errors import PayloadTooLarge, ValidationFailed
from tutor_server.protocol import FROM_EDITOR, MAX_CODE_BYTES, Ask, Cell, Diagnostic, FromEditor

ESCAPED_NUL, NULL = "\\u0000", "null"
"""JSON has no other way to write them (RFC 8259 §3, §7): where a text has none, its thousand items need no look."""
_ADAPTERS: dict[str, TypeAdapter[FromEditor]] = {name: TypeAdapter(kind) for name, kind in FROM_EDITOR.items()}
_ITEMS: dict[str, TypeAdapter[Any]] = {"diagnostics": TypeAdapter(Diagnostic), "cells": TypeAdapter(Cell)}
"""What stands in the lists of an ask. It is read one by one, up to the first that is wrong: pydantic would describe
each of the 300,000 wrong ones that a frame can hold, which takes seconds.
"""


class FrameRefused(Exception):
    """A frame that is not of the contract's form, with the request id where one could be read."""

    def __init__(self, error: ValidationFailed | PayloadTooLarge, request_id: UUID | None) -> None:
        super().__init__(error.detail)
        self.error = error
        self.request_id = request_id


def parse_frame(text: str) -> FromEditor:
    """Read one text frame. Raises `FrameRefused`."""
    try:
        content = load_json(text)
    except NotJson:
        raise FrameRefused(ValidationFailed("The message is not valid JSON."), None) from None
    if not isinstance(content, dict):
        raise FrameRefused(ValidationFailed("A message is one JSON object."), None)
    request_id = _request_id(content)
    kind = str(content.get("type"))
    if kind not in FROM_EDITOR:
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
        content = _without_nulls(content)
    try:
        return _read(kind, content)
    except ValidationFailed as wrong:
        raise FrameRefused(wrong, request_id) from None


def _read(kind: str, content: dict[str, Any]) -> FromEditor:
    """Make a message of its known fields. Raises `ValidationFailed`."""
    lists = {name: _items(name, content.pop(name)) for name in _ITEMS if isinstance(content.get(name), list)}
    try:
        message = _ADAPTERS[kind].validate_json(orjson.dumps(content), strict=True)
    except ValidationError as error:
        raise ValidationFailed(_describe(error)) from None
    if isinstance(message, Ask) and lists:
        return replace(
            message,
            diagnostics=lists.get("diagnostics", message.diagnostics),
            cells=lists.get("cells", message.cells),
        )
    return message


def _items(name: str, items: list[Any]) -> tuple[Any, ...]:
    read = []
    for number, item in enumerate(items):
        try:
            read.append(_ITEMS[name].validate_json(orjson.dumps(item), strict=True))
        except ValidationError as error:
            raise ValidationFailed(f"{name}.{number}: {_describe(error)}") from None
    return tuple(read)


def _without_nulls(value: Any) -> Any:
    """Take a null for a field that is absent, as clients of some languages send it."""
    if isinstance(value, dict):
        return {name: _without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value


def _request_id(content: dict[str, Any]) -> UUID | None:
    try:
        return UUID(content.get("request_id"))
    except (ValueError, TypeError, AttributeError):
        return None


def _describe(error: ValidationError) -> str:
    """Name the field and the rule, never the value."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "message"
    return f"{place}: {first['msg'].removeprefix('Value error, ')}"
