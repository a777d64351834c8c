"""The public URL of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yarl import URL

from tutor_server.api.keys import SETTINGS
from tutor_server.errors import InvalidRequest
from tutor_server.hosts import is_loopback

if TYPE_CHECKING:
    from aiohttp import web

_UNREADABLE = "The Host header cannot be read."


def origin_of(request: web.Request) -> str | None:
    """Return `TUTOR_PUBLIC_URL`, or if that is unset, the loopback URL in the request's Host header.

    Return None for any other host: an attacker could send their own host, and links in mails would point to it.
    Raise `InvalidRequest` for a Host header that cannot be parsed.
    """
    public_url = request.app[SETTINGS].public_url
    if public_url is not None:
        return public_url
    try:
        address = URL.build(scheme=request.scheme, authority=request.host)
    except ValueError:
        raise InvalidRequest(_UNREADABLE) from None
    # Credentials in the Host header would appear in the links of mails.
    if address.user is not None or address.password is not None:
        raise InvalidRequest(_UNREADABLE)
    return str(address).rstrip("/") if is_loopback(address.host or "") else None


def is_secure(request: web.Request) -> bool:
    """Return whether the public URL of the service is https."""
    public_url = request.app[SETTINGS].public_url
    return request.secure if public_url is None else public_url.startswith("https:")
