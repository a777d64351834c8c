"""`/account`: a student signs in, sees what is stored, takes it along, changes the password or erases the account."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

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
from tutor_server.api.account_forms import read_login
from tutor_server.api.client_address import client_address
from tutor_server.api.keys import ACCOUNTS, ADDRESS_PROOFS, DATABASE, SETTINGS
from tutor_server.api.me import erase_student, export_of
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import AccountDisabled, InvalidCredentials, TooManyAttempts, TutorError
from tutor_server.storage.personal_data import amounts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_server.identity.accounts import Accounts
    from tutor_server.storage.accounts import Account

routes = Routes("account page")

DONE: Mapping[str, str] = {
    "confirmed": "Your e-mail address is confirmed.",
    "made": "Your account is ready.",
    "password": "Your password is changed. Wherever else you were signed in, sign in again.",
    "sent": "The mail is on its way. It may take a few minutes.",
    "signed-out": "You are signed out.",
}
"""Sentences that the address of a page may ask for, and no others."""
STORED: Mapping[str, str] = {
    "refresh_tokens": "Sign-ins of editors and terminals, with their renewals",
    "chat_sessions": "Conversations",
    "chat_messages": "Questions and answers in them",
    "asks": "Asks, with time and hint level",
    "problems": "Places in your code, as hashes with a hint level",
    "user_module_progress": "Modules that you have begun",
    "model_calls": "Calls to a model, with their cost",
}
"""What each table holds, for its owner."""
_REFUSALS = (InvalidCredentials, AccountDisabled, TooManyAttempts)


@routes.add("GET /", access=Access.PUBLIC, produces=HTML)
async def show_start(request: web.Request) -> web.Response:
    """Lead who types the address of the service to the account page."""
    return go_to(request, "account")


@routes.add("GET /account", access=Access.PUBLIC, produces=HTML)
async def show_account(request: web.Request, query: schemas.AccountAddress) -> web.Response:
    """Show the account of who is signed in; to others the form for signing in."""
    visitor = await visitor_of(request)
    note = DONE.get(query.done)
    if visitor.account is None:
        page = _sign_in_page(request, visitor, note=note)
    else:
        page = await _overview(request, visitor, visitor.account, note)
    keep_code(request, page, query.user_code)
    return page


@routes.add("POST /account/sign-in", access=Access.PUBLIC, produces=HTML, refuses=_REFUSALS)
async def sign_in(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Sign the browser in."""
    visitor = await visitor_of(request)
    if not is_own_form(request, visitor, form.csrf):
        return _sign_in_page(request, visitor, problem=STALE, status=HTTPStatus.FORBIDDEN)
    signed_in = fresh_visitor()
    try:
        login = read_login(form.email, form.password)
        account = await _accounts(request).check_password(
            login.email, login.password.get_secret_value(), client_address(request)
        )
        await request.app[ADDRESS_PROOFS].sessions.sign_in(account, signed_in.browser)
    except _REFUSALS as error:
        return _sign_in_page(request, visitor, email=form.email[:254], error=error)
    page = go_to(request, "account" if account.confirmed_at is None else after_sign_in(request))
    remember(request, page, signed_in)
    return page


@routes.add("POST /account/sign-out", access=Access.PUBLIC, produces=HTML)
async def sign_out(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Sign the browser out."""
    visitor = await visitor_of(request)
    if not is_own_form(request, visitor, form.csrf):
        return _sign_in_page(request, visitor, problem=STALE, status=HTTPStatus.FORBIDDEN)
    await request.app[ADDRESS_PROOFS].sessions.end(visitor.browser)
    page = go_to(request, "account?done=signed-out")
    remember(request, page, fresh_visitor())
    return page


@routes.add("GET /account/export", access=Access.PUBLIC, produces=HTML)
async def export_account(request: web.Request) -> web.StreamResponse:
    """Hand over everything that is stored, as `GET /api/me/export` does."""
    visitor = await visitor_of(request)
    if visitor.account is None:
        return go_to(request, "account")
    return await export_of(request, visitor.account.id)


@routes.add("GET /account/delete", access=Access.PUBLIC, produces=HTML)
async def show_erasure(request: web.Request) -> web.Response:
    """Warn, and ask for the password again."""
    visitor = await visitor_of(request)
    if visitor.account is None:
        return go_to(request, "account")
    return account_page(request, visitor, "account_delete.html", email=visitor.account.email)


@routes.add("POST /account/delete", access=Access.PUBLIC, produces=HTML, refuses=_REFUSALS)
async def erase_account(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Erase the account, as `DELETE /api/me` does."""
    visitor = await visitor_of(request)
    if visitor.account is None or not is_own_form(request, visitor, form.csrf):
        return _sign_in_page(request, visitor, problem=STALE, status=HTTPStatus.FORBIDDEN)
    email = visitor.account.email
    try:
        password = read_login(email, form.password).password.get_secret_value()
        await _accounts(request).check_password(email, password, client_address(request))
    except _REFUSALS as error:
        problem = "The password is wrong." if isinstance(error, InvalidCredentials) else None
        return account_page(request, visitor, "account_delete.html", email=email, error=error, problem=problem)
    await erase_student(request, visitor.account.id)
    return account_page(request, fresh_visitor(), "account_erased.html")


def _accounts(request: web.Request) -> Accounts:
    return request.app[ACCOUNTS]


@dataclass(frozen=True, slots=True)
class _Amount:
    what: str
    count: int


async def _overview(request: web.Request, visitor: Visitor, account: Account, note: str | None) -> web.Response:
    profile = await _accounts(request).profile(account.id)
    amounts = await request.app[DATABASE].read(lambda connection: amounts_of(connection, account.id))
    return account_page(
        request,
        visitor,
        "account.html",
        note=note,
        account=account,
        messages_today=profile.messages_today,
        daily_cap=profile.own_daily_messages or request.app[SETTINGS].daily_message_cap,
        amounts=[_Amount(what, amounts[table]) for table, what in STORED.items()],
        can_mail=_accounts(request).registrations.links.are_mailed,
    )


def _sign_in_page(
    request: web.Request,
    visitor: Visitor,
    *,
    email: str = "",
    note: str | None = None,
    problem: str | None = None,
    error: TutorError | None = None,
    status: int = HTTPStatus.OK,
) -> web.Response:
    is_closed = _accounts(request).registrations.policy.is_closed
    return account_page(
        request,
        visitor,
        "account_sign_in.html",
        problem=problem,
        error=error,
        status=status,
        note=note,
        email=email,
        is_closed=is_closed,
    )
