"""`/api/courses/{id}/members` and `/overrides`: who belongs to a course, and limits of single members."""

from __future__ import annotations

from aiohttp import web

from tutor_server.administration.roster import RosterRefused, read_roster, write_roster
from tutor_server.api import course_schemas, schemas
from tutor_server.api.admin_course import require_limits
from tutor_server.api.bodies import read_bytes
from tutor_server.api.course_access import actor_of_course, read_in_course
from tutor_server.api.keys import CLOCK, COURSE_BOOK, COURSES
from tutor_server.api.pages import Page
from tutor_server.api.routes import CSV, Access, Routes
from tutor_server.errors import (
    LastInstructor,
    NotFound,
    PayloadTooLarge,
    UnsupportedMediaType,
    ValidationFailed,
)
from tutor_server.storage.members import all_members, members_after
from tutor_server.storage.memberships import ROLES, Role
from tutor_server.storage.overrides import OwnLimits, overrides_after

routes = Routes("courses")


@routes.add("GET /api/courses/{course_id}/members", access=Access.COURSE)
async def course_members(request: web.Request, course_id: str, query: Page[tuple[str]]) -> course_schemas.Members:
    """Return the members of a course, ordered by e-mail address."""
    after = query.after[0] if query.after else ""
    found = await read_in_course(
        request,
        course_id,
        Role.ASSISTANT,
        lambda connection, course: members_after(connection, course.id, after, query.fetch),
    )
    items = [course_schemas.Member.model_validate(member) for member in found[: query.limit]]
    return course_schemas.Members(items=items, next=query.next(len(found), items[-1].email) if items else None)


@routes.add("GET /api/courses/{course_id}/members.csv", access=Access.COURSE, produces=CSV)
async def export_roster(request: web.Request, course_id: str) -> web.Response:
    """Return the members of a course as CSV. Spreadsheets run no cell of it as a formula."""
    members = await read_in_course(
        request, course_id, Role.ASSISTANT, lambda connection, course: all_members(connection, course.id)
    )
    return web.Response(
        text=write_roster(members),
        content_type=CSV,
        charset="utf-8",
        headers={"Content-Disposition": 'attachment; filename="members.csv"'},
    )


@routes.add(
    "POST /api/courses/{course_id}/members.csv",
    access=Access.COURSE,
    refuses=(ValidationFailed, PayloadTooLarge, UnsupportedMediaType),
)
async def import_roster(request: web.Request, course_id: str) -> course_schemas.Roster:
    """Add the members of a roster (`text/csv`), or change their roles; nobody is removed.

    Every row is answered. If one is refused, none is carried out.
    """
    await read_in_course(request, course_id, Role.INSTRUCTOR, lambda _connection, course: course)
    content = await read_bytes(request, CSV)
    try:
        rows = read_roster(content, schemas.parse_email)
    except RosterRefused as refused:
        raise ValidationFailed(f"body: {refused}.") from None
    applied, results = await request.app[COURSES].import_roster(actor_of_course(request), course_id, rows)
    await request.app[COURSE_BOOK].catch_up()
    return course_schemas.Roster(
        applied=applied, rows=[course_schemas.RosterRow.model_validate(result) for result in results]
    )


@routes.add(
    "PUT /api/courses/{course_id}/members/{email}", access=Access.COURSE, refuses=(LastInstructor, ValidationFailed)
)
async def put_member(
    request: web.Request, course_id: str, email: str, body: course_schemas.RoleChange
) -> course_schemas.Member:
    """Make an address a member of a course, or change its role. It may have no account yet."""
    await read_in_course(request, course_id, Role.INSTRUCTOR, lambda _connection, course: course)
    try:
        address = schemas.parse_email(email)
    except ValueError:
        raise ValidationFailed("email: is not an e-mail address.") from None
    member = await request.app[COURSES].set_member(actor_of_course(request), course_id, address, ROLES[body.role])
    await request.app[COURSE_BOOK].catch_up()
    return course_schemas.Member.model_validate(member)


@routes.add("DELETE /api/courses/{course_id}/members/{email}", access=Access.COURSE, refuses=(LastInstructor,))
async def delete_member(request: web.Request, course_id: str, email: str) -> None:
    """Remove a member from a course. Their answers under way end within 2 seconds."""
    await request.app[COURSES].remove_member(actor_of_course(request), course_id, email.lower())
    await request.app[COURSE_BOOK].catch_up()


@routes.add("GET /api/courses/{course_id}/overrides", access=Access.COURSE)
async def course_overrides(request: web.Request, course_id: str, query: Page[tuple[str]]) -> schemas.StudentLimitsList:
    """Return the members who have limits of their own in a course at present."""
    now, after = request.app[CLOCK].now(), query.after[0] if query.after else ""
    found = await read_in_course(
        request,
        course_id,
        Role.ASSISTANT,
        lambda connection, course: overrides_after(connection, after, query.fetch, now, course.id),
    )
    items = [schemas.StudentLimits.model_validate(override) for override in found[: query.limit]]
    return schemas.StudentLimitsList(items=items, next=query.next(len(found), items[-1].email) if items else None)


@routes.add("PUT /api/courses/{course_id}/overrides", access=Access.COURSE, refuses=(NotFound, ValidationFailed))
async def put_override(
    request: web.Request, course_id: str, body: schemas.StudentLimitsChange
) -> schemas.StudentLimits:
    """Set a member's own limits in a course, which replace the course's until a given time."""
    await read_in_course(request, course_id, Role.INSTRUCTOR, lambda _connection, course: course)
    require_limits(body, request.app[CLOCK].now())
    override = await request.app[COURSES].set_limits(
        actor_of_course(request),
        course_id,
        body.email,
        OwnLimits(body.messages_per_minute, body.daily_messages),
        body.expires_at,
    )
    return schemas.StudentLimits.model_validate(override)


@routes.add("POST /api/courses/{course_id}/overrides/remove", access=Access.COURSE, refuses=(NotFound,))
async def remove_override(request: web.Request, course_id: str, body: schemas.StudentOfEmail) -> None:
    """Remove a member's own limits in a course."""
    await request.app[COURSES].remove_limits(actor_of_course(request), course_id, body.email)
