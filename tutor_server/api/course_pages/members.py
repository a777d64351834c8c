"""The members of a course: who they are, the join code, and rosters in and out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.administration.roster import RosterRefused, read_roster, write_roster
from tutor_server.api import dashboard_forms, schemas
from tutor_server.api.account_forms import FormProblem, Problem
from tutor_server.api.course_pages.page import changed, course_page, problem_of, read_course
from tutor_server.api.course_pages.reading import end_of_day
from tutor_server.api.dashboard_visit import VISIT
from tutor_server.api.keys import CLOCK, COURSE_BOOK, COURSES
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import CSV, HTML, Access, Routes
from tutor_server.errors import LastInstructor
from tutor_server.storage.course_figures import members_by_course
from tutor_server.storage.members import all_members, members_after, stored_roles
from tutor_server.storage.memberships import ROLES, Role
from tutor_server.storage.overrides import overrides_after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from tutor_server.administration.roster_results import RowResult
    from tutor_server.storage.courses import StoredCourse
    from tutor_server.storage.members import Member
    from tutor_server.storage.memberships import Membership
    from tutor_server.storage.overrides import Override

routes = Routes("dashboard")

A_PAGE = 100
"""The number of members on a page."""
MOST_LIMITS = 200
"""The number of members with limits of their own that the page lists."""


@routes.add("GET /admin/courses/{course_id}/members", access=Access.DASHBOARD, produces=HTML)
async def show_members(request: web.Request, course_id: str, query: dashboard_forms.Address) -> web.Response:
    """Show the members of a course, those with limits of their own, and to instructors the join code."""
    return await _page(request, course_id, after=query.after, done=query.done)


@routes.add("POST /admin/courses/{course_id}/members", access=Access.DASHBOARD, produces=HTML)
async def save_member(request: web.Request, course_id: str, form: dashboard_forms.NewMember) -> web.Response:
    """Make an address a member of a course, or change its role."""
    membership, _ = await read_course(request, course_id, lambda _connection, _course: None, Role.INSTRUCTOR)
    try:
        email, role = read_address(form.email), read_role(form.role)
        await request.app[COURSES].set_member(request[VISIT].actor, course_id, email, role)
    except (FormProblem, LastInstructor) as error:
        return await _page(request, course_id, problem_of(error), form=form)
    return await changed(request, membership.course.slug, "/members", "member")


@routes.add("GET /admin/courses/{course_id}/members.csv", access=Access.DASHBOARD, produces=CSV)
async def download_roster(request: web.Request, course_id: str) -> web.Response:
    """Return the members of a course as CSV."""

    def read(connection: Connection, membership: Membership) -> list[Member]:
        return all_members(connection, membership.course.id)

    membership, members = await read_course(request, course_id, read)
    return web.Response(
        text=write_roster(members),
        content_type=CSV,
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{membership.course.slug}-members.csv"'},
    )


@routes.add("POST /admin/courses/{course_id}/roster", access=Access.DASHBOARD, produces=HTML)
async def upload_roster(request: web.Request, course_id: str, form: dashboard_forms.Roster) -> web.Response:
    """Add the members of a roster, or change their roles: every row or, if one is refused, none."""
    await read_course(request, course_id, lambda _connection, _course: None, Role.INSTRUCTOR)
    try:
        rows = read_roster(form.file or form.text.encode(), schemas.parse_email)
    except RosterRefused as refused:
        return await _page(request, course_id, Problem(f"This is no roster: {refused}."), form=form)
    if not rows:
        return await _page(request, course_id, Problem("The roster is empty."), form=form)
    applied, results = await request.app[COURSES].import_roster(request[VISIT].actor, course_id, rows)
    await request.app[COURSE_BOOK].catch_up()
    problem = None
    if not applied:
        problem = Problem("Nothing was imported, since some rows are refused. Mend them and import again.")
    return await _page(request, course_id, problem, form=form, results=results)


@routes.add("POST /admin/courses/{course_id}/join-code", access=Access.DASHBOARD, produces=HTML)
async def renew_join_code(request: web.Request, course_id: str, form: dashboard_forms.JoinCode) -> web.Response:
    """Make a new join code, or take the code away."""
    await read_course(request, course_id, lambda _connection, _course: None, Role.INSTRUCTOR)
    is_made = form.action == "make"
    try:
        expires_at = _end_of(form, request.app[CLOCK].now()) if is_made else None
    except FormProblem as error:
        return await _page(request, course_id, problem_of(error), form=form)
    courses, actor = request.app[COURSES], request[VISIT].actor
    if is_made:
        after = await courses.renew_join_code(actor, course_id, expires_at)
    else:
        after = await courses.change(actor, course_id, _without_code)
    return await changed(request, after.course.slug, "/members", "code" if is_made else "closed")


def _without_code(course: StoredCourse) -> StoredCourse:
    return replace(course, join_code=None, join_code_expires_at=None)


def read_address(text: str) -> str:
    """Return an e-mail address in lower case. Raise `FormProblem`."""
    try:
        return schemas.parse_email(text.strip())
    except ValueError:
        raise FormProblem("E-mail: this is not an e-mail address.") from None


def read_role(name: str) -> Role:
    """Return the role of a name. Raise `FormProblem`."""
    role = ROLES.get(name)
    if role is None:
        raise FormProblem(f"Role: is one of {', '.join(ROLES)}.")
    return role


def _end_of(form: dashboard_forms.JoinCode, now: datetime) -> datetime | None:
    """Return when a new code ends, or None if it does not. Raise `FormProblem`."""
    expires_at = end_of_day(form.expires_on, "Last day")
    if expires_at is not None and expires_at <= now:
        raise FormProblem("Last day: lies in the past.")
    return expires_at


async def _page(
    request: web.Request,
    reference: str,
    problem: Problem | None = None,
    *,
    after: str = "",
    done: str = "",
    form: dashboard_forms.Form | None = None,
    results: Sequence[RowResult] = (),
) -> web.Response:
    """Return the page; `form` is the one with the problem, whose fields keep what was written."""
    now, origin = request.app[CLOCK].now(), origin_of(request)

    def read(connection: Connection, membership: Membership) -> tuple[Sequence[Member], int, Sequence[Override]]:
        course = membership.course
        limits = overrides_after(connection, "", MOST_LIMITS, now, course.id)
        still_here = stored_roles(connection, course.id, [own.email for own in limits])
        return (
            members_after(connection, course.id, after, A_PAGE + 1),
            members_by_course(connection).get(course.id, 0),
            [own for own in limits if own.email in still_here],
        )

    membership, (members, count, limits) = await read_course(request, reference, read)
    course = membership.course
    return course_page(
        request,
        membership,
        "course_members.html",
        "members",
        problem,
        done=done,
        members=members[:A_PAGE],
        count=count,
        is_first=not after,
        next=members[A_PAGE - 1].email if len(members) > A_PAGE else None,
        limits=limits,
        roles=list(ROLES),
        is_code_valid=_is_valid(course, now),
        join_url=None if origin is None or course.join_code is None else f"{origin}/join/{course.join_code}",
        form=form or dashboard_forms.NewMember(),
        results=[each for each in results if each.outcome != "unchanged"][:A_PAGE],
        outcomes={name: sum(each.outcome == name for each in results) for name in _OUTCOMES} if results else {},
    )


_OUTCOMES = ("added", "changed", "unchanged", "duplicate", "refused")


def _is_valid(course: StoredCourse, now: datetime) -> bool:
    return course.join_code is not None and (course.join_code_expires_at is None or course.join_code_expires_at > now)
