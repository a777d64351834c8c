"""`/admin`: the dashboard. Instructors and assistants see their courses, operators all courses and the service."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import dashboard_forms
from tutor_server.api.admin_sign_in import sign_in_page
from tutor_server.api.course_comparison import read_comparison
from tutor_server.api.dashboard_visit import START, VISIT, DashboardVisit, go_to
from tutor_server.api.figures import read_figures
from tutor_server.api.keys import ADMINISTRATION, BUDGETS, CLOCK, DATABASE, OFF_SWITCH
from tutor_server.api.routes import CSV, HTML, SCRIPT, Access, Routes
from tutor_server.errors import NotFound
from tutor_server.storage.courses import all_courses
from tutor_server.storage.memberships import Membership, Role, memberships_of
from tutor_server.storage.modules import modules_in_order
from tutor_server.storage.spending import WARNING_SHARE, spent_on
from tutor_server.storage.switches import switched_off

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from tutor_server.api.course_comparison import Compared
    from tutor_server.api.figure import Figure
    from tutor_server.storage.modules import Module
    from tutor_server.storage.spending import Budgets, Spent
    from tutor_server.storage.switches import Off

routes = Routes("dashboard")

MOST_MODULES = 500
_FOLDER = files("tutor_server.api") / "assets"
_ASSETS = {
    "dashboard.js": (_FOLDER / "dashboard.js").read_bytes(),
    "chart.js": (_FOLDER / "chart.js-4.6.1" / "chart.js").read_bytes(),
}


@routes.add("GET /admin", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def dashboard(request: web.Request, query: dashboard_forms.Address) -> web.Response:
    """Show the courses of whoever is signed in, or else the forms for signing in."""
    visit = await DashboardVisit.of(request)
    if not visit.is_signed_in:
        return sign_in_page(visit, goal=query.goal)
    return await (_everything if visit.is_operator else _own_courses)(visit, query.days)


@routes.add("POST /admin/switch", access=Access.DASHBOARD, produces=HTML)
async def switch_on_dashboard(request: web.Request, form: dashboard_forms.Switch) -> web.Response:
    """Switch the tutor off or on, for everything or for a module."""
    visit, administration, module_id = request[VISIT], request.app[ADMINISTRATION], form.module_id or None
    require_operator_of(visit)
    if form.is_off == "yes":
        await administration.switch_off(visit.actor, module_id, form.message)
    else:
        await administration.switch_on(visit.actor, module_id)
    await request.app[OFF_SWITCH].catch_up()
    return go_to(START)


@routes.add("GET /admin/figures/{name}", access=Access.PUBLIC, produces=CSV, refuses=(NotFound,))
async def figure(request: web.Request, name: str, query: dashboard_forms.Address) -> web.Response:
    """Return a figure's table as CSV, to an operator's browser."""
    require_operator_of(await DashboardVisit.of(request))
    now, budgets = request.app[CLOCK].now(), request.app[BUDGETS]
    figures = await request.app[DATABASE].read(lambda connection: read_figures(connection, now, query.days, budgets))
    return csv_of(figures, name, "ask-tutor")


@routes.add("GET /admin/assets/{name}", access=Access.PUBLIC, produces=SCRIPT, refuses=(NotFound,))
async def asset(request: web.Request, name: str) -> web.Response:  # noqa: ARG001 - every handler takes the request as its first argument
    """Return one of the dashboard's scripts."""
    if name not in _ASSETS:
        raise NotFound
    return web.Response(body=_ASSETS[name], content_type=SCRIPT, charset="utf-8")


def require_operator_of(visit: DashboardVisit) -> None:
    """Raise `NotFound` unless an operator, or the holder of the admin key, is signed in."""
    if not visit.is_operator:
        raise NotFound


def csv_of(figures: Sequence[Figure], name: str, prefix: str) -> web.Response:
    """Return the figure of a name, such as `ratings.csv`, as a file. Raise `NotFound`."""
    wanted = name.removesuffix(".csv")
    for each in figures:
        if each.name == wanted:
            return web.Response(
                text=each.as_csv(),
                content_type=CSV,
                charset="utf-8",
                headers={"Content-Disposition": f'attachment; filename="{prefix}-{each.name}.csv"'},
            )
    raise NotFound


async def _everything(visit: DashboardVisit, days: int) -> web.Response:
    request = visit.request
    now, budgets = request.app[CLOCK].now(), request.app[BUDGETS]

    def read(
        connection: Connection,
    ) -> tuple[Sequence[Figure], Spent, list[Off], Sequence[Module], Sequence[Compared]]:
        courses = [Membership(course, Role.OPERATOR) for course in all_courses(connection)]
        return (
            read_figures(connection, now, days, budgets),
            spent_on(connection, now.date()),
            switched_off(connection),
            modules_in_order(connection, after=None, limit=MOST_MODULES),
            read_comparison(connection, courses, now, days),
        )

    figures, spent, off, modules, courses = await request.app[DATABASE].read(read)
    return visit.page(
        "dashboard.html",
        has_plots=True,
        courses=courses,
        figures=figures,
        days=days,
        spans=dashboard_forms.DAYS,
        here=START,
        now=now,
        warnings=_warnings(spent, budgets),
        off=off,
        modules=[module for module in modules if module.id not in {each.module_id for each in off}],
        is_all_off=any(each.module_id is None for each in off),
    )


async def _own_courses(visit: DashboardVisit, days: int) -> web.Response:
    """Show the courses in which somebody is an assistant or instructor, side by side."""
    request, user_id = visit.request, visit.user_id
    now = request.app[CLOCK].now()
    if user_id is None:
        raise NotFound

    def read(connection: Connection) -> Sequence[Compared]:
        taught = [each for each in memberships_of(connection, user_id) if each.role >= Role.ASSISTANT]
        return read_comparison(connection, taught, now, days)

    courses = await request.app[DATABASE].read(read)
    return visit.page(
        "dashboard_courses.html",
        has_plots=bool(courses),
        courses=courses,
        days=days,
        spans=dashboard_forms.DAYS,
        here=START,
        now=now,
    )


def _warnings(spent: Spent, budgets: Budgets) -> list[str]:
    """Return a sentence for each budget that is used up or nearly used up."""
    warnings = []
    for what, committed, budget in (("Today", spent.day, budgets.daily), ("This month", spent.month, budgets.monthly)):
        if budget is not None and committed >= WARNING_SHARE * budget:
            warnings.append(f"{what} ${committed / 1e9:,.2f} of the budget of ${budget / 1e9:,.2f} are committed.")
    return warnings
