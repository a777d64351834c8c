"""Headers that stop browsers and caches from storing, framing or guessing the type of a response."""

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
    """Set the headers that the response does not set itself (a signal of aiohttp, also sent for streamed responses)."""
    set_security_headers(response)


def set_security_headers(response: web.StreamResponse) -> None:
    """Set the headers that the response does not set itself."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "ask-tutor"  # aiohttp names its version and Python's
