"""Authentication of requests: the caller's access token, and the admin key."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from aiohttp import hdrs

from tutor_server.administration.service import Actor
from tutor_server.api.client_address import client_address
from tutor_server.api.keys import ACTOR, AUTHENTICATOR, CALLER, DATABASE, SETTINGS, THROTTLE
from tutor_server.errors import AdminKeyInvalid, NotFound, TokenExpired, Unauthenticated
from tutor_server.storage.memberships import is_operator

if TYPE_CHECKING:
    from uuid import UUID

    from aiohttp import web

    from tutor_server.identity.access_tokens import AccessToken

ADMIN_KEY = "X-Admin-Key"


def signed_in(request: web.Request) -> AccessToken:
    """Return the caller's access token. Raise `Unauthenticated` or `TokenExpired`."""
    caller = request.app[AUTHENTICATOR].authenticate(request.headers.get(hdrs.AUTHORIZATION))
    request[CALLER] = caller
    return caller


async def require_admin(request: web.Request) -> None:
    """Check the admin key in the request's header (never in a URL).

    Raise as `check_admin_key` does.
    """
    await check_admin_key(request, request.headers.get(ADMIN_KEY))


async def require_person(request: web.Request) -> None:
    """Check the admin key if the request has one, or else the access token. `person_of` then returns who it is.

    Raise as `check_admin_key` or `signed_in` does.
    """
    if ADMIN_KEY in request.headers:
        await require_admin(request)
        request[ACTOR] = Actor("api", client_address(request))
    else:
        request[ACTOR] = Actor("api", client_address(request), signed_in(request).user_id)


async def require_operator(request: web.Request) -> None:
    """Check the admin key, or the access token of an operator.

    Raise as `check_admin_key` does, `TokenExpired`, and `NotFound` if the caller is not an operator.
    """
    if ADMIN_KEY in request.headers or hdrs.AUTHORIZATION not in request.headers:
        await require_admin(request)
        request[ACTOR] = Actor("api", client_address(request))
        return
    try:
        caller = signed_in(request)
    except TokenExpired:
        raise
    except Unauthenticated:
        raise AdminKeyInvalid from None
    if not await request.app[DATABASE].read(lambda connection: is_operator(connection, caller.user_id)):
        raise NotFound
    request[ACTOR] = Actor("api", client_address(request), caller.user_id)


def person_of(request: web.Request) -> UUID | None:
    """Return the id of the person who acts, or None for the holder of the admin key."""
    return request[ACTOR].user_id


async def check_admin_key(request: web.Request, given: str | None) -> None:
    """Compare a key with the configured admin key.

    The right key always passes, however many wrong ones came from its address. Raise `NotFound` if no admin key is set,
    `AdminKeyInvalid`, or `TooManyAttempts`.
    """
    admin_key = request.app[SETTINGS].admin_key
    if admin_key is None:
        raise NotFound
    if not given:
        raise AdminKeyInvalid
    if not hmac.compare_digest(_digest(given), _digest(admin_key.get_secret_value())):
        await request.app[THROTTLE].wrong_admin_key(client_address(request))


def _digest(key: str) -> bytes:
    """Return a hash of a key, so that comparing takes the same time for keys of every length."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
