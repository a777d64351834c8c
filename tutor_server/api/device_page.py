"""`/device`: the page where a student enters the code that a device shows, signs in, and approves or denies it."""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from aiohttp import hdrs, web

from tutor_server.api import schemas
from tutor_server.api.account_browser import Visit, forget_code, ways_in
from tutor_server.api.account_forms import minutes, read_login, sentence_of
from tutor_server.api.client_address import client_address
from tutor_server.api.html import html_page
from tutor_server.api.keys import ACCOUNTS, CLOCK, DEVICE_PAGE_KEY, DEVICE_SIGN_INS
from tutor_server.api.origin import is_secure
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import (
    AccountDisabled,
    EmailUnconfirmed,
    InvalidCredentials,
    PasswordSignInOff,
    TooManyAttempts,
    TutorError,
    UserCodeUnknown,
)
from tutor_server.identity.device_sign_ins import read_user_code, shown_user_code
from tutor_server.identity.throttling import KNOWN_SECONDS

if TYPE_CHECKING:
    from pydantic import SecretStr
    from structlog.typing import FilteringBoundLogger

    from tutor_server.storage.accounts import Account
    from tutor_server.storage.devices import Device

log: FilteringBoundLogger = structlog.get_logger()

routes = Routes("device page")

_BROWSER = re.compile(r"[\w-]{43}", re.ASCII)
_BROWSER_BYTES = 32

_STALE = "This page has been open for too long, or your browser takes no cookies. Please enter the code again."


@routes.add("GET /device", access=Access.PUBLIC, produces=HTML)
async def show_device_page(request: web.Request, query: schemas.DevicePageAddress) -> web.Response:
    """Show the form for the user code. If the URL contains the code, the student only has to confirm it."""
    code = read_user_code(query.user_code)
    return _ask_for_code(request, _browser(request) or _new_browser(), shown_user_code(code) if code else "")


@routes.add("POST /device", access=Access.PUBLIC, produces=HTML, refuses=(TooManyAttempts, UserCodeUnknown))
async def submit_device_page(request: web.Request, form: schemas.DevicePageForm) -> web.Response:
    """Handle a form of the page: the code, the sign-in or the decision. Every form contains the code."""
    browser, typed_code = _browser(request), form.user_code[:20]
    if browser is None or not hmac.compare_digest(_csrf(request, browser).encode(), form.csrf.encode()):
        log.warning("device_form_refused")
        return _ask_for_code(request, _new_browser(), typed_code, problem=_STALE, status=HTTPStatus.FORBIDDEN)
    try:
        return await _next_page(request, form, typed_code, browser)
    except UserCodeUnknown as error:
        return _refused(_ask_for_code(request, browser, typed_code, problem=sentence_of(error)), error)
    except TooManyAttempts as error:
        wait = minutes(math.ceil((error.retry_after or 0) / 60))
        problem = f"Too many unknown codes were entered here. Sign in to go on, or try again in {wait}."
        return _refused(_ask_to_sign_in(request, typed_code, browser, problem=problem), error)


async def _next_page(request: web.Request, form: schemas.DevicePageForm, user_code: str, browser: str) -> web.Response:
    """Handle a form by its fields. Raise `UserCodeUnknown`, or `TooManyAttempts` for the code."""
    if form.decision is not None:
        return await _decide(request, user_code, browser, approved=form.decision == "approve")
    if form.email is not None and form.password is not None:
        return await _sign_in(request, user_code, browser, form.email, form.password)
    account = (await Visit.of(request)).account
    if account is not None and form.other is None:
        return await _sign_in_as(request, user_code, browser, account)
    await request.app[DEVICE_SIGN_INS].find(user_code, address=client_address(request), browser=browser)
    return _ask_to_sign_in(request, user_code, browser)


async def _sign_in_as(request: web.Request, user_code: str, browser: str, account: Account) -> web.Response:
    """Show the decision to a student signed in to the account page, without asking for the password again."""
    signed_in_browser = _new_browser()
    try:
        device = await request.app[DEVICE_SIGN_INS].sign_in_as(account, user_code, new_browser=signed_in_browser)
    except (EmailUnconfirmed, InvalidCredentials) as error:
        return _refused(_ask_to_sign_in_after(error, request, user_code, browser, account.email), error)
    return _ask_to_decide(request, device, signed_in_browser, account.email, is_known=True)


