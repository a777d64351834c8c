"""Frames of the chat socket as they arrive: read strictly, and refused with a sentence that names what is wrong."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from uuid import UUID

import orjson
from pydantic import TypeAdapter, ValidationError

from tutor_server.api.strict_text import NotJson, holds_nul, load_json
from tutor_server.errors import PayloadTooLarge, ValidationFailed
from tutor_server.protocol import FROM_EDITOR, MAX_CODE_BYTES, FromEditor

_ADAPTERS: dict[str, TypeAdapter[FromEditor]] = {name: TypeAdapter(kind) for name, kind in FROM_EDITOR.items()}


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
    adapter = _ADAPTERS.get(kind)
    if adapter is None:
        known = ", ".join(FROM_EDITOR)
        raise FrameRefused(ValidationFailed(f"The type of a message is one of {known}."), request_id)
    content = {field.name: content[field.name] for field in fields(FROM_EDITOR[kind]) if field.name in content}
    code = content.get("code")
    if isinstance(code, str) and len(code.encode("utf-8", "surrogatepass")) > MAX_CODE_BYTES:
        too_large = PayloadTooLarge(f"The code is limited to {MAX_CODE_BYTES // 1024} KiB.")
        raise FrameRefused(too_large, request_id)
    if holds_nul(content):
        raise FrameRefused(ValidationFailed("The message holds a NUL character."), request_id)
    try:
        return adapter.validate_json(orjson.dumps(_without_nulls(content)), strict=True)
    except ValidationError as error:
        raise FrameRefused(ValidationFailed(_describe(error)), request_id) from None


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
