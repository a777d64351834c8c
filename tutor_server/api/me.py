"""`/api/me`: everything stored about the caller, to take along or to erase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api.chat_socket import CHAT_SOCKETS
from tutor_server.api.keys import ACCOUNTS, DATABASE
from tutor_server.api.routes import JSON, Routes
from tutor_server.errors import NotFound
from tutor_server.identity.access_tokens import AccessToken
from tutor_server.storage.personal_data import as_document, personal_data_of

if TYPE_CHECKING:
    from uuid import UUID

routes = Routes("account")


@routes.add("GET /api/me/export", refuses=(NotFound,))
async def export(request: web.Request, caller: AccessToken) -> web.Response:
    """Give every stored field about the caller, by table."""
    return await export_of(request, caller.user_id)


@routes.add("DELETE /api/me", refuses=(NotFound,))
async def delete(request: web.Request, caller: AccessToken) -> None:
    """Erase the caller."""
    await erase_student(request, caller.user_id)


async def export_of(request: web.Request, user_id: UUID) -> web.Response:
    """Return a file with every stored field about a student. Raises `NotFound`."""
    data = await request.app[DATABASE].read(lambda connection: personal_data_of(connection, user_id))
    if not data:
        raise NotFound
    return web.Response(
        body=as_document(data),
        content_type=JSON,
        headers={"Content-Disposition": 'attachment; filename="ask-tutor-export.json"'},
    )


async def erase_student(request: web.Request, user_id: UUID) -> None:
    """Erase a student: first the sign-ins end and the answers under way are stopped, so that nothing comes after.

    Raises `NotFound`.
    """
    await request.app[ACCOUNTS].log_out_everywhere(user_id)
    await request.app[CHAT_SOCKETS].stop_answers_of(user_id)
    await request.app[ACCOUNTS].erase(user_id)
