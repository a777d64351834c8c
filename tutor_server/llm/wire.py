"""Reads and writes the values of the model APIs strictly: JSON, texts, numbers of tokens."""

from __future__ import annotations

from typing import Any

import orjson

from tutor_server.llm.provider import ProviderFailure

MAX_TOKENS = 100_000_000
"""No call comes near this; a larger count is nonsense, and several of them would pass PostgreSQL's integers."""


def read_json(data: bytes) -> dict[str, Any]:
    """Read the JSON object of an event. Raises `ProviderFailure` for anything else, bad UTF-8 included."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise ProviderFailure("invalid_response", "an event is not valid JSON") from None
    if not isinstance(value, dict):
        raise ProviderFailure("invalid_response", "an event is not a JSON object")
    return value


def lacks_field() -> ProviderFailure:
    """Make the failure of an event without the expected fields."""
    return ProviderFailure("invalid_response", "an event lacks a field or has one of another type")


def text(content: object) -> str:
    """Return a piece of the answer. Raises `TypeError` for anything but a string."""
    if not isinstance(content, str):
        raise TypeError("text is a string")
    return content


def count(value: object) -> int | None:
    """Return a number of tokens, or None for anything else, so that the number is estimated."""
    return value if isinstance(value, int) and 0 <= value <= MAX_TOKENS else None


def sendable(text: str) -> str:
    """Return a text that can be encoded as UTF-8: a lone surrogate, as broken editors send it, becomes a `?`.

    Any other text is given back itself: a prompt is kept for as long as its answer takes.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
