"""Middleware that logs each request in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from tutor_server.api.keys import CALLER, CLOCK

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()


@web.middleware
async def request_log(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Log route, status, duration and caller. The path is left out, since clients can put anything into it."""
    clock = request.app[CLOCK]
    start = clock.monotonic()
    status: int | None = None
    try:
        response = await handler(request)
        status = response.status
        return response
    finally:  # `status` is None if the client disconnected or the service stops.
        resource = request.match_info.route.resource
        caller = request.get(CALLER)
        log.info(
            "request",
            method=request.method,
            route=resource.canonical if resource else None,
            status=status,
            duration_ms=round((clock.monotonic() - start) * 1000, 1),
            user_id=str(caller.user_id) if caller else None,
        )
