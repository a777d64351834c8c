"""One member of a course: the role, and limits of their own, such as for the night before a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import dashboard_forms, schemas
from tutor_server.api.account_forms import FormProblem, Problem
from tutor_server.api.admin_course import require_limits
from tutor_server.api.course_pages.members import read_role
from tutor_server.api.course_pages.page import changed, course_page, problem_of, read_course
from tutor_server.api.course_pages.reading import checked, end_of_day, whole_number
from tutor_server.api.dashboard_visit import VISIT
from tutor_server.api.html import path_segment
from tutor_server.api.keys import CLOCK, COURSES, SETTINGS
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import LastInstructor, NotFound, ValidationFailed
from tutor_server.storage.accounts import account_of_email
from tutor_server.storage.members import find_member
from tutor_server.storage.memberships import ROLES, Role
from tutor_server.storage.overrides import OwnLimits, override_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tutor_server.storage.members import Member
    from tutor_server.storage.memberships import Membership
    from tutor_server.storage.overrides import Override

routes = Routes("dashboard")

LABELS = {
    "messages_per_minute": "Questions a minute",
    "daily_messages": "Questions a day",
    "expires_at": "Until the end of",
    "email": "E-mail",
}


@dataclass(frozen=True, slots=True)
class _Found:
    member: Member
    has_account: bool
    own: Override | None


@routes.add("GET /admin/courses/{course_id}/members/{email}", access=Access.DASHBOARD, produces=HTML)
async def show_member(request: web.Request, course_id: str, email: str, query: dashboard_forms.Address) -> web.Response:
    """Show a member of a course."""
    return await _page(request, course_id, email, done=query.done)


@routes.add("POST /admin/courses/{course_id}/members/{email}/role", access=Access.DASHBOARD, produces=HTML)
async def change_role(
    request: web.Request, course_id: str, email: str, form: dashboard_forms.NewMember
) -> web.Response:
    """Change the role of a member."""
    membership, found = await _found(request, course_id, email, Role.INSTRUCTOR)
    try:
        await request.app[COURSES].set_member(request[VISIT].actor, course_id, found.member.email, read_role(form.role))
    except (FormProblem, LastInstructor) as error:
        return await _page(request, course_id, email, problem_of(error))
    return await changed(request, membership.course.slug, f"/members/{path_segment(found.member.email)}", "member")


@routes.add("POST /admin/courses/{course_id}/members/{email}/remove", access=Access.DASHBOARD, produces=HTML)
async def remove_member(request: web.Request, course_id: str, email: str, form: dashboard_forms.Form) -> web.Response:  # noqa: ARG001 - the form holds the CSRF token alone
    """Remove a member from a course. Their answers under way end within 2 seconds."""
    membership, found = await _found(request, course_id, email, Role.INSTRUCTOR)
    try:
        await request.app[COURSES].remove_member(request[VISIT].actor, course_id, found.member.email)
    except LastInstructor as error:
        return await _page(request, course_id, email, problem_of(error))
    return await changed(request, membership.course.slug, "/members", "removed")


@routes.add("POST /admin/courses/{course_id}/members/{email}/limits", access=Access.DASHBOARD, produces=HTML)
async def set_limits(
    request: web.Request, course_id: str, email: str, form: dashboard_forms.MemberLimits
) -> web.Response:
    """Set a member's own limits in a course, which replace the course's until a day has passed."""
    membership, found = await _found(request, course_id, email, Role.INSTRUCTOR)
    try:
        given = {
            "email": found.member.email,
            "messages_per_minute": whole_number(form.messages_per_minute, LABELS["messages_per_minute"]),
            "daily_messages": whole_number(form.daily_messages, LABELS["daily_messages"]),
            "expires_at": end_of_day(form.until, LABELS["expires_at"]),
        }
        body = checked(schemas.StudentLimitsChange, given, LABELS)
        _require(body, request)
    except FormProblem as error:
        return await _page(request, course_id, email, problem_of(error), form=form)
    own = OwnLimits(body.messages_per_minute, body.daily_messages)
    await request.app[COURSES].set_limits(request[VISIT].actor, course_id, body.email, own, body.expires_at)
    return await changed(request, membership.course.slug, f"/members/{path_segment(body.email)}", "limits")


@routes.add("POST /admin/courses/{course_id}/members/{email}/limits/remove", access=Access.DASHBOARD, produces=HTML)
async def remove_limits(request: web.Request, course_id: str, email: str, form: dashboard_forms.Form) -> web.Response:  # noqa: ARG001 - the form holds the CSRF token alone
    """Remove a member's own limits in a course."""
    membership, found = await _found(request, course_id, email, Role.INSTRUCTOR)
    await request.app[COURSES].remove_limits(request[VISIT].actor, course_id, found.member.email)
    return await changed(request, membership.course.slug, f"/members/{path_segment(found.member.email)}", "removed")


def _require(body: schemas.StudentLimitsChange, request: web.Request) -> None:
    """Raise `FormProblem` unless the limits are some, and end within a year."""
    if body.messages_per_minute is None and body.daily_messages is None:
        raise FormProblem("Write at least one of the two limits.")
    try:
        require_limits(body, request.app[CLOCK].now())
    except ValidationFailed:
        raise FormProblem(f"{LABELS['expires_at']}: choose a day from today on, and within a year.") from None


async def _found(
    request: web.Request, reference: str, email: str, at_least: Role = Role.ASSISTANT
) -> tuple[Membership, _Found]:
    """Return a member of a course. Raise `NotFound`, also if the visitor's role is too low."""
    now, address = request.app[CLOCK].now(), email.lower()

    def read(connection: Connection, membership: Membership) -> _Found:
        member = find_member(connection, membership.course.id, address)
        if member is None:
            raise NotFound
        account = account_of_email(connection, address)
        own = None if account is None else override_of(connection, account.id, now, membership.course.id)
        return _Found(member, account is not None, own)

    return await read_course(request, reference, read, at_least)


async def _page(
    request: web.Request,
    reference: str,
    email: str,
    problem: Problem | None = None,
    *,
    done: str = "",
    form: dashboard_forms.MemberLimits | None = None,
) -> web.Response:
    membership, found = await _found(request, reference, email)
    settings = request.app[SETTINGS]
    return course_page(
        request,
        membership,
        "course_member.html",
        "members",
        problem,
        done=done,
        member=found.member,
        has_account=found.has_account,
        own=found.own,
        roles=list(ROLES),
        form=form or dashboard_forms.MemberLimits(),
        today=request.app[CLOCK].now().date(),
        per_minute=membership.course.messages_per_minute or settings.messages_per_minute,
        per_day=membership.course.daily_message_cap or settings.daily_message_cap,
    )
