"""`/api/chat/sessions`: what the caller asked and was told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.bodies import answers
from tutor_server.api.caller import signed_in
from tutor_server.api.keys import DATABASE
from tutor_server.api.pages import next_cursor, page_request
from tutor_server.errors import NotFound, ValidationFailed
from tutor_server.storage.history import Place, messages_of, sessions_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_server.api.pages import PageRequest

SESSION_TYPES = ("editor", "notebook")


@answers()
async def sessions(request: web.Request) -> schemas.Sessions:
    """List the caller's conversations, newest first."""
    caller = signed_in(request)
    page = page_request(request, datetime, UUID)
    session_type = request.query.get("type")
    if session_type not in {None, *SESSION_TYPES}:
        raise ValidationFailed(f"type: is {' or '.join(SESSION_TYPES)}.")
    found = await request.app[DATABASE].read(
        lambda connection: sessions_of(
            connection, caller.user_id, session_type=session_type, after=_place(page), limit=page.fetch
        )
    )
    items = [schemas.Session.model_validate(session) for session in found[: page.limit]]
    return schemas.Sessions(items=items, next=_next(page, len(found), items))


@answers()
async def messages(request: web.Request) -> schemas.Messages:
    """List a conversation's messages, oldest first."""
    caller = signed_in(request)
    page = page_request(request, datetime, UUID)
    session_id = uuid_in_path(request, "session_id")
    found = await request.app[DATABASE].read(
        lambda connection: messages_of(connection, caller.user_id, session_id, after=_place(page), limit=page.fetch)
    )
    if found is None:
        raise NotFound
    items = [schemas.Message.model_validate(message) for message in found[: page.limit]]
    return schemas.Messages(items=items, next=_next(page, len(found), items))


def uuid_in_path(request: web.Request, name: str) -> UUID:
    """Read an id in the path. Raises `NotFound` for one of the wrong form."""
    try:
        return UUID(request.match_info[name])
    except ValueError:
        raise NotFound from None


ROUTES = (
    web.get("/api/chat/sessions", sessions),
    web.get("/api/chat/sessions/{session_id}/messages", messages),
)


def _place(page: PageRequest) -> Place | None:
    return None if page.after is None else Place(*page.after)


def _next(page: PageRequest, fetched: int, items: Sequence[schemas.Session | schemas.Message]) -> str | None:
    return next_cursor(page, fetched, items[-1].created_at.isoformat(), items[-1].id) if items else None
