"""`/api/courses/{id}`: each course for its members."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import course_schemas, schemas
from tutor_server.api.admin import read_usage
from tutor_server.api.caller import person_of
from tutor_server.api.course_access import actor_of_course, as_course, read_in_course, require_settings, switched
from tutor_server.api.keys import CLOCK, COURSE_BOOK, COURSES, DATABASE
from tutor_server.api.pages import Moment, Page
from tutor_server.api.routes import Access, Routes
from tutor_server.errors import CourseTaken, ValidationFailed
from tutor_server.storage.audit import actions_before
from tutor_server.storage.memberships import Membership, Role, require_membership

if TYPE_CHECKING:
    from tutor_server.storage.courses import StoredCourse

routes = Routes("courses")


@routes.add("GET /api/courses/{course_id}", access=Access.COURSE)
async def course(request: web.Request, course_id: str) -> course_schemas.Course:
    """Return a course that the caller is a member of, by id or slug."""
    person = person_of(request)
    return as_course(
        await request.app[DATABASE].read(lambda connection: require_membership(connection, person, course_id))
    )


@routes.add("PATCH /api/courses/{course_id}", access=Access.COURSE, refuses=(CourseTaken, ValidationFailed))
async def patch_course(
    request: web.Request, course_id: str, body: course_schemas.CourseChange
) -> course_schemas.Course:
    """Change the settings of a course. A field that is left out stays as it is."""
    changed = await request.app[COURSES].change(
        actor_of_course(request), course_id, lambda before: require_settings(request, before, body)
    )
    return await _told(request, changed)


@routes.add("POST /api/courses/{course_id}/join-code", access=Access.COURSE, refuses=(ValidationFailed,))
async def post_join_code(
    request: web.Request, course_id: str, body: course_schemas.NewJoinCode
) -> course_schemas.Course:
    """Make a new join code. The earlier one opens the course no more."""
    if body.expires_at is not None and body.expires_at <= request.app[CLOCK].now():
        raise ValidationFailed("expires_at: lies in the future.")
    changed = await request.app[COURSES].renew_join_code(actor_of_course(request), course_id, body.expires_at)
    return await _told(request, changed)


@routes.add("POST /api/courses/{course_id}/switch", access=Access.COURSE)
async def switch_course(
    request: web.Request, course_id: str, body: course_schemas.CourseSwitch
) -> course_schemas.Course:
    """Switch a course off or on; every process follows within 2 seconds. Students see the reason."""

    def change(before: StoredCourse) -> StoredCourse:
        return replace(before, **switched(request, before, off=body.off, reason=body.reason))

    action = "course_switched_off" if body.off else "course_switched_on"
    return await _told(request, await request.app[COURSES].change(actor_of_course(request), course_id, change, action))


@routes.add("GET /api/courses/{course_id}/usage", access=Access.COURSE)
async def course_usage(request: web.Request, course_id: str) -> course_schemas.UsageByCourse:
    """Return calls, tokens and estimated cost of a course for the current day, ISO week and month."""
    now = request.app[CLOCK].now()
    return await read_in_course(
        request, course_id, Role.ASSISTANT, lambda connection, course: read_usage(connection, now, course)
    )


@routes.add("GET /api/courses/{course_id}/audit", access=Access.COURSE)
async def course_audit(request: web.Request, course_id: str, query: Page[Moment]) -> schemas.AdminActions:
    """Return the actions in a course, newest first."""
    found = await read_in_course(
        request,
        course_id,
        Role.ASSISTANT,
        lambda connection, course: actions_before(connection, query.after, query.fetch, course.id),
    )
    items = [schemas.AdminAction.model_validate(action) for action in found[: query.limit]]
    return schemas.AdminActions(items=items, next=query.next(len(found), items[-1].at, items[-1].id) if items else None)


async def _told(request: web.Request, changed: Membership) -> course_schemas.Course:
    """Return a changed course, which this process knows from now on."""
    await request.app[COURSE_BOOK].catch_up()
    return as_course(changed)
