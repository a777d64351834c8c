"""A browser on the account pages: its cookie, the account that it is signed in to, and the CSRF token of its forms."""

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

from tutor_server.administration.join_codes import is_join_code
from tutor_server.api.client_address import client_address
from tutor_server.api.html import html_page
from tutor_server.api.keys import ACCOUNT_PAGE_KEY, ACCOUNTS, ADDRESS_PROOFS, SINGLE_SIGN_ON
from tutor_server.api.origin import is_secure
from tutor_server.identity.device_sign_ins import read_user_code, shown_user_code
from tutor_server.identity.email_links import LIFETIMES, new_secret
from tutor_server.limits import DEVICE_CODE_LIFETIME

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from tutor_server.api.account_forms import Problem
    from tutor_server.identity.accounts import Accounts
    from tutor_server.identity.address_proofs import AddressProofs
    from tutor_server.identity.registration import Registrations
    from tutor_server.storage.accounts import Account

log: FilteringBoundLogger = structlog.get_logger()

_BROWSER = re.compile(r"[\w-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for one of the account pages, by a browser that is identified by the secret in its cookie.

    `account` is the account that the browser is signed in to, or None.
    """

    request: web.Request
    browser: str
    account: Account | None = None

    @classmethod
    async def of(cls, request: web.Request) -> Visit:
        """Return the visit of a request. A browser without a cookie gets a new secret with the response."""
        browser = browser_of(request)
        if browser is None:
            return cls(request, new_secret(secrets.token_bytes))
        return cls(request, browser, await request.app[ADDRESS_PROOFS].sessions.account_of(browser))

    def renewed(self) -> Visit:
        """Return the visit with a new secret, to prevent session fixation: an attacker may have planted the old one."""
        return Visit(self.request, new_secret(secrets.token_bytes))

    @property
    def accounts(self) -> Accounts:
        """The accounts of the service."""
        return self.request.app[ACCOUNTS]

    @property
    def proofs(self) -> AddressProofs:
        """The use cases of links in mails, and the sign-ins of browsers."""
        return self.request.app[ADDRESS_PROOFS]

    @property
    def registrations(self) -> Registrations:
        """The use case of creating an account."""
        return self.accounts.registrations

    @property
    def client_address(self) -> str:
        """The network address of the client."""
        return client_address(self.request)

    def is_own_form(self, token: str) -> bool:
        """Return whether a form was sent from a page of this browser, by its CSRF token."""
        is_own = hmac.compare_digest(self.csrf.encode(), token.encode())
        if not is_own:
            log.warning("account_form_refused")
        return is_own

    def page(self, template: str, problem: Problem | None = None, **values: Any) -> web.Response:
        """Return a page from a template. A problem is shown above the other content, and sets the page's status."""
        page = html_page(
            template,
            status=HTTPStatus.OK if problem is None else problem.status,
            problem=None if problem is None else problem.sentence,
            root=_root(self.request),
            csrf=self.csrf,
            user_code=returning_code(self.request),
            **values,
        )
        if problem is not None and problem.retry_after is not None:
            page.headers[hdrs.RETRY_AFTER] = str(problem.retry_after)
        self.remember(page)
        return page

    def go_to(self, where: str) -> web.Response:
        """Redirect the browser with status 303, so that a reload does not send the form again (RFC 9110 §15.4.4)."""
        location = f"{_root(self.request)}{where}"
        return web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: location})

    def go_on(self, otherwise: str = "account") -> web.Response:
        """Redirect a signed-in browser to the device or the join code that it came from, else to `otherwise`."""
        code, join_code = returning_code(self.request), returning_join_code(self.request)
        page = self.go_to(f"device?user_code={code}" if code else f"join/{join_code}" if join_code else otherwise)
        self.remember(page)
        return page

    def remember(self, page: web.Response) -> None:
        """Set the browser's cookie.

        It is `SameSite=Lax`: browsers send it when a student opens a link in a mail, but not with a form of another
        site. The response to such a form sets no cookie: it would replace the cookie that the browser did not send, and
        sign the browser out.
        """
        request = self.request
        if request.method == hdrs.METH_POST and request.headers.get("Sec-Fetch-Site") == "cross-site":
            return
        page.set_cookie(
            _cookie(request), self.browser, path="/", secure=is_secure(request), httponly=True, samesite="Lax"
        )

    @property
    def csrf(self) -> str:
        """The CSRF token of forms that the service sends to this browser."""
        return hmac.digest(self.request.app[ACCOUNT_PAGE_KEY], self.browser.encode(), hashlib.sha256).hex()


def ways_in(request: web.Request) -> dict[str, Any]:
    """Return what pages show of the ways to sign in: the identity provider's name, or "", and whether by password."""
    sign_on, accounts = request.app[SINGLE_SIGN_ON], request.app[ACCOUNTS]
    return {
        "provider": "" if sign_on is None else sign_on.name,
        "has_passwords": accounts.has_passwords,
        "is_closed": accounts.registrations.policy.is_closed,
    }


def browser_of(request: web.Request) -> str | None:
    """Return the secret in the browser's cookie, or None if it is missing or malformed."""
    browser = request.cookies.get(_cookie(request), "")
    return browser if _BROWSER.fullmatch(browser) else None


def keep_code(request: web.Request, page: web.Response, text: str) -> None:
    """Store the code of the device that the student came from in a cookie, for the lifetime of a device code."""
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
    """Delete the cookie with the device's code after the student has approved or denied the device."""
    page.del_cookie(_code_cookie(request), path="/", secure=is_secure(request), httponly=True, samesite="Lax")


def returning_code(request: web.Request) -> str:
    """Return the code of the device that the student came from, with its dash, or an empty string."""
    code = read_user_code(request.query.get("user_code", "")) or read_user_code(
        request.cookies.get(_code_cookie(request), "")
    )
    return shown_user_code(code) if code else ""


def keep_join_code(request: web.Request, page: web.Response, code: str) -> None:
    """Store the join code with which a student came in a cookie, for as long as a mailed link works."""
    page.set_cookie(
        _join_cookie(request),
        code,
        path="/",
        max_age=int(LIFETIMES["confirm"].total_seconds()),
        secure=is_secure(request),
        httponly=True,
        samesite="Lax",
    )


def forget_join_code(request: web.Request, page: web.Response) -> None:
    """Delete the cookie with the join code."""
    page.del_cookie(_join_cookie(request), path="/", secure=is_secure(request), httponly=True, samesite="Lax")


def returning_join_code(request: web.Request) -> str:
    """Return the join code with which the student came, or an empty string."""
    code = request.cookies.get(_join_cookie(request), "")
    return code if is_join_code(code) else ""


def _root(request: web.Request) -> str:
    """Return the relative URL of the service's root, since a proxy may serve it below a path of the public URL."""
    return "../" * (request.path.count("/") - 1)


def _cookie(request: web.Request) -> str:
    """Return the cookie's name. Its prefix keeps other hosts of the domain from setting it (RFC 6265bis §4.1.3.2)."""
    return "__Host-account" if is_secure(request) else "account"


def _code_cookie(request: web.Request) -> str:
    return "__Host-device-code" if is_secure(request) else "device-code"


def _join_cookie(request: web.Request) -> str:
    return "__Host-join-code" if is_secure(request) else "join-code"
