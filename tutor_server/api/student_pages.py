"""`/account/courses` and `/account/history`: what students see of their courses, what is left, and their history."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field, ValidationError

from tutor_server.api.account_browser import Visit
from tutor_server.api.course_comparison import state_of
from tutor_server.api.keys import CLOCK, DATABASE, SETTINGS
from tutor_server.api.markdown import html_of
from tutor_server.api.pages import Moment, Page
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.api.schemas import Body
from tutor_server.errors import NotFound
from tutor_server.storage.daily_usage import messages_on
from tutor_server.storage.history import Place, messages_of, session_of, sessions_of
from tutor_server.storage.memberships import memberships_of, require_membership
from tutor_server.storage.modules import module_names, modules_in_order, progress_of
from tutor_server.storage.overrides import override_of, own_limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from markupsafe import Markup
    from sqlalchemy import Connection

    from tutor_server.settings import Settings
    from tutor_server.storage.accounts import Account
    from tutor_server.storage.history import MessagesPage, StoredSession
    from tutor_server.storage.memberships import Membership
    from tutor_server.storage.modules import Module

routes = Routes("account page")

MOST_MODULES = 500
LATEST = 5
"""The number of conversations on the page of a course."""
A_PAGE = 25
DONE = {"joined": "You have joined the course."}
PROGRESS = {"not_started": "not started", "in_progress": "begun", "completed": "done"}


class HistoryAddress(Body):
    """The query of these pages: a course, the place after which a list begins, and the last action."""

    course: Annotated[str, Field(max_length=64)] = ""
    after: str = ""
    done: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """What a student has used of today's questions, and the cap; 0 stands for no cap of the course's own."""

    used: int
    cap: int

    @property
    def left(self) -> int:
        """The number of questions that are left today."""
        return max(0, self.cap - self.used)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as the pages show it. `course` is empty for a course that the student has left."""

    session: StoredSession
    course: str
    module: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    membership: Membership
    modules: Sequence[Module]
    progress: Mapping[str, str]
    conversations: Sequence[Conversation]
    here: Left
    everywhere: Left
    per_minute: int


@routes.add("GET /account/courses/{course_id}", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def show_own_course(request: web.Request, course_id: str, query: HistoryAddress) -> web.Response:
    """Show a course to a member: what is left today, its modules, and the latest conversations in it."""
    visit = await Visit.of(request)
    account = visit.account
    if account is None:
        return visit.go_to("account")
    now, settings = request.app[CLOCK].now(), request.app[SETTINGS]
    found = await request.app[DATABASE].read(
        lambda connection: _read_course(connection, account, course_id, now, settings)
    )
    return visit.page(
        "own_course.html",
        note=DONE.get(query.done),
        course=found.membership.course,
        role=found.membership.role.label,
        state=state_of(found.membership.course, now),
        found=found,
        words=PROGRESS,
    )


@routes.add("GET /account/history", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def show_history(request: web.Request, query: HistoryAddress) -> web.Response:
    """Show the student's conversations, newest first: all of them, or those in one course."""
    visit = await Visit.of(request)
    account = visit.account
    if account is None:
        return visit.go_to("account")
    page = _part(query.after)

    def read(connection: Connection) -> tuple[Membership | None, Sequence[Conversation]]:
        course = require_membership(connection, account.id, query.course) if query.course else None
        return course, _conversations(connection, account.id, course, _place(page), page.fetch)

    course, found = await request.app[DATABASE].read(read)
    shown = found[: page.limit]
    following = page.next(len(found), shown[-1].session.created_at, shown[-1].session.id) if shown else None
    return visit.page(
        "history.html",
        course=None if course is None else course.course,
        conversations=shown,
        next=following,
        is_first=not query.after,
    )


@routes.add("GET /account/history/{session_id}", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def show_conversation(request: web.Request, session_id: UUID, query: HistoryAddress) -> web.Response:
    """Show a conversation of the student's own, oldest message first."""
    visit = await Visit.of(request)
    account = visit.account
    if account is None:
        return visit.go_to("account")
    page = _part(query.after)

    def read(connection: Connection) -> tuple[Conversation, MessagesPage]:
        session = session_of(connection, account.id, session_id)
        messages = messages_of(connection, account.id, session_id, after=_place(page), limit=page.limit)
        if session is None or messages is None:
            raise NotFound
        return _named(connection, account.id, [session])[0], messages

    conversation, found = await request.app[DATABASE].read(read)
    last = found.messages[-1] if found.messages else None
    following = None if last is None or not found.has_more else page.next(page.fetch, last.created_at, last.id)
    return visit.page(
        "conversation.html",
        conversation=conversation,
        messages=found.messages,
        answers=await asyncio.to_thread(_answers, found),
        next=following,
        is_first=not query.after,
    )


def _read_course(
    connection: Connection, account: Account, reference: str, now: datetime, settings: Settings
) -> _Course:
    """Return what a member sees of a course. Raise `NotFound`."""
    membership = require_membership(connection, account.id, reference)
    course, today = membership.course, now.date()
    everywhere = own_limits(connection, account.id, now)
    here = override_of(connection, account.id, now, course.id)
    minutes = (
        (everywhere and everywhere.messages_per_minute) or settings.messages_per_minute,
        (here and here.messages_per_minute) or course.messages_per_minute or settings.messages_per_minute,
    )
    return _Course(
        membership=membership,
        modules=modules_in_order(connection, courses=(course.id,), after=None, limit=MOST_MODULES),
        progress={
            each.module_id: each.status for each in progress_of(connection, account.id, after=None, limit=MOST_MODULES)
        },
        conversations=_conversations(connection, account.id, membership, None, LATEST),
        here=Left(
            messages_on(connection, account.subject, today, course.id),
            (here and here.daily_messages) or course.daily_message_cap or 0,
        ),
        everywhere=Left(
            messages_on(connection, account.subject, today),
            (everywhere and everywhere.daily_messages) or settings.daily_message_cap,
        ),
        per_minute=min(minutes),
    )


def _conversations(
    connection: Connection, user_id: UUID, course: Membership | None, after: Place | None, limit: int
) -> Sequence[Conversation]:
    course_id = None if course is None else course.course.id
    found = sessions_of(connection, user_id, session_type=None, after=after, limit=limit, course_id=course_id)
    return _named(connection, user_id, found)


def _named(connection: Connection, user_id: UUID, sessions: Sequence[StoredSession]) -> Sequence[Conversation]:
    titles = {each.course.id: each.course.title for each in memberships_of(connection, user_id)}
    names = module_names(connection, None)
    return [
        Conversation(
            session,
            titles.get(UUID(bytes=session.course_id.bytes), ""),
            names.get(session.module_id or "", "").rpartition("/")[2],
        )
        for session in sessions
    ]


def _answers(page: MessagesPage) -> Mapping[UUID, Markup]:
    """Return the answers of a conversation as HTML, by their id."""
    return {message.id: html_of(message.content, below=3) for message in page.messages if message.role != "user"}


def _part(cursor: str) -> Page[Moment]:
    """Return the part of a list that a cursor names: the first for an empty or a wrong one."""
    try:
        return Page[Moment].model_validate({"limit": A_PAGE, "cursor": cursor or None})
    except ValidationError:
        return Page[Moment](limit=A_PAGE)


def _place(page: Page[Moment]) -> Place | None:
    return None if page.after is None else Place(*page.after)
