"""Headers that keep browsers and caches from storing or framing responses, and from guessing their content type."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


async def add_security_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Set the headers that the response lacks. This handles aiohttp's signal, which streamed responses also send."""
    set_security_headers(response)


def set_security_headers(response: web.StreamResponse) -> None:
    """Set the headers that the response lacks."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "ask-tutor"  # aiohttp would send its own version and Python's version.
