"""Strict conversion of values from and to the model APIs: JSON, texts, token counts."""

from __future__ import annotations

from typing import Any

import orjson

from tutor_server.llm.provider import ProviderFailure

MAX_TOKENS = 100_000_000
"""The maximum token count that is accepted. No call comes near this count, and sums of larger counts would overflow
PostgreSQL's integers."""


def read_json(data: bytes) -> dict[str, Any]:
    """Return the JSON object of an event. Raises `ProviderFailure` for anything else, including invalid UTF-8."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise ProviderFailure("invalid_response", "an event is not valid JSON") from None
    if not isinstance(value, dict):
        raise ProviderFailure("invalid_response", "an event is not a JSON object")
    return value


def lacks_field() -> ProviderFailure:
    """Return the failure for an event that lacks an expected field."""
    return ProviderFailure("invalid_response", "an event lacks a field or has one of another type")


def text(content: object) -> str:
    """Return a part of the answer's text. Raises `TypeError` if it is not a string."""
    if not isinstance(content, str):
        raise TypeError("text is a string")
    return content


def count(value: object) -> int | None:
    """Return a token count, or None if the value is not a valid one; the count is then estimated."""
    return value if isinstance(value, int) and 0 <= value <= MAX_TOKENS else None


def sendable(text: str) -> str:
    """Return a text that can be encoded as UTF-8: lone surrogates, which some editors send, become `?`.

    A text without them is returned as the same object, since a prompt stays in memory as long as its answer takes.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
