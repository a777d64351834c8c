"""`/account/confirm`, `/account/reset`, `/account/password`: confirm an address; change or reset a password.

Mail scanners open links too. So a GET request does not use up a link; only sending the page's form does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.account_browser import Visit, browser_of
from tutor_server.api.account_forms import (
    STALE,
    FormProblem,
    Problem,
    problem_of,
    read_email,
    read_login,
    read_new_password,
)
from tutor_server.api.keys import DATABASE, THROTTLE
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import AccountDisabled, InvalidCredentials, LinkUnknown, TooManyAttempts, ValidationFailed

if TYPE_CHECKING:
    from tutor_server.identity.address_proofs import Opened
    from tutor_server.identity.email_links import EmailLinks
    from tutor_server.storage.accounts import Account

routes = Routes("account page")

_REFUSALS = (InvalidCredentials, AccountDisabled, TooManyAttempts)


@routes.add("GET /account/confirm", access=Access.PUBLIC, produces=HTML, refuses=(LinkUnknown,))
async def show_confirmation(request: web.Request, query: schemas.AccountAddress) -> web.Response:
    """Show the page that confirms an e-mail address, by the token of a link."""
    visit = await Visit.of(request)
    try:
        opened = await visit.proofs.open_confirmation(query.token, browser_of(request))
    except LinkUnknown as error:
        return _dead_link(visit, error)
    return _confirmation_page(visit, opened, query.token)


@routes.add("POST /account/confirm", access=Access.PUBLIC, produces=HTML, refuses=(LinkUnknown, *_REFUSALS))
async def confirm(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Confirm the e-mail address.

    The client must have created the account in this browser, be signed in to it, or know its password.
    """
    visit = await Visit.of(request)
    signed_in = visit.renewed()
    try:
        opened = await visit.proofs.open_confirmation(form.token, browser_of(request))
        if not visit.is_own_form(form.csrf):
            return _confirmation_page(visit, opened, form.token, STALE)
        account = opened.account
        if not _is_theirs(visit, opened):
            try:
                password = read_login(account.email, form.password).password.get_secret_value()
                account = await visit.accounts.check_password(account.email, password, visit.client_address)
            except _REFUSALS as error:
                problem = problem_of(error, wrong_password="The password is wrong.")  # noqa: S106 - a sentence, not a password
                return _confirmation_page(visit, opened, form.token, problem)
        await visit.proofs.confirm(form.token, account, signed_in.browser)
    except LinkUnknown as error:
        return _dead_link(visit, error)
    return signed_in.go_on("account?done=confirmed")


@routes.add("POST /account/confirm/send", access=Access.PUBLIC, produces=HTML, refuses=(TooManyAttempts,))
async def send_confirmation(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Mail another confirmation link to a signed-in student whose address is not confirmed."""
    visit, origin = await Visit.of(request), origin_of(request)
    if visit.account is None or not visit.is_own_form(form.csrf):
        return visit.go_to("account")
    await request.app[THROTTLE].registration(visit.account.subject, visit.client_address)
    if origin is not None and visit.account.confirmed_at is None:
        _links(visit).confirm_again(request.app[DATABASE], visit.account, origin)
    return visit.go_to("account?done=sent")


@routes.add("GET /account/reset", access=Access.PUBLIC, produces=HTML, refuses=(LinkUnknown,))
async def show_choice(request: web.Request, query: schemas.AccountAddress) -> web.Response:
    """Show the form for a new password, by the token of a link."""
    visit = await Visit.of(request)
    try:
        account = await visit.proofs.open_choice(query.token)
    except LinkUnknown as error:
        return _dead_link(visit, error)
    return _choice_page(visit, account, query.token)


@routes.add("POST /account/reset", access=Access.PUBLIC, produces=HTML, refuses=(LinkUnknown, AccountDisabled))
async def choose_password(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Set the new password, by the token of a link."""
    visit = await Visit.of(request)
    signed_in = visit.renewed()
    try:
        account = await visit.proofs.open_choice(form.token)
        if not visit.is_own_form(form.csrf):
            return _choice_page(visit, account, form.token, STALE)
        await visit.proofs.choose_password(form.token, read_new_password(form), signed_in.browser)
    except (FormProblem, ValidationFailed) as error:
        return _choice_page(visit, account, form.token, problem_of(error))
    except LinkUnknown as error:
        return _dead_link(visit, error)
    return signed_in.go_on("account?done=password")


@routes.add("GET /account/password", access=Access.PUBLIC, produces=HTML)
async def show_password(request: web.Request) -> web.Response:
    """Show the form for changing the password, or the form for a forgotten password if nobody is signed in."""
    return _password_page(await Visit.of(request))


@routes.add("POST /account/password", access=Access.PUBLIC, produces=HTML, refuses=_REFUSALS)
async def change_password(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Change the password of a signed-in student, or mail a link for a new one.

    The response to a request for a link is the same whether the address has an account or not.
    """
    visit = await Visit.of(request)
    if not visit.is_own_form(form.csrf):
        return _password_page(visit, STALE)
    if visit.account is None:
        return await _mail_reset(visit, form)
    signed_in = visit.renewed()
    try:
        password = read_new_password(form)
        current = read_login(visit.account.email, form.password).password.get_secret_value()
        await visit.accounts.change_password(visit.account.id, current, password, visit.client_address)
        account = (await visit.accounts.profile(visit.account.id)).account
        await visit.proofs.sessions.sign_in(account, signed_in.browser)
    except (FormProblem, ValidationFailed, *_REFUSALS) as error:
        problem = problem_of(error, wrong_password="The current password is wrong.")  # noqa: S106 - a sentence, not a password
        return _password_page(visit, problem)
    page = signed_in.go_to("account?done=password")
    signed_in.remember(page)
    return page


async def _mail_reset(visit: Visit, form: schemas.AccountForm) -> web.Response:
    app, origin = visit.request.app, origin_of(visit.request)
    if not _links(visit).are_mailed or origin is None:
        return _password_page(visit)
    try:
        email = read_email(form)
        await app[THROTTLE].reset(visit.accounts.subject(email), visit.client_address)
    except (FormProblem, TooManyAttempts) as error:
        return _password_page(visit, problem_of(error), email=form.email)
    _links(visit).reset(app[DATABASE], email, origin)
    return visit.page("account_mailed.html", email=email, is_registration=False)


def _is_theirs(visit: Visit, opened: Opened) -> bool:
    """Return whether the browser need not send the password: it created the account, or is signed in to it."""
    return opened.is_from or (visit.account is not None and visit.account.id == opened.account.id)


def _confirmation_page(visit: Visit, opened: Opened, token: str, problem: Problem | None = None) -> web.Response:
    needs_password = not _is_theirs(visit, opened)
    email = opened.account.email
    return visit.page("account_confirm.html", problem, email=email, token=token, needs_password=needs_password)


def _choice_page(visit: Visit, account: Account, token: str, problem: Problem | None = None) -> web.Response:
    return visit.page("account_reset.html", problem, email=account.email, token=token)


def _password_page(visit: Visit, problem: Problem | None = None, *, email: str = "") -> web.Response:
    can_mail = _links(visit).are_mailed
    if visit.account is None:
        return visit.page("account_forgotten.html", problem, email=email[:254], can_mail=can_mail)
    return visit.page("account_password.html", problem, email=visit.account.email, can_mail=can_mail)


def _dead_link(visit: Visit, error: LinkUnknown) -> web.Response:
    return visit.page("account_dead_link.html", problem_of(error), can_mail=_links(visit).are_mailed)


def _links(visit: Visit) -> EmailLinks:
    return visit.registrations.links
