"""The dashboard's cookie: a random secret, by whose hash the service finds the browser's session.

The hash is keyed and covers the admin key, so that changing the key ends every session. The CSRF token of a form is
another keyed hash of the secret, which no other site can read.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_server.api.keys import ADMIN_PAGE_KEY, DASHBOARD_SESSIONS, SETTINGS
from tutor_server.api.origin import is_secure
from tutor_server.errors import NotFound

if TYPE_CHECKING:
    from aiohttp import web

_SECRET = re.compile(r"[\w-]{43}", re.ASCII)
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """A browser, identified by its secret, and whether it is signed in."""

    secret: str = field(repr=False)
    is_signed_in: bool = False


async def session_of(request: web.Request) -> Session | None:
    """Return the browser's session, or None without a valid cookie. Raise `NotFound` if no admin key is set."""
    key = _admin_key(request)
    secret = request.cookies.get(_name(request), "")
    if not _SECRET.fullmatch(secret):
        return None
    return Session(secret, await request.app[DASHBOARD_SESSIONS].is_open(_hash(request, secret, key)))


def new_session() -> Session:
    """Return a session with a new secret, to prevent session fixation: an attacker may have planted the old one."""
    return Session(secrets.token_urlsafe(_SECRET_BYTES))


def token_hash(request: web.Request, session: Session) -> bytes:
    """Return the hash under which the service stores the session."""
    return _hash(request, session.secret, _admin_key(request))


def remember(request: web.Request, page: web.Response, session: Session) -> None:
    """Set the browser's cookie."""
    page.set_cookie(_name(request), session.secret, path="/", secure=is_secure(request), httponly=True, samesite="Lax")


def form_token(request: web.Request, session: Session) -> str:
    """Return the CSRF token of forms that the service sends to this browser."""
    return _mac(request, f"form {session.secret}").hex()


def forget(request: web.Request, page: web.Response) -> None:
    """Delete the browser's cookie."""
    page.del_cookie(_name(request), path="/", secure=is_secure(request), httponly=True, samesite="Lax")


def _hash(request: web.Request, secret: str, admin_key: str) -> bytes:
    key_hash = hashlib.sha256(admin_key.encode()).hexdigest()
    return _mac(request, f"session {secret} {key_hash}")


def _mac(request: web.Request, message: str) -> bytes:
    return hmac.digest(request.app[ADMIN_PAGE_KEY], message.encode(), hashlib.sha256)


def _admin_key(request: web.Request) -> str:
    admin_key = request.app[SETTINGS].admin_key
    if admin_key is None:
        raise NotFound
    return admin_key.get_secret_value()


def _name(request: web.Request) -> str:
    """Return the cookie's name; the prefix keeps other hosts of the domain from setting it (RFC 6265bis §4.1.3.2)."""
    return "__Host-admin" if is_secure(request) else "admin"
