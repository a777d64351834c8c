"""`/account/confirm`, `/account/reset`, `/account/password`: confirming an address; changing or resetting a password.

A mail scanner opens links, too: looking at a page uses nothing up, sending its form does.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.account_browser import (
    STALE,
    Visitor,
    account_page,
    after_sign_in,
    browser_of,
    fresh_visitor,
    go_to,
    is_own_form,
    remember,
    visitor_of,
)
from tutor_server.api.account_forms import FormProblem, problem_with_password, read_email, read_login, read_new_password
from tutor_server.api.client_address import client_address
from tutor_server.api.keys import ACCOUNTS, ADDRESS_PROOFS, DATABASE, THROTTLE
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import (
    AccountDisabled,
    InvalidCredentials,
    LinkUnknown,
    TooManyAttempts,
    TutorError,
    ValidationFailed,
)

if TYPE_CHECKING:
    from tutor_server.identity.address_proofs import Opened
    from tutor_server.identity.email_links import EmailLinks
    from tutor_server.storage.accounts import Account

routes = Routes("account page")

_REFUSALS = (InvalidCredentials, AccountDisabled, TooManyAttempts)


@routes.add("GET /account/confirm", access=Access.PUBLIC, produces=HTML, refuses=(LinkUnknown,))
async def show_confirmation(request: web.Request, query: schemas.AccountAddress) -> web.Response:
    """Show which address is to be confirmed."""
    visitor = await visitor_of(request)
    try:
        opened = await request.app[ADDRESS_PROOFS].open_confirmation(query.token, browser_of(request))
    except LinkUnknown as error:
        return _dead_link(request, visitor, error)
    return _confirmation_page(request, visitor, opened, query.token)


@routes.add("POST /account/confirm", access=Access.PUBLIC, produces=HTML, refuses=(LinkUnknown, *_REFUSALS))
async def confirm(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Confirm the address, for who made the account in this browser, is signed in to it, or knows its password."""
    visitor, proofs = await visitor_of(request), request.app[ADDRESS_PROOFS]
    signed_in = fresh_visitor()
    try:
        opened = await proofs.open_confirmation(form.token, browser_of(request))
        if not is_own_form(request, visitor, form.csrf):
            return _confirmation_page(request, visitor, opened, form.token, problem=STALE, status=403)
        account = opened.account
        if not _is_theirs(visitor, opened):
            try:
                password = read_login(account.email, form.password).password.get_secret_value()
                account = await request.app[ACCOUNTS].check_password(account.email, password, client_address(request))
            except _REFUSALS as error:
                problem = "The password is wrong." if isinstance(error, InvalidCredentials) else None
                return _confirmation_page(request, visitor, opened, form.token, problem=problem, error=error)
        await proofs.confirm(form.token, account, signed_in.browser)
    except LinkUnknown as error:
        return _dead_link(request, visitor, error)
    page = go_to(request, after_sign_in(request, "account?done=confirmed"))
    remember(request, page, signed_in)
    return page


