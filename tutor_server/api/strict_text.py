"""Text from outside, taken literally: JSON in UTF-8 without NaN or bottomless nesting, and what no database stores."""

from __future__ import annotations

from typing import Any

import orjson


class NotJson(ValueError):
    """The text is no JSON."""


def load_json(text: str | bytes) -> Any:
    """Read JSON as RFC 8259 has it; nesting is bounded by the parser. Raises `NotJson`."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise NotJson from None


def holds_nul(content: Any) -> bool:
    """Tell whether a string anywhere in JSON holds NUL, which PostgreSQL does not store."""
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
    """Tell whether text that came in a URL can go on: PostgreSQL takes no NUL, and UTF-8 no lone surrogate."""
    return "\0" not in text and text == text.encode("utf-8", "replace").decode()
