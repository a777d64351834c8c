"""What a browser keeps during a launch, and the headers of pages that a course platform may show in a frame.

A frame of another site gets no cookies where the browser blocks them. So the state of a launch is valid without one,
and the person goes on by a button that opens a page of this service alone. Where the launch is a page of its own, a
cookie shows that it began in this browser, and no button is needed.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from tutor_server.api.html import html_page
from tutor_server.api.origin import is_secure, origin_of
from tutor_server.lti.attempts import LIFETIME_SECONDS
from tutor_server.lti.refusals import AGAIN, LaunchRefused

if TYPE_CHECKING:
    from tutor_server.lti.claims import Launch

_POLICY = "Content-Security-Policy"


def remember_attempt(request: web.Request, page: web.Response, secret: str) -> None:
    """Set the cookie of the browser in which a launch begins. A platform's form sends it along (`SameSite=None`)."""
    page.set_cookie(
        _name(request, "lti"), secret, path="/", max_age=LIFETIME_SECONDS, secure=True, httponly=True, samesite="None"
    )


def attempt_of(request: web.Request) -> str | None:
    """Return the secret of the cookie, or None if the browser did not send it."""
    return request.cookies.get(_name(request, "lti"))


def remember_ticket(request: web.Request, page: web.Response, ticket: str) -> None:
    """Set the cookie with the ticket of a launch, for the page that follows. Its address shows no secret then."""
    page.set_cookie(
        _name(request, "lti-ticket"),
        ticket,
        path="/",
        max_age=LIFETIME_SECONDS,
        secure=is_secure(request),
        httponly=True,
        samesite="Lax",
    )


def ticket_of(request: web.Request) -> str:
    """Return the ticket in the cookie, or an empty text."""
    return request.cookies.get(_name(request, "lti-ticket"), "")[:100]


def forget_ticket(request: web.Request, page: web.Response) -> None:
    """Delete the ticket's cookie."""
    name = _name(request, "lti-ticket")
    page.del_cookie(name, path="/", secure=is_secure(request), httponly=True, samesite="Lax")


def is_page_of_its_own(request: web.Request) -> bool:
    """Return whether the browser says that it shows the response as a page, and not in a frame (Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Dest") == "document"


def require_own_page(request: web.Request) -> None:
    """Raise `LaunchRefused` unless the browser says that a form was sent from a page of this service."""
    site = request.headers.get("Sec-Fetch-Site")
    sent, own = request.headers.get(hdrs.ORIGIN), origin_of(request)
    if site is not None:
        is_own = site == "same-origin"
    else:
        is_own = sent is not None and own is not None and urlsplit(sent)[:2] == urlsplit(own)[:2]
    if not is_own:
        raise LaunchRefused(f"This did not come from a page of the tutor. {AGAIN}", "form")


def framed_page(template: str, launch: Launch, /, **values: Any) -> web.Response:
    """Return a page that the platform of a launch may show in a frame. It needs no cookie."""
    page = html_page(template, root="../", **values)
    policy = page.headers[_POLICY].replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(launch.frames)}")
    page.headers[_POLICY] = policy
    page.headers["Referrer-Policy"] = "same-origin"  # Older browsers send the header Origin only then.
    return page


def sending_page(template: str, launch: Launch, url: str, /, **values: Any) -> web.Response:
    """Return such a page with a form that is sent to the platform."""
    page = framed_page(template, launch, url=url, **values)
    parts = urlsplit(url)
    target = f"form-action {parts.scheme}://{parts.netloc}"
    page.headers[_POLICY] = page.headers[_POLICY].replace("form-action 'self'", target)
    return page


def refused_page(sentence: str, status: int = HTTPStatus.FORBIDDEN) -> web.Response:
    """Return a page that says why there is no launch. It offers nothing to press, so any page may frame it."""
    page = html_page("lti_refused.html", status=status, problem=sentence)
    page.headers[_POLICY] = page.headers[_POLICY].replace("frame-ancestors 'none'", "frame-ancestors *")
    return page


def _name(request: web.Request, name: str) -> str:
    """Return a cookie's name; the prefix keeps other hosts of the domain from setting it (RFC 6265bis §4.1.3.2)."""
    return f"__Host-{name}" if is_secure(request) else name
