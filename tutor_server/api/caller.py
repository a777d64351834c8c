"""Telling who sent a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import hdrs

from tutor_server.api.keys import AUTHENTICATOR, CALLER

if TYPE_CHECKING:
    from aiohttp import web

    from tutor_server.identity.access_tokens import AccessToken


def signed_in(request: web.Request) -> AccessToken:
    """Give the caller's access token. Raises `Unauthenticated` or `TokenExpired`."""
    caller = request.app[AUTHENTICATOR].authenticate(request.headers.get(hdrs.AUTHORIZATION))
    request[CALLER] = caller
    return caller
