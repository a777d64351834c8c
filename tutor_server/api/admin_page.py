"""`/admin`: the dashboard for instructors and operators, opened with the admin key through a form."""

from __future__ import annotations

from http import HTTPStatus
from importlib.resources import files
from typing import TYPE_CHECKING

import structlog
from aiohttp import hdrs, web

from tutor_server.administration.service import Actor
from tutor_server.api import schemas
from tutor_server.api.admin_session import (
    Session,
    form_token,
    is_own_form,
    new_session,
    remember,
    session_of,
    token_hash,
)
from tutor_server.api.caller import check_admin_key
from tutor_server.api.client_address import client_address
from tutor_server.api.figures import read_figures
from tutor_server.api.html import dashboard_page, html_page
from tutor_server.api.keys import ADMINISTRATION, BUDGETS, CLOCK, DASHBOARD_SESSIONS, DATABASE, OFF_SWITCH
from tutor_server.api.routes import CSV, HTML, SCRIPT, Access, Routes
from tutor_server.errors import AdminKeyInvalid, NotFound, TooManyAttempts
from tutor_server.storage.modules import modules_in_order
from tutor_server.storage.spending import WARNING_SHARE, spent_on
from tutor_server.storage.switches import switched_off

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.api.figures import Figure
    from tutor_server.storage.modules import Module
    from tutor_server.storage.spending import Budgets, Spent
    from tutor_server.storage.switches import Off

log: FilteringBoundLogger = structlog.get_logger()

routes = Routes("dashboard")

MOST_MODULES = 500
_STALE = "This page has been open for too long, or your browser takes no cookies. Please try again."
_WRONG = "The admin key is wrong."
_FOLDER = files("tutor_server.api") / "assets"
_ASSETS = {
    "dashboard.js": (_FOLDER / "dashboard.js").read_bytes(),
    "chart.js": (_FOLDER / "chart.js-4.6.1" / "chart.js").read_bytes(),
}


