"""`/api/health`: whether the service can do its work, for those who watch over it."""

from __future__ import annotations

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.bodies import JSON
from tutor_server.api.keys import CLOCK, DATABASE
from tutor_server.errors import DatabaseUnavailable


async def health(request: web.Request) -> web.Response:
    """Tell whether the database answers."""
    timestamp = request.app[CLOCK].now()
    if await request.app[DATABASE].is_connected():
        return _response(200, schemas.Health(timestamp=timestamp))
    error = DatabaseUnavailable
    return _response(error.status, schemas.Unhealthy(timestamp=timestamp, detail=error.text, code=error.code))


ROUTES = (web.get("/api/health", health),)


def _response(status: int, body: schemas.Health | schemas.Unhealthy) -> web.Response:
    return web.Response(status=status, body=body.model_dump_json().encode(), content_type=JSON)
