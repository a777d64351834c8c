"""`/api/chat/sessions`: the caller's conversations and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from uuid import UUID

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.keys import DATABASE
from tutor_server.api.pages import Moment, Page
from tutor_server.api.routes import Routes
from tutor_server.errors import NotFound
from tutor_server.identity.access_tokens import AccessToken
from tutor_server.storage.history import Place, messages_of, sessions_of

if TYPE_CHECKING:
    from collections.abc import Sequence

routes = Routes("history")


class SessionsPage(Page[Moment]):
    """The query of a page of conversations, of one type if it is given."""

    type: Literal["editor", "notebook"] | None = None


@routes.add("GET /api/chat/sessions")
async def sessions(request: web.Request, caller: AccessToken, query: SessionsPage) -> schemas.Sessions:
    """Return the caller's conversations, newest first."""
    found = await request.app[DATABASE].read(
        lambda connection: sessions_of(
            connection, caller.user_id, session_type=query.type, after=_place(query), limit=query.fetch
        )
    )
    items = [schemas.Session.model_validate(session) for session in found[: query.limit]]
    return schemas.Sessions(items=items, next=_next(query, len(found), items))


@routes.add("GET /api/chat/sessions/{session_id}/messages")
async def messages(
    request: web.Request, caller: AccessToken, session_id: UUID, query: Page[Moment]
) -> schemas.Messages:
    """Return a conversation's messages, oldest first. If they are long, a page has fewer messages than requested."""
    page = await request.app[DATABASE].read(
        lambda connection: messages_of(connection, caller.user_id, session_id, after=_place(query), limit=query.limit)
    )
    if page is None:
        raise NotFound
    items = [schemas.Message.model_validate(message) for message in page.messages]
    return schemas.Messages(items=items, next=_next(query, query.fetch if page.has_more else 0, items))


def _place(query: Page[Moment]) -> Place | None:
    return None if query.after is None else Place(*query.after)


def _next(query: Page[Moment], fetched: int, items: Sequence[schemas.Session | schemas.Message]) -> str | None:
    return query.next(fetched, items[-1].created_at, items[-1].id) if items else None