@routes.add("GET /admin", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def dashboard(request: web.Request, query: schemas.DashboardAddress) -> web.Response:
    """Show the figures if the browser is signed in, or else the form for the admin key."""
    session = await session_of(request)
    if session is None or not session.is_signed_in:
        return _sign_in_page(request, session)
    return await _dashboard(request, session, query.days)


@routes.add("POST /admin/sign-in", access=Access.PUBLIC, produces=HTML, refuses=(NotFound, TooManyAttempts))
async def sign_in_to_dashboard(request: web.Request, form: schemas.DashboardSignIn) -> web.Response:
    """Check the admin key, and sign the browser in for one working day."""
    session = await session_of(request)
    if session is None or not is_own_form(request, session, form.csrf):
        return _sign_in_page(request, None, problem=_STALE, status=HTTPStatus.FORBIDDEN)
    try:
        await check_admin_key(request, form.key.get_secret_value())
    except AdminKeyInvalid:
        log.warning("dashboard_sign_in_refused")
        return _sign_in_page(request, session, problem=_WRONG, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except TooManyAttempts as error:
        page = _sign_in_page(request, session, problem=error.detail, status=HTTPStatus.TOO_MANY_REQUESTS)
        page.headers[hdrs.RETRY_AFTER] = str(error.retry_after)
        return page
    opened = new_session()
    await request.app[DASHBOARD_SESSIONS].open(_actor(request), token_hash(request, opened))
    page = _back()
    remember(request, page, opened)
    return page


@routes.add("POST /admin/sign-out", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def sign_out_of_dashboard(request: web.Request, form: schemas.DashboardForm) -> web.Response:
    """End the session of the browser."""
    session = await session_of(request)
    if session is None or not is_own_form(request, session, form.csrf):
        return _sign_in_page(request, session, problem=_STALE, status=HTTPStatus.FORBIDDEN)
    if session.is_signed_in:
        await request.app[DASHBOARD_SESSIONS].close(_actor(request), token_hash(request, session))
    page = _back()
    remember(request, page, new_session())
    return page


@routes.add("POST /admin/switch", access=Access.PUBLIC, produces=HTML, refuses=(NotFound,))
async def switch_on_dashboard(request: web.Request, form: schemas.DashboardSwitch) -> web.Response:
    """Switch the tutor off or on, for everything or for a module."""
    session = await session_of(request)
    if session is None or not session.is_signed_in or not is_own_form(request, session, form.csrf):
        return _sign_in_page(request, session, problem=_STALE, status=HTTPStatus.FORBIDDEN)
    administration, module_id = request.app[ADMINISTRATION], form.module_id or None
    if form.is_off == "yes":
        await administration.switch_off(_actor(request), module_id, form.message)
    else:
        await administration.switch_on(_actor(request), module_id)
    await request.app[OFF_SWITCH].catch_up()
    return _back()


@routes.add("GET /admin/figures/{name}", access=Access.PUBLIC, produces=CSV, refuses=(NotFound,))
async def figure(request: web.Request, name: str, query: schemas.DashboardAddress) -> web.Response:
    """Return a figure's table as CSV, to a signed-in browser."""
    session = await session_of(request)
    if session is None or not session.is_signed_in:
        raise NotFound
    wanted = name.removesuffix(".csv")
    for each in await _figures(request, query.days):
        if each.name == wanted:
            return web.Response(
                text=each.as_csv(),
                content_type=CSV,
                headers={"Content-Disposition": f'attachment; filename="ask-tutor-{each.name}.csv"'},
            )
    raise NotFound


@routes.add("GET /admin/assets/{name}", access=Access.PUBLIC, produces=SCRIPT, refuses=(NotFound,))
async def asset(request: web.Request, name: str) -> web.Response:  # noqa: ARG001 - every handler takes the request as its first argument
    """Return one of the dashboard's scripts."""
    if name not in _ASSETS:
        raise NotFound
    return web.Response(body=_ASSETS[name], content_type=SCRIPT, charset="utf-8")


async def _dashboard(request: web.Request, session: Session, days: int) -> web.Response:
    now, budgets = request.app[CLOCK].now(), request.app[BUDGETS]

    def read(connection: Connection) -> tuple[Sequence[Figure], Spent, list[Off], Sequence[Module]]:
        return (
            read_figures(connection, now, days, budgets),
            spent_on(connection, now.date()),
            switched_off(connection),
            modules_in_order(connection, after=None, limit=MOST_MODULES),
        )

    figures, spent, off, modules = await request.app[DATABASE].read(read)
    return dashboard_page(
        "dashboard.html",
        csrf=form_token(request, session),
        figures=figures,
        days=days,
        spans=schemas.DASHBOARD_DAYS,
        now=now,
        warnings=_warnings(spent, budgets),
        off=off,
        modules=[module for module in modules if module.id not in {each.module_id for each in off}],
        is_all_off=any(each.module_id is None for each in off),
    )


async def _figures(request: web.Request, days: int) -> Sequence[Figure]:
    now, budgets = request.app[CLOCK].now(), request.app[BUDGETS]
    return await request.app[DATABASE].read(lambda connection: read_figures(connection, now, days, budgets))


def _warnings(spent: Spent, budgets: Budgets) -> list[str]:
    """Return a sentence for each budget that is used up or nearly used up."""
    warnings = []
    for what, committed, budget in (("Today", spent.day, budgets.daily), ("This month", spent.month, budgets.monthly)):
        if budget is not None and committed >= WARNING_SHARE * budget:
            warnings.append(f"{what} ${committed / 1e9:,.2f} of the budget of ${budget / 1e9:,.2f} are committed.")
    return warnings


def _sign_in_page(
    request: web.Request, session: Session | None, *, problem: str | None = None, status: int = HTTPStatus.OK
) -> web.Response:
    session = session or new_session()
    page = html_page("dashboard_sign_in.html", status=status, problem=problem, csrf=form_token(request, session))
    remember(request, page, session)
    return page


def _back() -> web.Response:
    """Redirect the browser to the dashboard, so that a reload does not send the form again (RFC 9110 §15.4.4)."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: "/admin"})


def _actor(request: web.Request) -> Actor:
    return Actor("page", client_address(request))
