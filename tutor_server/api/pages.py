"""Lists in pages: `{"items": […], "next": cursor or null}`, with cursors that are opaque to clients."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from tutor_server.errors import ValidationFailed

if TYPE_CHECKING:
    from aiohttp import web

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many items a caller wants, and the place behind which they start."""

    limit: int
    after: tuple[Any, ...] | None

    @property
    def fetch(self) -> int:
        """How many to read: one more than wanted tells whether a page follows."""
        return self.limit + 1


def page_request(request: web.Request, *types: type) -> PageRequest:
    """Read `limit` and `cursor` of the query; `types` are those of the cursor's parts. Raises `ValidationFailed`."""
    limit = request.query.get("limit", str(DEFAULT_LIMIT))
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= MAX_LIMIT):
        raise ValidationFailed(f"limit: is a number from 1 to {MAX_LIMIT}.")
    cursor = request.query.get("cursor")
    return PageRequest(int(limit), None if cursor is None else _decode(cursor, types))


def next_cursor(page: PageRequest, fetched: int, *place: Any) -> str | None:
    """Give the cursor of the next page, whose last item stands at `place`; None where no page follows."""
    if fetched <= page.limit:
        return None
    return base64.urlsafe_b64encode(orjson.dumps(place, default=str)).decode()


def _decode(cursor: str, types: tuple[type, ...]) -> tuple[Any, ...]:
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        return tuple(_part(part, wanted) for part, wanted in zip(parts, types, strict=True))
    except (ValueError, TypeError):
        raise ValidationFailed("cursor: is not one that this service gave.") from None


def _part(part: Any, wanted: type) -> Any:
    if isinstance(part, wanted):
        return part
    read = getattr(wanted, "fromisoformat", wanted)
    return read(part)
