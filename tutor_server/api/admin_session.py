"""The dashboard's sign-in: a cookie that says until when its browser was let in, and a token for its forms.

The cookie holds an end time (0: not let in), a random secret and a MAC over both and the admin key, so that any worker
can check it and a changed key ends every session. A form's token is a keyed hash of the cookie, which no other site can
read.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tutor_server.api.keys import ADMIN_PAGE_KEY, CLOCK, SETTINGS
from tutor_server.errors import NotFound

if TYPE_CHECKING:
    from aiohttp import web

SESSION_LIFETIME = timedelta(hours=8)
"""A working day."""

_COOKIE = re.compile(r"(?P<until>\d{1,12})\.(?P<secret>[\w-]{43})\.(?P<mac>[0-9a-f]{64})", re.ASCII)
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """What a browser's cookie says, once it was found true."""

    cookie: str
    is_signed_in: bool


def session_of(request: web.Request) -> Session | None:
    """Read the browser's session; None where it has none that is true. Raises `NotFound` where no admin key is set."""
    match = _COOKIE.fullmatch(request.cookies.get(_name(request), ""))
    if match is None or not hmac.compare_digest(match["mac"], _mac(request, match["until"], match["secret"])):
        _admin_key(request)
        return None
    return Session(match[0], int(match["until"]) > request.app[CLOCK].now().timestamp())


def new_session(request: web.Request, *, is_signed_in: bool) -> Session:
    """Make a session with a secret of its own, so that nobody who planted the old one shares the new."""
    until = str(int((request.app[CLOCK].now() + SESSION_LIFETIME).timestamp()) if is_signed_in else 0)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return Session(f"{until}.{secret}.{_mac(request, until, secret)}", is_signed_in)


def remember(request: web.Request, page: web.Response, session: Session) -> None:
    """Give the browser its cookie."""
    page.set_cookie(
        _name(request), session.cookie, path="/", secure=_is_secure(request), httponly=True, samesite="Strict"
    )


def form_token(request: web.Request, session: Session) -> str:
    """Give what only a form that came from here to this browser holds."""
    return hmac.digest(request.app[ADMIN_PAGE_KEY], b"form " + session.cookie.encode(), hashlib.sha256).hex()


def is_own_form(request: web.Request, session: Session, token: str) -> bool:
    """Tell whether a form came from this browser's own page."""
    return hmac.compare_digest(form_token(request, session).encode(), token.encode())


def _mac(request: web.Request, until: str, secret: str) -> str:
    key_hash = hashlib.sha256(_admin_key(request).encode()).hexdigest()
    message = f"session {until} {secret} {key_hash}".encode()
    return hmac.digest(request.app[ADMIN_PAGE_KEY], message, hashlib.sha256).hex()


def _admin_key(request: web.Request) -> str:
    admin_key = request.app[SETTINGS].admin_key
    if admin_key is None:
        raise NotFound
    return admin_key.get_secret_value()


def _name(request: web.Request) -> str:
    """Name the cookie; the prefix keeps other hosts of the domain from setting it (RFC 6265bis §4.1.3.2)."""
    return "__Host-admin" if _is_secure(request) else "admin"


def _is_secure(request: web.Request) -> bool:
    public_url = request.app[SETTINGS].public_url
    return request.secure if public_url is None else public_url.startswith("https:")
