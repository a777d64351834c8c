"""Encode a message as the JSON text of one frame."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from tutor_protocol.messages import FromEditor, FromService

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(message: FromEditor | FromService) -> str:
    """Return the JSON text of a message. Optional fields without a value are left out."""
    return _ENCODER.encode({"type": message.TYPE, **_plain(message)})


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        content = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {name: item for name, item in content.items() if item is not None or name == "request_id"}
    return value
