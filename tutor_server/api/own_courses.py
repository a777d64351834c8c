"""`/api/courses`: the caller's own courses, with what is left today; joining one and leaving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.administration.join_codes import normalised
from tutor_server.administration.service import Actor
from tutor_server.api import course_schemas
from tutor_server.api.client_address import client_address
from tutor_server.api.course_access import as_course
from tutor_server.api.keys import CLOCK, COURSE_BOOK, COURSES, DATABASE, SETTINGS, THROTTLE
from tutor_server.api.pages import Page
from tutor_server.api.routes import Routes
from tutor_server.errors import EmailUnconfirmed, JoinCodeUnknown, LastInstructor, NotFound, TooManyAttempts
from tutor_server.identity.access_tokens import AccessToken
from tutor_server.storage.accounts import account_of_user
from tutor_server.storage.daily_usage import messages_on
from tutor_server.storage.memberships import memberships_of
from tutor_server.storage.overrides import own_limits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from tutor_server.storage.accounts import Account
    from tutor_server.storage.courses import StoredCourse

routes = Routes("courses")


@routes.add("GET /api/courses")
async def courses(request: web.Request, caller: AccessToken, query: Page[tuple[str]]) -> course_schemas.OwnCourses:
    """Return the caller's courses, ordered by slug, with the caller's role and how many messages are left today."""
    now, cap = request.app[CLOCK].now(), request.app[SETTINGS].daily_message_cap

    def read(connection: Connection) -> Sequence[course_schemas.OwnCourse]:
        account = account_of_user(connection, caller.user_id)
        if account is None:
            return []
        found = memberships_of(connection, account.id)
        rest = [each for each in found if query.after is None or each.course.slug > query.after[0]]
        return [
            course_schemas.OwnCourse(
                **as_course(each).model_dump(), remaining_today=_left(connection, account, each.course, now, cap)
            )
            for each in rest[: query.fetch]
        ]

    found = await request.app[DATABASE].read(read)
    items = list(found[: query.limit])
    return course_schemas.OwnCourses(items=items, next=query.next(len(found), items[-1].slug) if items else None)


@routes.add("POST /api/courses/join", refuses=(JoinCodeUnknown, EmailUnconfirmed, TooManyAttempts))
async def join_course(
    request: web.Request, caller: AccessToken, body: course_schemas.JoinCourse
) -> course_schemas.Course:
    """Become a student of the course that a code opens. Guessing codes is throttled."""
    async with request.app[THROTTLE].join_code(str(caller.user_id), client_address(request)):
        joined = await request.app[COURSES].join(caller.user_id, normalised(body.code))
    return as_course(joined)


@routes.add("POST /api/courses/leave", refuses=(NotFound, LastInstructor))
async def leave_course(request: web.Request, caller: AccessToken, body: course_schemas.LeaveCourse) -> None:
    """Leave a course, by id or slug. What the caller has asked there stays the caller's."""
    actor = Actor("api", client_address(request), caller.user_id)
    await request.app[COURSES].leave(actor, caller.user_id, body.course)
    await request.app[COURSE_BOOK].catch_up()


def _left(connection: Connection, account: Account, course: StoredCourse, now: datetime, cap: int) -> int:
    """Return how many messages an account may still send in a course today, by the service's cap and the course's."""
    day = now.date()
    own, own_here = (own_limits(connection, account.id, now, *where) for where in ((), (course.id,)))
    everywhere = (own and own.daily_messages) or cap
    left = everywhere - messages_on(connection, account.subject, day)
    here = (own_here and own_here.daily_messages) or course.daily_message_cap
    if here is not None:
        left = min(left, here - messages_on(connection, account.subject, day, course.id))
    return max(left, 0)
