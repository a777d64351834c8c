"""`/account/new`: a student makes an account, where registration allows it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_pedagogy.ladder.levels import StudentLevels
from tutor_server.api import schemas
from tutor_server.api.account_browser import (
    STALE,
    Visitor,
    account_page,
    after_sign_in,
    fresh_visitor,
    go_to,
    is_own_form,
    keep_code,
    remember,
    visitor_of,
)
from tutor_server.api.account_forms import FormProblem, problem_with_password, read_registration
from tutor_server.api.client_address import client_address
from tutor_server.api.keys import ACCOUNTS, ADDRESS_PROOFS, DATABASE
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import EmailTaken, RegistrationClosed, TooManyAttempts, TutorError, ValidationFailed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tutor_server.identity.registration import Registrations
    from tutor_server.storage.accounts import Account

routes = Routes("account page")

_OTHER_DOMAIN = "This address does not end as it must here. Use that of your university, or ask your instructor."


@routes.add("GET /account/new", access=Access.PUBLIC, produces=HTML)
async def show_new_account(request: web.Request, query: schemas.AccountAddress) -> web.Response:
    """Show the form for making an account, or say that nobody makes one here."""
    page = _new_page(request, await visitor_of(request))
    keep_code(request, page, query.user_code)
    return page


@routes.add("POST /account/new", access=Access.PUBLIC, produces=HTML, refuses=(RegistrationClosed, TooManyAttempts))
async def make_account(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Make an account. If mail is set up, the answer is the same whether the address has one or not."""
    visitor, signed_in = await visitor_of(request), fresh_visitor()
    if not is_own_form(request, visitor, form.csrf):
        return _new_page(request, visitor, email=form.email, problem=STALE, status=HTTPStatus.FORBIDDEN)
    try:
        wanted = read_registration(form)
        await _open(request, wanted, signed_in)
    except FormProblem as error:
        return _new_page(request, visitor, email=form.email, problem=str(error), status=422)
    except ValidationFailed as error:
        return _new_page(request, visitor, email=form.email, problem=problem_with_password(error), status=error.status)
    except (EmailTaken, RegistrationClosed, TooManyAttempts) as error:
        problem = _OTHER_DOMAIN if _is_of_other_domain(request, wanted.email) else None
        return _new_page(request, visitor, email=form.email, problem=problem, error=error)
    if _registrations(request).links.are_mailed:
        return account_page(request, signed_in, "account_mailed.html", email=wanted.email, is_registration=True)
    page = go_to(request, after_sign_in(request, "account?done=made"))
    remember(request, page, signed_in)
    return page


async def _open(request: web.Request, wanted: schemas.Registration, signed_in: Visitor) -> None:
    """Open the account; without mail, sign the browser in. Raises as `Registrations.open` does.

    With mail nobody is told that an address is taken: its owner gets a mail that says so.
    """
    registrations, origin = _registrations(request), origin_of(request)
    links, sessions = registrations.links, request.app[ADDRESS_PROOFS].sessions

    def start_session(connection: Connection, account: Account) -> None:
        if not links.are_mailed:
            sessions.start(connection, account.id, signed_in.browser)

    try:
        await registrations.open(
            wanted.email,
            wanted.password.get_secret_value(),
            StudentLevels(),
            client_address(request),
            origin=origin,
            browser=signed_in.browser,
            also=start_session,
        )
    except EmailTaken:
        if not links.are_mailed or origin is None:
            raise
        links.reset(request.app[DATABASE], wanted.email, origin, is_registration=True)


def _is_of_other_domain(request: web.Request, email: str) -> bool:
    policy = _registrations(request).policy
    return not (policy.is_closed or policy.admits(email))


def _registrations(request: web.Request) -> Registrations:
    return request.app[ACCOUNTS].registrations


def _new_page(
    request: web.Request,
    visitor: Visitor,
    *,
    email: str = "",
    problem: str | None = None,
    error: TutorError | None = None,
    status: int = HTTPStatus.OK,
) -> web.Response:
    policy = _registrations(request).policy
    return account_page(
        request,
        visitor,
        "account_closed.html" if policy.is_closed else "account_new.html",
        problem=problem,
        error=error,
        status=status,
        email=email[:254],
        domains=sorted(policy.domains or ()),
        is_mailed=_registrations(request).links.are_mailed,
    )
