"""A course at a glance: its state and off switch, and its figures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import dashboard_forms
from tutor_server.api.admin_page import csv_of
from tutor_server.api.course_access import switched
from tutor_server.api.course_comparison import read_comparison
from tutor_server.api.course_pages.page import changed, course_page, read_course
from tutor_server.api.dashboard_visit import VISIT
from tutor_server.api.figures import read_course_figures
from tutor_server.api.keys import CLOCK, COURSES
from tutor_server.api.routes import CSV, HTML, Access, Routes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from tutor_server.api.course_comparison import Compared
    from tutor_server.api.figure import Figure
    from tutor_server.storage.courses import StoredCourse
    from tutor_server.storage.memberships import Membership

routes = Routes("dashboard")


@routes.add("GET /admin/courses/{course_id}", access=Access.DASHBOARD, produces=HTML)
async def show_course(request: web.Request, course_id: str, query: dashboard_forms.Address) -> web.Response:
    """Show what goes on in a course, to those who teach it."""
    now = request.app[CLOCK].now()

    def read(connection: Connection, membership: Membership) -> tuple[Compared, Sequence[Figure]]:
        (facts,) = read_comparison(connection, [membership], now, query.days)
        return facts, read_course_figures(connection, membership.course, now, query.days)

    membership, (facts, figures) = await read_course(request, course_id, read)
    return course_page(
        request,
        membership,
        "course_overview.html",
        "overview",
        done=query.done,
        has_plots=True,
        facts=facts,
        figures=figures,
        days=query.days,
        spans=dashboard_forms.DAYS,
        now=now,
    )


@routes.add("GET /admin/courses/{course_id}/figures/{name}", access=Access.DASHBOARD, produces=CSV)
async def course_figure(
    request: web.Request, course_id: str, name: str, query: dashboard_forms.Address
) -> web.Response:
    """Return a figure of a course as CSV."""
    now = request.app[CLOCK].now()
    membership, figures = await read_course(
        request,
        course_id,
        lambda connection, membership: read_course_figures(connection, membership.course, now, query.days),
    )
    return csv_of(figures, name, membership.course.slug)


@routes.add("POST /admin/courses/{course_id}/switch", access=Access.DASHBOARD, produces=HTML)
async def switch_course_on_page(
    request: web.Request, course_id: str, form: dashboard_forms.CourseSwitch
) -> web.Response:
    """Switch a course off or on."""
    is_off = form.is_off == "yes"

    def change(before: StoredCourse) -> StoredCourse:
        return replace(before, **switched(request, before, off=is_off, reason=form.reason))

    action = "course_switched_off" if is_off else "course_switched_on"
    membership = await request.app[COURSES].change(request[VISIT].actor, course_id, change, action)
    return await changed(request, membership.course.slug, "", "off" if is_off else "on")
