"""`/api/auth`: registration, sign-in, refresh, and the caller's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_pedagogy.ladder.levels import StudentLevels
from tutor_server.api import schemas
from tutor_server.api.client_address import client_address
from tutor_server.api.keys import ACCOUNTS, CLOCK, SETTINGS
from tutor_server.api.origin import origin_of
from tutor_server.api.routes import Access, Routes
from tutor_server.clock import next_midnight
from tutor_server.errors import (
    AccountDisabled,
    EmailTaken,
    InvalidCredentials,
    PasswordSignInOff,
    RegistrationClosed,
    TokenInvalid,
    TooManyAttempts,
)
from tutor_server.identity.access_tokens import AccessToken
from tutor_server.limits import ACCESS_TOKEN_LIFETIME

if TYPE_CHECKING:
    from tutor_server.identity.accounts import Profile, SignedIn

routes = Routes("account")

_EXPIRES_IN = int(ACCESS_TOKEN_LIFETIME.total_seconds())


@routes.add(
    "POST /api/auth/register",
    access=Access.PUBLIC,
    status=201,
    refuses=(EmailTaken, PasswordSignInOff, RegistrationClosed, TooManyAttempts),
)
async def register(request: web.Request, body: schemas.Registration) -> schemas.SignedIn:
    """Create an account and sign in to it."""
    levels = StudentLevels(body.programming_level, body.maths_level)
    password = body.password.get_secret_value()
    registered = await request.app[ACCOUNTS].register(
        body.email, password, levels, client_address(request), origin=origin_of(request)
    )
    return _signed_in(request, registered)


@routes.add(
    "POST /api/auth/login",
    access=Access.PUBLIC,
    refuses=(InvalidCredentials, AccountDisabled, PasswordSignInOff, TooManyAttempts),
)
async def login(request: web.Request, body: schemas.Login) -> schemas.SignedIn:
    """Sign in."""
    password = body.password.get_secret_value()
    return _signed_in(request, await request.app[ACCOUNTS].log_in(body.email, password, client_address(request)))


@routes.add("POST /api/auth/refresh", access=Access.PUBLIC, refuses=(TokenInvalid,))
async def refresh(request: web.Request, body: schemas.RefreshRequest) -> schemas.Tokens:
    """Exchange a refresh token for a new access token and a new refresh token."""
    pair = await request.app[ACCOUNTS].refresh(body.refresh_token.get_secret_value())
    return schemas.Tokens(access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=_EXPIRES_IN)


@routes.add("POST /api/auth/logout", access=Access.PUBLIC)
async def logout(request: web.Request, body: schemas.RefreshRequest) -> None:
    """End the sign-in of a refresh token."""
    await request.app[ACCOUNTS].log_out(body.refresh_token.get_secret_value())


@routes.add("POST /api/auth/password", refuses=(InvalidCredentials, TooManyAttempts))
async def change_password(request: web.Request, caller: AccessToken, body: schemas.PasswordChange) -> None:
    """Change the password, and end every sign-in of the account."""
    await request.app[ACCOUNTS].change_password(
        caller.user_id,
        body.current_password.get_secret_value(),
        body.new_password.get_secret_value(),
        client_address(request),
    )


@routes.add("GET /api/auth/me")
async def me(request: web.Request, caller: AccessToken) -> schemas.Me:
    """Return the caller's account."""
    return _me(request, await request.app[ACCOUNTS].profile(caller.user_id))


@routes.add("PATCH /api/auth/me")
async def change_me(request: web.Request, caller: AccessToken, body: schemas.LevelsChange) -> schemas.Me:
    """Store the student's levels."""
    profile = await request.app[ACCOUNTS].change_levels(
        caller.user_id, programming=body.programming_level, maths=body.maths_level
    )
    return _me(request, profile)


def _signed_in(request: web.Request, signed_in: SignedIn) -> schemas.SignedIn:
    return schemas.SignedIn(
        user=_me(request, signed_in.profile),
        access_token=signed_in.tokens.access_token,
        refresh_token=signed_in.tokens.refresh_token,
        expires_in=_EXPIRES_IN,
    )


def _me(request: web.Request, profile: Profile) -> schemas.Me:
    account = profile.account
    return schemas.Me(
        id=account.id,
        email=account.email,
        programming_level=account.levels.programming,
        maths_level=account.levels.maths,
        messages_today=profile.messages_today,
        daily_message_cap=profile.own_daily_messages or request.app[SETTINGS].daily_message_cap,
        resets_at=next_midnight(request.app[CLOCK].now()),
    )
