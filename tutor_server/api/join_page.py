"""`/join`: a student joins a course by its code, typed or in a link. Who is not signed in comes back after that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import Field

from tutor_server.administration.join_codes import is_join_code, normalised
from tutor_server.api.account_browser import Visit, forget_join_code, keep_join_code, ways_in
from tutor_server.api.account_forms import STALE, Problem, problem_of
from tutor_server.api.keys import COURSES, THROTTLE
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.api.schemas import Body
from tutor_server.errors import EmailUnconfirmed, JoinCodeUnknown, TooManyAttempts

if TYPE_CHECKING:
    from tutor_server.storage.accounts import Account

routes = Routes("account page")

_REFUSALS = (JoinCodeUnknown, EmailUnconfirmed, TooManyAttempts)
_NO_CODE = Problem(JoinCodeUnknown.text, JoinCodeUnknown.status)


class JoinForm(Body):
    """The form of `POST /join`."""

    csrf: str = ""
    code: str = Field(default="", max_length=64)


@routes.add("GET /join", access=Access.PUBLIC, produces=HTML)
async def show_joining(request: web.Request) -> web.Response:
    """Show the form for a join code."""
    visit = await Visit.of(request)
    return visit.go_to("account") if visit.account is None else _page(visit)


@routes.add("GET /join/{code}", access=Access.PUBLIC, produces=HTML, refuses=_REFUSALS)
async def show_invitation(request: web.Request, code: str) -> web.Response:
    """Ask whether to join the course of a code; first show the forms for signing in if nobody is signed in.

    The code is looked up only once the student agrees, so that a link cannot be used to guess codes.
    """
    visit, wanted = await Visit.of(request), normalised(code)
    if not is_join_code(wanted):
        return _page(visit, _NO_CODE) if visit.account else _sign_in_page(visit, "", _NO_CODE)
    if visit.account is not None and visit.account.confirmed_at is not None:
        return _page(visit, code=wanted)
    page = _sign_in_page(visit, wanted) if visit.account is None else visit.go_to("account")
    keep_join_code(request, page, wanted)
    return page


@routes.add("POST /join", access=Access.PUBLIC, produces=HTML, refuses=_REFUSALS)
async def join(request: web.Request, form: JoinForm) -> web.Response:
    """Join the course of a code as a student. Guessing codes is throttled, as over the API."""
    visit, code = await Visit.of(request), normalised(form.code)
    account = visit.account
    if account is None:
        return visit.go_to("account")
    if not visit.is_own_form(form.csrf):
        return _page(visit, STALE, code=code)
    try:
        slug = await _join(visit, account, code)
    except _REFUSALS as error:
        page = _page(visit, problem_of(error), code=code)
    else:
        page = visit.go_to(f"account/courses/{slug}?done=joined")
    forget_join_code(request, page)
    return page


async def _join(visit: Visit, account: Account, code: str) -> str:
    """Join a course; return its slug. Raise as `CourseAdministration.join` does, or `TooManyAttempts`."""
    app = visit.request.app
    async with app[THROTTLE].join_code(str(account.id), visit.client_address):
        return (await app[COURSES].join(account.id, code)).course.slug


def _page(visit: Visit, problem: Problem | None = None, *, code: str = "") -> web.Response:
    return visit.page("join.html", problem, code=code if is_join_code(code) else "", typed=code[:64])


def _sign_in_page(visit: Visit, code: str, problem: Problem | None = None) -> web.Response:
    note = f"To join the course with the code {code}. Sign in, or make an account." if code else None
    return visit.page("account_sign_in.html", problem, note=note, email="", **ways_in(visit.request))
