"""`/api/health`: whether the service works, for monitoring."""

from __future__ import annotations

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.keys import CLOCK, DATABASE
from tutor_server.api.routes import Access, Routes
from tutor_server.errors import DatabaseUnavailable

routes = Routes("health")


@routes.add("GET /api/health", access=Access.PUBLIC, otherwise={503: schemas.Unhealthy})
async def health(request: web.Request) -> schemas.Health | schemas.Unhealthy:
    """Return whether the database answers."""
    timestamp = request.app[CLOCK].now()
    if await request.app[DATABASE].is_connected():
        return schemas.Health(timestamp=timestamp)
    return schemas.Unhealthy(timestamp=timestamp, detail=DatabaseUnavailable.text)