async def _sign_in(request: web.Request, user_code: str, browser: str, email: str, password: SecretStr) -> web.Response:
    # Set a new secret to prevent session fixation: an attacker may have planted the old secret in this browser.
    signed_in_browser = _new_browser()
    try:
        request.app[ACCOUNTS].require_passwords()
        login = read_login(email, password)
        device = await request.app[DEVICE_SIGN_INS].sign_in(
            user_code,
            login.email,
            login.password.get_secret_value(),
            address=client_address(request),
            browser=browser,
            new_browser=signed_in_browser,
        )
    except (InvalidCredentials, AccountDisabled, EmailUnconfirmed, PasswordSignInOff, TooManyAttempts) as error:
        return _refused(_ask_to_sign_in_after(error, request, user_code, browser, email[:254]), error)
    return _ask_to_decide(request, device, signed_in_browser, login.email, is_known=False)


def _ask_to_decide(request: web.Request, device: Device, browser: str, email: str, *, is_known: bool) -> web.Response:
    age = int((request.app[CLOCK].now() - device.created_at).total_seconds() // 60)
    page = html_page(
        "device_decision.html",
        csrf=_csrf(request, browser),
        user_code=shown_user_code(device.user_code),
        device=device,
        address=client_address(request),
        age=f"{minutes(age)} ago" if age else "less than a minute ago",
        email=email,
        is_known=is_known,
    )
    return _remember(request, page, browser)


async def _decide(request: web.Request, user_code: str, browser: str, *, approved: bool) -> web.Response:
    await request.app[DEVICE_SIGN_INS].decide(user_code, approved=approved, browser=browser)
    page = html_page("device_done.html", approved=approved)
    forget_code(request, page)
    # The secret is no longer signed in. It stays in the cookie so that the browser is known, and its failed attempts
    # are counted separately.
    return _remember(request, page, browser, max_age=KNOWN_SECONDS)


def _ask_for_code(
    request: web.Request, browser: str, user_code: str, *, problem: str | None = None, status: int = HTTPStatus.OK
) -> web.Response:
    csrf = _csrf(request, browser)
    page = html_page("device_code.html", status=status, problem=problem, csrf=csrf, user_code=user_code)
    return page if browser == _browser(request) else _remember(request, page, browser)


def _ask_to_sign_in_after(
    error: TutorError, request: web.Request, user_code: str, browser: str, email: str
) -> web.Response:
    return _ask_to_sign_in(
        request,
        user_code,
        browser,
        email=email,
        problem=sentence_of(error),
        is_unconfirmed=isinstance(error, EmailUnconfirmed),
    )


def _ask_to_sign_in(
    request: web.Request,
    user_code: str,
    browser: str,
    *,
    email: str = "",
    problem: str | None = None,
    is_unconfirmed: bool = False,
) -> web.Response:
    code = read_user_code(user_code)
    return html_page(
        "device_sign_in.html",
        problem=problem,
        **ways_in(request),
        is_unconfirmed=is_unconfirmed,
        csrf=_csrf(request, browser),
        user_code=shown_user_code(code) if code else "",
        email=email,
    )


def _refused(page: web.Response, error: TutorError) -> web.Response:
    """Return the status of a page with a problem: never 401, which is for clients that can answer its challenge."""
    page.set_status(HTTPStatus.UNPROCESSABLE_ENTITY if error.status == HTTPStatus.UNAUTHORIZED else error.status)
    if error.retry_after is not None:
        page.headers[hdrs.RETRY_AFTER] = str(error.retry_after)
    return page


def _browser(request: web.Request) -> str | None:
    """Return the secret in this browser's cookie."""
    value = request.cookies.get(_cookie(request), "")
    return value if _BROWSER.fullmatch(value) else None


def _new_browser() -> str:
    return secrets.token_urlsafe(_BROWSER_BYTES)


def _remember(request: web.Request, page: web.Response, browser: str, *, max_age: int | None = None) -> web.Response:
    page.set_cookie(
        _cookie(request),
        browser,
        path="/",
        max_age=max_age,
        secure=is_secure(request),
        httponly=True,
        samesite="Strict",
    )
    return page


def _cookie(request: web.Request) -> str:
    """Return the cookie's name; the prefix keeps other hosts of the domain from setting it (RFC 6265bis §4.1.3.2)."""
    return "__Host-device" if is_secure(request) else "device"


def _csrf(request: web.Request, browser: str) -> str:
    """Return the CSRF token of forms that the service sends to this browser."""
    return hmac.digest(request.app[DEVICE_PAGE_KEY], browser.encode(), hashlib.sha256).hex()
