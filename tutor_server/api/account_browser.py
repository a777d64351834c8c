"""The browser of the account pages: its cookie, the account it is signed in to, and the token of its forms."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import hdrs, web

from tutor_server.api.html import html_page
from tutor_server.api.keys import ACCOUNT_PAGE_KEY, ADDRESS_PROOFS
from tutor_server.api.origin import is_secure
from tutor_server.identity.device_sign_ins import read_user_code, shown_user_code
from tutor_server.identity.email_links import new_secret
from tutor_server.limits import DEVICE_CODE_LIFETIME

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from tutor_server.errors import TutorError
    from tutor_server.storage.accounts import Account

log: FilteringBoundLogger = structlog.get_logger()

_BROWSER = re.compile(r"[\w-]{43}", re.ASCII)
STALE = "This page has been open for too long, or your browser takes no cookies. Please try again."


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page: a browser by the secret in its cookie, and the account it is signed in to."""

    browser: str
    account: Account | None = None


async def visitor_of(request: web.Request) -> Visitor:
    """Return who looks at a page; a browser without a cookie gets a fresh secret with the page."""
    browser = request.cookies.get(_cookie(request), "")
    if not _BROWSER.fullmatch(browser):
        return fresh_visitor()
    return Visitor(browser, await request.app[ADDRESS_PROOFS].sessions.account_of(browser))


def fresh_visitor() -> Visitor:
    """Return a browser with a new secret, so that nobody who planted the old one shares what it may do."""
    return Visitor(new_secret(secrets.token_bytes))


def is_own_form(request: web.Request, visitor: Visitor, token: str) -> bool:
    """Return whether a form came from this browser's own page."""
    is_own = hmac.compare_digest(_csrf(request, visitor.browser).encode(), token.encode())
    if not is_own:
        log.warning("account_form_refused")
    return is_own


def account_page(
    request: web.Request,
    visitor: Visitor,
    template: str,
    *,
    problem: str | None = None,
    error: TutorError | None = None,
    status: int = HTTPStatus.OK,
    **values: Any,
) -> web.Response:
    """Fill in a page for a browser. `problem` is a sentence above the rest; `error` gives it a status as well."""
    page = html_page(
        template,
        status=_status(error) if error is not None else status,
        problem=error.detail if error is not None and problem is None else problem,
        root=_root(request),
        csrf=_csrf(request, visitor.browser),
        user_code=returning_code(request),
        **values,
    )
    if error is not None and error.retry_after is not None:
        page.headers[hdrs.RETRY_AFTER] = str(error.retry_after)
    remember(request, page, visitor)
    return page


def go_to(request: web.Request, where: str) -> web.Response:
    """Send the browser to another page, so that a reload sends no form again (RFC 9110 §15.4.4)."""
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: f"{_root(request)}{where}"})


def after_sign_in(request: web.Request, otherwise: str = "account") -> str:
    """Return where to go next: back to the device that brought the student here, if one did."""
    code = returning_code(request)
    return f"device?user_code={code}" if code else otherwise


def remember(request: web.Request, page: web.Response, visitor: Visitor) -> None:
    """Set the cookie of the browser. It comes along when a link in a mail is opened, and with no form of another site.

    In the answer to such a form a cookie would take the place of the one that did not come, and sign the browser out.
    """
    if request.method == hdrs.METH_POST and request.headers.get("Sec-Fetch-Site") == "cross-site":
        return
    page.set_cookie(
        _cookie(request), visitor.browser, path="/", secure=is_secure(request), httponly=True, samesite="Lax"
    )


def browser_of(request: web.Request) -> str | None:
    """Return the secret in the browser's cookie."""
    browser = request.cookies.get(_cookie(request), "")
    return browser if _BROWSER.fullmatch(browser) else None


def keep_code(request: web.Request, page: web.Response, text: str) -> None:
    """Remember the code of the device that brought a student here, for as long as such a code lasts."""
    code = read_user_code(text)
    if code is not None:
        page.set_cookie(
            _code_cookie(request),
            code,
            path="/",
            max_age=int(DEVICE_CODE_LIFETIME.total_seconds()),
            secure=is_secure(request),
            httponly=True,
            samesite="Lax",
        )


def forget_code(request: web.Request, page: web.Response) -> None:
    """Forget the code of a device that has been decided about."""
    page.del_cookie(_code_cookie(request), path="/", secure=is_secure(request), httponly=True, samesite="Lax")


def returning_code(request: web.Request) -> str:
    """Return the code of the device that the student came from, as people see it; empty if there is none."""
    code = read_user_code(request.query.get("user_code", "")) or read_user_code(
        request.cookies.get(_code_cookie(request), "")
    )
    return shown_user_code(code) if code else ""


def _status(error: TutorError) -> int:
    """Return the status of a page with a problem; a 401 is for callers that can answer its challenge."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if error.status == HTTPStatus.UNAUTHORIZED else error.status


def _root(request: web.Request) -> str:
    """Return how links lead to where the service begins, which may lie below a folder of the public address."""
    return "../" * (request.path.count("/") - 1)


def _cookie(request: web.Request) -> str:
    """Name the cookie; the prefix keeps other hosts of the domain from setting it (RFC 6265bis §4.1.3.2)."""
    return "__Host-account" if is_secure(request) else "account"


def _code_cookie(request: web.Request) -> str:
    return "__Host-device-code" if is_secure(request) else "device-code"


def _csrf(request: web.Request, browser: str) -> str:
    return hmac.digest(request.app[ACCOUNT_PAGE_KEY], browser.encode(), hashlib.sha256).hex()
