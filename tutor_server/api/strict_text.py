"""Strict parsing of text from clients: JSON in UTF-8 without NaN or unbounded nesting, and no NUL characters."""

from __future__ import annotations

from typing import Any

import orjson


class NotJson(ValueError):
    """The text is not JSON."""


def load_json(text: str | bytes) -> Any:
    """Return parsed JSON (RFC 8259); the parser limits the nesting depth. Raise `NotJson`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise NotJson from None


def holds_nul(content: Any) -> bool:
    """Return whether any string in parsed JSON contains NUL, which PostgreSQL cannot store."""
    pending = [content]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False


def is_plain(text: str) -> bool:
    """Return whether text from a URL can be stored: without NUL, which PostgreSQL refuses, and lone surrogates."""
    return "\0" not in text and text == text.encode("utf-8", "replace").decode()
