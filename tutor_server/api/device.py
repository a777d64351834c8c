"""`/api/auth/device`: device sign-in, for a device without a browser (RFC 8628)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.client_address import client_address
from tutor_server.api.keys import DEVICE_SIGN_INS
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import Access, Routes
from tutor_server.errors import (
    AccessDenied,
    AuthorizationPending,
    DeviceCodeExpired,
    DeviceSignInUnavailable,
    InvalidGrant,
    InvalidRequest,
    SlowDown,
    TooManyAttempts,
    UnsupportedGrantType,
)
from tutor_server.identity.device_sign_ins import shown_user_code
from tutor_server.limits import ACCESS_TOKEN_LIFETIME, DEVICE_CODE_LIFETIME, DEVICE_POLL_SECONDS

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()

routes = Routes("account")

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
UNNAMED = "an unnamed program"


@routes.add("POST /api/auth/device", access=Access.PUBLIC, refuses=(TooManyAttempts, DeviceSignInUnavailable))
async def start_device_sign_in(request: web.Request, form: schemas.DeviceRequest) -> schemas.DeviceStarted:
    """Issue a device code and a user code, with the URL of the page where the student enters the user code."""
    page = _page(request)
    name = form.client_name or form.client_id or UNNAMED
    started = await request.app[DEVICE_SIGN_INS].start(name, client_address(request))
    user_code = shown_user_code(started.user_code)
    return schemas.DeviceStarted(
        device_code=started.device_code,
        user_code=user_code,
        verification_uri=page,
        verification_uri_complete=f"{page}?user_code={user_code}",
        expires_in=int(DEVICE_CODE_LIFETIME.total_seconds()),
        interval=DEVICE_POLL_SECONDS,
    )


@routes.add(
    "POST /api/auth/device/token",
    access=Access.PUBLIC,
    refuses=(UnsupportedGrantType, InvalidGrant, AuthorizationPending, SlowDown, AccessDenied, DeviceCodeExpired),
)
async def poll_device_sign_in(request: web.Request, form: schemas.DeviceTokenRequest) -> schemas.Tokens:
    """Return the tokens of an approved device, or the error that says why the device has no tokens yet."""
    if form.grant_type and form.grant_type != GRANT_TYPE:
        raise UnsupportedGrantType
    if not form.grant_type or not form.device_code:
        raise InvalidRequest
    pair = await request.app[DEVICE_SIGN_INS].poll(form.device_code)
    return schemas.Tokens(
        access_token=pair.access_token,
        refresh_token=pair.refresh_token,
        expires_in=int(ACCESS_TOKEN_LIFETIME.total_seconds()),
    )


def _page(request: web.Request) -> str:
    """Return the URL of the device page. Raise `DeviceSignInUnavailable` if the public URL is unknown."""
    origin = origin_of(request)
    if origin is None:
        log.warning("device_sign_in_unavailable", reason="TUTOR_PUBLIC_URL is not set")
        raise DeviceSignInUnavailable
    return f"{origin}/device"
