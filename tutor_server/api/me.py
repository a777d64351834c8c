"""`/api/me`: export and erasure of all stored data about the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api.chat_socket import CHAT_SOCKETS
from tutor_server.api.keys import ACCOUNTS, DATABASE
from tutor_server.api.routes import JSON, Routes
from tutor_server.api.streaming import stream
from tutor_server.errors import NotFound
from tutor_server.identity.access_tokens import AccessToken
from tutor_server.storage.export import everything_about

if TYPE_CHECKING:
    from uuid import UUID

routes = Routes("account")


@routes.add("GET /api/me/export", refuses=(NotFound,))
async def export(request: web.Request, caller: AccessToken) -> web.StreamResponse:
    """Return everything stored about the caller, by table.

    The export is streamed. If reading fails, the connection is closed and the JSON stays incomplete; the client must
    request it again.
    """
    return await export_of(request, caller.user_id)


@routes.add("DELETE /api/me", refuses=(NotFound,))
async def delete(request: web.Request, caller: AccessToken) -> None:
    """Erase all data about the caller, and the account."""
    await erase_student(request, caller.user_id)


async def export_of(request: web.Request, user_id: UUID) -> web.StreamResponse:
    """Stream a file with everything stored about a student. Raise `NotFound`."""
    return await stream(
        request,
        everything_about(user_id, request.app[DATABASE]),
        content_type=JSON,
        headers={"Content-Disposition": 'attachment; filename="ask-tutor-export.json"'},
    )


async def erase_student(request: web.Request, user_id: UUID) -> None:
    """Erase a student. First end the sign-ins and the answers under way, so that nothing is written afterwards.

    Raise `NotFound`.
    """
    await request.app[ACCOUNTS].log_out_everywhere(user_id)
    await request.app[CHAT_SOCKETS].stop_answers_of(user_id)
    await request.app[ACCOUNTS].erase(user_id)
