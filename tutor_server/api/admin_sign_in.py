"""`/admin/sign-in` and `/admin/sign-out`: people sign in to the dashboard as themselves, operators also by the key."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from aiohttp import hdrs, web

from tutor_server.api import dashboard_forms
from tutor_server.api.account_browser import ways_in
from tutor_server.api.account_forms import STALE, Problem, problem_of, read_login
from tutor_server.api.admin_session import forget, new_session, remember, token_hash
from tutor_server.api.caller import check_admin_key
from tutor_server.api.dashboard_visit import START, DashboardVisit, go_to, goal_of
from tutor_server.api.html import html_page
from tutor_server.api.keys import DASHBOARD_SESSIONS, SETTINGS
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import (
    AccountDisabled,
    AdminKeyInvalid,
    InvalidCredentials,
    NotFound,
    PasswordSignInOff,
    TooManyAttempts,
)

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()

routes = Routes("dashboard")

_REFUSALS = (InvalidCredentials, AccountDisabled, PasswordSignInOff, TooManyAttempts)
_WRONG_KEY = Problem("The admin key is wrong.")


@routes.add("POST /admin/sign-in", access=Access.PUBLIC, produces=HTML, refuses=(NotFound, *_REFUSALS))
async def sign_in_to_dashboard(request: web.Request, form: dashboard_forms.SignIn) -> web.Response:
    """Sign the browser in: to the account whose password is right, or with the admin key for one working day."""
    is_by_key = form.email is None
    if is_by_key and request.app[SETTINGS].admin_key is None:
        raise NotFound
    visit = await DashboardVisit.of(request)
    if not visit.is_own_form(form.csrf):
        return sign_in_page(visit, STALE, goal=form.goal)
    return await (_by_key if is_by_key else _by_password)(visit, form)


@routes.add("POST /admin/sign-out", access=Access.DASHBOARD, produces=HTML)
async def sign_out_of_dashboard(request: web.Request, form: dashboard_forms.Form) -> web.Response:  # noqa: ARG001 - the form holds the CSRF token alone
    """Sign the browser out: of the account, and of the session that the admin key has opened."""
    visit, page = await DashboardVisit.of(request), go_to(START)
    if visit.session is not None:
        await request.app[DASHBOARD_SESSIONS].close(visit.actor, token_hash(request, visit.session))
        forget(request, page)
    if visit.visit.account is not None:
        await visit.visit.proofs.sessions.end(visit.visit.browser)
        visit.visit.renewed().remember(page)
    return page


def sign_in_page(
    visit: DashboardVisit,
    problem: Problem | None = None,
    *,
    email: str = "",
    goal: str = "",
    is_by_key: bool = False,
) -> web.Response:
    """Return the page on which people sign in, each in the ways that the service has.

    Its status is 404 if the service has neither an admin key nor an identity provider: `/admin` is not offered to
    strangers then. `is_by_key` says that the problem is one of the key's form.
    """
    request = visit.request
    has_key, ways = request.app[SETTINGS].admin_key is not None, ways_in(request)
    status = HTTPStatus.OK if has_key or ways["provider"] else HTTPStatus.NOT_FOUND
    page = html_page(
        "dashboard_sign_in.html",
        status=status if problem is None else problem.status,
        problem=None if problem is None else problem.sentence,
        csrf=visit.csrf,
        email=email,
        goal=goal_of(goal),
        has_key=has_key,
        is_by_key=is_by_key,
        root="",
        **ways,
    )
    if problem is not None and problem.retry_after is not None:
        page.headers[hdrs.RETRY_AFTER] = str(problem.retry_after)
    visit.visit.remember(page)
    return page


async def _by_key(visit: DashboardVisit, form: dashboard_forms.SignIn) -> web.Response:
    request = visit.request
    try:
        await check_admin_key(request, form.key.get_secret_value())
    except AdminKeyInvalid:
        log.warning("dashboard_sign_in_refused")
        return sign_in_page(visit, _WRONG_KEY, goal=form.goal, is_by_key=True)
    except TooManyAttempts as error:
        problem = Problem(error.detail, error.status, error.retry_after)
        return sign_in_page(visit, problem, goal=form.goal, is_by_key=True)
    opened, page = new_session(), go_to(goal_of(form.goal))
    keyholder = DashboardVisit(visit.visit, opened, is_operator=True)
    await request.app[DASHBOARD_SESSIONS].open(keyholder.actor, token_hash(request, opened))
    remember(request, page, opened)
    return page


async def _by_password(visit: DashboardVisit, form: dashboard_forms.SignIn) -> web.Response:
    accounts, signed_in, email = visit.visit.accounts, visit.visit.renewed(), form.email or ""
    try:
        accounts.require_passwords()
        login = read_login(email, form.password)
        password = login.password.get_secret_value()
        account = await accounts.check_password(login.email, password, visit.visit.client_address)
        await visit.visit.proofs.sessions.sign_in(account, signed_in.browser)
    except _REFUSALS as error:
        return sign_in_page(visit, problem_of(error), email=email[:254], goal=form.goal)
    page = go_to(goal_of(form.goal))
    signed_in.remember(page)
    return page