@routes.add("POST /account/confirm/send", access=Access.PUBLIC, produces=HTML, refuses=(TooManyAttempts,))
async def send_confirmation(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Mail the link again, to who is signed in and has not confirmed."""
    visitor, origin = await visitor_of(request), origin_of(request)
    if visitor.account is None or not is_own_form(request, visitor, form.csrf):
        return go_to(request, "account")
    await request.app[THROTTLE].registration(visitor.account.subject, client_address(request))
    if origin is not None and visitor.account.confirmed_at is None:
        _links(request).confirm_again(request.app[DATABASE], visitor.account, origin)
    return go_to(request, "account?done=sent")


@routes.add("GET /account/reset", access=Access.PUBLIC, produces=HTML, refuses=(LinkUnknown,))
async def show_choice(request: web.Request, query: schemas.AccountAddress) -> web.Response:
    """Ask for a new password, for the account that a link is for."""
    visitor = await visitor_of(request)
    try:
        account = await request.app[ADDRESS_PROOFS].open_choice(query.token)
    except LinkUnknown as error:
        return _dead_link(request, visitor, error)
    return _choice_page(request, visitor, account, query.token)


@routes.add("POST /account/reset", access=Access.PUBLIC, produces=HTML, refuses=(LinkUnknown, AccountDisabled))
async def choose_password(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Set the password that was chosen."""
    visitor, proofs = await visitor_of(request), request.app[ADDRESS_PROOFS]
    signed_in = fresh_visitor()
    try:
        account = await proofs.open_choice(form.token)
        if not is_own_form(request, visitor, form.csrf):
            return _choice_page(request, visitor, account, form.token, problem=STALE, status=403)
        await proofs.choose_password(form.token, read_new_password(form), signed_in.browser)
    except FormProblem as error:
        return _choice_page(request, visitor, account, form.token, problem=str(error), status=422)
    except ValidationFailed as error:
        problem = problem_with_password(error)
        return _choice_page(request, visitor, account, form.token, problem=problem, status=error.status)
    except LinkUnknown as error:
        return _dead_link(request, visitor, error)
    page = go_to(request, after_sign_in(request, "account?done=password"))
    remember(request, page, signed_in)
    return page


@routes.add("GET /account/password", access=Access.PUBLIC, produces=HTML)
async def show_password(request: web.Request) -> web.Response:
    """Show the form for changing the password; to who is not signed in, the one for a forgotten password."""
    return _password_page(request, await visitor_of(request))


@routes.add("POST /account/password", access=Access.PUBLIC, produces=HTML, refuses=_REFUSALS)
async def change_password(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Change the password, or mail a link to who has forgotten it: the answer is the same for every address."""
    visitor = await visitor_of(request)
    if not is_own_form(request, visitor, form.csrf):
        return _password_page(request, visitor, problem=STALE, status=HTTPStatus.FORBIDDEN)
    if visitor.account is None:
        return await _mail_reset(request, visitor, form)
    accounts, signed_in = request.app[ACCOUNTS], fresh_visitor()
    try:
        password = read_new_password(form)
        current = read_login(visitor.account.email, form.password).password.get_secret_value()
        await accounts.change_password(visitor.account.id, current, password, client_address(request))
        account = (await accounts.profile(visitor.account.id)).account
        await request.app[ADDRESS_PROOFS].sessions.sign_in(account, signed_in.browser)
    except FormProblem as error:
        return _password_page(request, visitor, problem=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except ValidationFailed as error:
        return _password_page(request, visitor, problem=problem_with_password(error), status=error.status)
    except _REFUSALS as error:
        problem = "The current password is wrong." if isinstance(error, InvalidCredentials) else None
        return _password_page(request, visitor, problem=problem, error=error)
    page = go_to(request, "account?done=password")
    remember(request, page, signed_in)
    return page


async def _mail_reset(request: web.Request, visitor: Visitor, form: schemas.AccountForm) -> web.Response:
    links, origin = _links(request), origin_of(request)
    if not links.are_mailed or origin is None:
        return _password_page(request, visitor)
    try:
        email = read_email(form)
        await request.app[THROTTLE].registration(request.app[ACCOUNTS].subject(email), client_address(request))
    except FormProblem as error:
        return _password_page(request, visitor, email=form.email, problem=str(error), status=422)
    except TooManyAttempts as error:
        return _password_page(request, visitor, email=form.email, error=error)
    links.reset(request.app[DATABASE], email, origin)
    return account_page(request, visitor, "account_mailed.html", email=email, is_registration=False)


def _is_theirs(visitor: Visitor, opened: Opened) -> bool:
    """Return whether this browser has shown already that the account is its student's."""
    return opened.is_from or (visitor.account is not None and visitor.account.id == opened.account.id)


def _confirmation_page(
    request: web.Request,
    visitor: Visitor,
    opened: Opened,
    token: str,
    *,
    problem: str | None = None,
    error: TutorError | None = None,
    status: int = HTTPStatus.OK,
) -> web.Response:
    return account_page(
        request,
        visitor,
        "account_confirm.html",
        problem=problem,
        error=error,
        status=status,
        email=opened.account.email,
        token=token,
        needs_password=not _is_theirs(visitor, opened),
    )


def _choice_page(
    request: web.Request,
    visitor: Visitor,
    account: Account,
    token: str,
    *,
    problem: str | None = None,
    status: int = HTTPStatus.OK,
) -> web.Response:
    return account_page(
        request, visitor, "account_reset.html", problem=problem, status=status, email=account.email, token=token
    )


def _password_page(
    request: web.Request,
    visitor: Visitor,
    *,
    email: str = "",
    problem: str | None = None,
    error: TutorError | None = None,
    status: int = HTTPStatus.OK,
) -> web.Response:
    account = visitor.account
    return account_page(
        request,
        visitor,
        "account_forgotten.html" if account is None else "account_password.html",
        problem=problem,
        error=error,
        status=status,
        email=email[:254] if account is None else account.email,
        can_mail=_links(request).are_mailed,
    )


def _dead_link(request: web.Request, visitor: Visitor, error: LinkUnknown) -> web.Response:
    return account_page(request, visitor, "account_dead_link.html", error=error, can_mail=_links(request).are_mailed)


def _links(request: web.Request) -> EmailLinks:
    return request.app[ACCOUNTS].registrations.links
