"""`/api/me`: everything stored about the caller, to take along or to erase."""

from __future__ import annotations

import orjson
from aiohttp import web

from tutor_server.api.chat_socket import CHAT_SOCKETS
from tutor_server.api.keys import ACCOUNTS, DATABASE
from tutor_server.api.routes import JSON, Routes
from tutor_server.errors import NotFound
from tutor_server.identity.access_tokens import AccessToken
from tutor_server.storage.personal_data import personal_data_of

routes = Routes("account")


@routes.add("GET /api/me/export", refuses=(NotFound,))
async def export(request: web.Request, caller: AccessToken) -> web.Response:
    """Give every stored field about the caller, by table."""
    data = await request.app[DATABASE].read(lambda connection: personal_data_of(connection, caller.user_id))
    if not data:
        raise NotFound
    return web.Response(
        body=orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z),
        content_type=JSON,
        headers={"Content-Disposition": 'attachment; filename="ask-tutor-export.json"'},
    )


@routes.add("DELETE /api/me", refuses=(NotFound,))
async def delete(request: web.Request, caller: AccessToken) -> None:
    """Erase the caller: first the sign-ins end and the answers under way are stopped, so that nothing comes after."""
    await request.app[ACCOUNTS].log_out_everywhere(caller.user_id)
    await request.app[CHAT_SOCKETS].stop_answers_of(caller.user_id)
    await request.app[ACCOUNTS].erase(caller.user_id)
