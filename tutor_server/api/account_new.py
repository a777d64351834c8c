"""`/account/new`: a student creates an account, if registration allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_pedagogy.ladder.levels import StudentLevels
from tutor_server.api import schemas
from tutor_server.api.account_browser import Visit, keep_code, ways_in
from tutor_server.api.account_forms import STALE, FormProblem, Problem, problem_of, read_registration
from tutor_server.api.keys import DATABASE
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import EmailTaken, PasswordSignInOff, RegistrationClosed, TooManyAttempts, ValidationFailed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tutor_server.storage.accounts import Account

routes = Routes("account page")

_OTHER_DOMAIN = "This address does not end as it must here. Use that of your university, or ask your instructor."


@routes.add("GET /account/new", access=Access.PUBLIC, produces=HTML)
async def show_new_account(request: web.Request, query: schemas.AccountAddress) -> web.Response:
    """Show the form for creating an account, or a page that says that registration is closed."""
    page = _new_page(await Visit.of(request))
    keep_code(request, page, query.user_code)
    return page


@routes.add("POST /account/new", access=Access.PUBLIC, produces=HTML, refuses=(RegistrationClosed, TooManyAttempts))
async def make_account(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Create an account. If mail is set up, the response is the same whether the address has an account or not."""
    visit = await Visit.of(request)
    signed_in = visit.renewed()
    if not visit.is_own_form(form.csrf):
        return _new_page(visit, STALE, email=form.email)
    try:
        visit.accounts.require_passwords()
        wanted = read_registration(form)
        await _open(signed_in, wanted)
    except RegistrationClosed as error:
        problem = problem_of(error)
        if not visit.registrations.policy.is_closed and not visit.registrations.policy.admits(wanted.email):
            problem = Problem(_OTHER_DOMAIN, error.status)
        return _new_page(visit, problem, email=form.email)
    except (FormProblem, ValidationFailed, EmailTaken, PasswordSignInOff, TooManyAttempts) as error:
        return _new_page(visit, problem_of(error), email=form.email)
    if visit.registrations.links.are_mailed:
        return signed_in.page("account_mailed.html", email=wanted.email, is_registration=True)
    return signed_in.go_on("account?done=made")


async def _open(signed_in: Visit, wanted: schemas.Registration) -> None:
    """Create the account, and sign the browser in if mail is not set up. Raise as `Registrations.open` does.

    If mail is set up, the response does not reveal that an address is taken: its owner gets a mail that says so.
    """
    request, links = signed_in.request, signed_in.registrations.links
    origin, sessions = origin_of(request), signed_in.proofs.sessions

    def start_session(connection: Connection, account: Account) -> None:
        if not links.are_mailed:
            sessions.start(connection, account.id, signed_in.browser)

    try:
        await signed_in.registrations.open(
            wanted.email,
            wanted.password.get_secret_value(),
            StudentLevels(),
            signed_in.client_address,
            origin=origin,
            browser=signed_in.browser,
            also=start_session,
        )
    except EmailTaken:
        if not links.are_mailed or origin is None:
            raise
        links.reset(request.app[DATABASE], wanted.email, origin, is_registration=True)


def _new_page(visit: Visit, problem: Problem | None = None, *, email: str = "") -> web.Response:
    policy = visit.registrations.policy
    return visit.page(
        "account_closed.html" if policy.is_closed or not visit.accounts.has_passwords else "account_new.html",
        problem,
        provider=ways_in(visit.request)["provider"],
        has_passwords=visit.accounts.has_passwords,
        email=email[:254],
        domains=sorted(policy.domains or ()),
        is_mailed=visit.registrations.links.are_mailed,
    )
