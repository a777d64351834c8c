"""`/account`: a student signs in, sees and exports the stored data, changes the password or erases the account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.account_browser import Visit, keep_code, ways_in
from tutor_server.api.account_forms import STALE, Problem, problem_of, read_login
from tutor_server.api.course_comparison import state_of
from tutor_server.api.keys import CLOCK, DATABASE, SETTINGS
from tutor_server.api.me import erase_student, export_of
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import AccountDisabled, InvalidCredentials, PasswordSignInOff, TooManyAttempts
from tutor_server.storage.memberships import Role, is_operator, memberships_of
from tutor_server.storage.personal_data import amounts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from tutor_server.storage.accounts import Account
    from tutor_server.storage.memberships import Membership

routes = Routes("account page")

_NEXT = "Now set the service's address in your editor, ask, and choose “Sign in”."
DONE: Mapping[str, str] = {
    "confirmed": f"Your e-mail address is confirmed. {_NEXT}",
    "made": f"Your account is ready. {_NEXT}",
    "password": "Your password is changed. Wherever else you were signed in, sign in again.",
    "sent": "The mail is on its way. It may take a few minutes.",
    "signed-out": "You are signed out.",
}
"""The notes that the page can show, by the value of the query parameter `done`. Other values show none."""
STORED: Mapping[str, str] = {
    "refresh_tokens": "Sign-ins of editors and terminals, with their renewals",
    "chat_sessions": "Conversations",
    "chat_messages": "Questions and answers in them",
    "asks": "Asks, with time and hint level",
    "problems": "Places in your code, as hashes with a hint level",
    "user_module_progress": "Modules that you have begun",
    "model_calls": "Calls to a model, with their cost",
}
"""The description of each table's content, which the page shows to the student."""
_REFUSALS = (InvalidCredentials, AccountDisabled, PasswordSignInOff, TooManyAttempts)


@routes.add("GET /", access=Access.PUBLIC, produces=HTML)
async def show_start(request: web.Request) -> web.Response:
    """Redirect the service's root URL to the account page."""
    return (await Visit.of(request)).go_to("account")


@routes.add("GET /account", access=Access.PUBLIC, produces=HTML)
async def show_account(request: web.Request, query: schemas.AccountAddress) -> web.Response:
    """Show the account to a signed-in student, or the sign-in form if nobody is signed in."""
    visit = await Visit.of(request)
    note = DONE.get(query.done)
    if visit.account is None:
        page = _sign_in_page(visit, note=note)
    else:
        page = await _overview(visit, visit.account, note)
    keep_code(request, page, query.user_code)
    return page


@routes.add("POST /account/sign-in", access=Access.PUBLIC, produces=HTML, refuses=_REFUSALS)
async def sign_in(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Sign the browser in."""
    visit = await Visit.of(request)
    if not visit.is_own_form(form.csrf):
        return _sign_in_page(visit, STALE)
    signed_in = visit.renewed()
    try:
        visit.accounts.require_passwords()
        login = read_login(form.email, form.password)
        password = login.password.get_secret_value()
        account = await visit.accounts.check_password(login.email, password, visit.client_address)
        await visit.proofs.sessions.sign_in(account, signed_in.browser)
    except _REFUSALS as error:
        return _sign_in_page(visit, problem_of(error), email=form.email[:254])
    if account.confirmed_at is not None:
        return signed_in.go_on()
    page = signed_in.go_to("account")
    signed_in.remember(page)
    return page


@routes.add("POST /account/sign-out", access=Access.PUBLIC, produces=HTML)
async def sign_out(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Sign the browser out."""
    visit = await Visit.of(request)
    if not visit.is_own_form(form.csrf):
        return _sign_in_page(visit, STALE)
    await visit.proofs.sessions.end(visit.browser)
    page = visit.go_to("account?done=signed-out")
    visit.renewed().remember(page)
    return page


@routes.add("GET /account/export", access=Access.PUBLIC, produces=HTML)
async def export_account(request: web.Request) -> web.StreamResponse:
    """Send everything that is stored about the student, as `GET /api/me/export` does."""
    visit = await Visit.of(request)
    if visit.account is None:
        return visit.go_to("account")
    return await export_of(request, visit.account.id)


@routes.add("GET /account/delete", access=Access.PUBLIC, produces=HTML)
async def show_erasure(request: web.Request) -> web.Response:
    """Show a warning and ask for the password again."""
    visit = await Visit.of(request)
    if visit.account is None:
        return visit.go_to("account")
    return await _erasure_page(visit, visit.account)


@routes.add("POST /account/delete", access=Access.PUBLIC, produces=HTML, refuses=_REFUSALS)
async def erase_account(request: web.Request, form: schemas.AccountForm) -> web.Response:
    """Erase the account, as `DELETE /api/me` does."""
    visit = await Visit.of(request)
    if visit.account is None or not visit.is_own_form(form.csrf):
        return _sign_in_page(visit, STALE)
    email, has_password = visit.account.email, bool(visit.account.password_hash)
    try:
        if has_password:
            password = read_login(email, form.password).password.get_secret_value()
            await visit.accounts.check_password(email, password, visit.client_address)
        elif not await visit.proofs.sessions.is_fresh(visit.browser):
            return await _erasure_page(visit, visit.account)
    except _REFUSALS as error:
        problem = problem_of(error, wrong_password="The password is wrong.")  # noqa: S106 - a sentence, not a password
        return await _erasure_page(visit, visit.account, problem)
    await erase_student(request, visit.account.id)
    return visit.renewed().page("account_erased.html")


async def _erasure_page(visit: Visit, account: Account, problem: Problem | None = None) -> web.Response:
    """Show the warning. An account without a password can be erased just after a sign-in at the provider."""
    return visit.page(
        "account_delete.html",
        problem,
        email=account.email,
        has_password=bool(account.password_hash),
        is_fresh=await visit.proofs.sessions.is_fresh(visit.browser),
        provider=ways_in(visit.request)["provider"],
    )


@dataclass(frozen=True, slots=True)
class _Amount:
    what: str
    count: int


async def _overview(visit: Visit, account: Account, note: str | None) -> web.Response:
    app = visit.request.app
    profile, now = await visit.accounts.profile(account.id), app[CLOCK].now()

    def read(connection: Connection) -> tuple[Mapping[str, int], Sequence[Membership], bool]:
        return (
            amounts_of(connection, account.id),
            memberships_of(connection, account.id),
            is_operator(connection, account.id),
        )

    amounts, courses, is_one = await app[DATABASE].read(read)
    return visit.page(
        "account.html",
        note=note,
        account=account,
        service=origin_of(visit.request),
        messages_today=profile.messages_today,
        daily_cap=profile.own_daily_messages or app[SETTINGS].daily_message_cap,
        amounts=[_Amount(what, amounts[table]) for table, what in STORED.items()],
        courses=[(each, state_of(each.course, now)) for each in courses],
        teaches=is_one or any(each.role >= Role.ASSISTANT for each in courses),
        can_mail=visit.registrations.links.are_mailed,
    )


def _sign_in_page(
    visit: Visit, problem: Problem | None = None, *, email: str = "", note: str | None = None
) -> web.Response:
    return visit.page("account_sign_in.html", problem, note=note, email=email, **ways_in(visit.request))
