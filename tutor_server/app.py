"""The composition root: builds every part of the service and wires them together."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from aiohttp import web

from tutor_server.api import auth, health
from tutor_server.api.envelope import envelope
from tutor_server.api.keys import ACCOUNTS, AUTHENTICATOR, CLOCK, DATABASE, SETTINGS
from tutor_server.api.request_log import request_log
from tutor_server.api.security_headers import add_security_headers
from tutor_server.clock import Clock, SystemClock
from tutor_server.identity.access_tokens import AccessTokens, Authenticator
from tutor_server.identity.accounts import Accounts
from tutor_server.identity.keys import derive_keys
from tutor_server.identity.passwords import Passwords
from tutor_server.identity.refresh_tokens import RefreshTokens
from tutor_server.identity.registration import RegistrationPolicy
from tutor_server.limits import MAX_BODY_BYTES
from tutor_server.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_server.settings import Settings


def build_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    new_id: Callable[[], UUID] = uuid4,
    random_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> web.Application:
    """Build the service. It connects to nothing before its first request, and closes what it opened on cleanup."""
    clock = clock or SystemClock()
    app = web.Application(middlewares=[request_log, envelope], client_max_size=MAX_BODY_BYTES)
    app.on_response_prepare.append(add_security_headers)
    app[SETTINGS] = settings
    app[CLOCK] = clock
    app[DATABASE] = database = open_database(settings.effective_database_url)

    keys = derive_keys(settings.signing_secret())
    passwords = Passwords()
    access_tokens = AccessTokens(keys.access_tokens, clock=clock, new_id=new_id)
    app[AUTHENTICATOR] = Authenticator(access_tokens)
    app[ACCOUNTS] = Accounts(
        database=database,
        passwords=passwords,
        access_tokens=access_tokens,
        refresh_tokens=RefreshTokens(keys.refresh_tokens, random_bytes=random_bytes),
        registration=RegistrationPolicy.parse(settings.registration or "open"),
        subject=keys.subject,
        clock=clock,
        new_id=new_id,
    )

    app.add_routes([*health.ROUTES, *auth.ROUTES])

    async def close(_app: web.Application) -> None:
        passwords.close()
        await database.close()

    app.on_cleanup.append(close)
    return app
