"""`/api/auth`: registration, sign-in, staying signed in, and the caller's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.bodies import answers, read_json
from tutor_server.api.caller import signed_in
from tutor_server.api.keys import ACCOUNTS, CLOCK, SETTINGS
from tutor_server.clock import next_midnight
from tutor_server.limits import ACCESS_TOKEN_LIFETIME
from tutor_server.pedagogy.levels import StudentLevels

if TYPE_CHECKING:
    from tutor_server.identity.accounts import Profile, SignedIn

_EXPIRES_IN = int(ACCESS_TOKEN_LIFETIME.total_seconds())


@answers(201)
async def register(request: web.Request) -> schemas.SignedIn:
    """Open an account and sign in to it."""
    body = await read_json(request, schemas.Registration)
    levels = StudentLevels(body.programming_level, body.maths_level)
    return _signed_in(
        request, await request.app[ACCOUNTS].register(body.email, body.password.get_secret_value(), levels)
    )


@answers()
async def login(request: web.Request) -> schemas.SignedIn:
    """Sign in."""
    body = await read_json(request, schemas.Login)
    return _signed_in(request, await request.app[ACCOUNTS].log_in(body.email, body.password.get_secret_value()))


@answers()
async def refresh(request: web.Request) -> schemas.Tokens:
    """Exchange a refresh token for a new pair."""
    body = await read_json(request, schemas.RefreshRequest)
    pair = await request.app[ACCOUNTS].refresh(body.refresh_token.get_secret_value())
    return schemas.Tokens(access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=_EXPIRES_IN)


@answers()
async def logout(request: web.Request) -> None:
    """End a sign-in."""
    body = await read_json(request, schemas.RefreshRequest)
    await request.app[ACCOUNTS].log_out(body.refresh_token.get_secret_value())


@answers()
async def change_password(request: web.Request) -> None:
    """Set another password, and end every sign-in of the account."""
    caller = signed_in(request)
    body = await read_json(request, schemas.PasswordChange)
    await request.app[ACCOUNTS].change_password(
        caller.user_id, body.current_password.get_secret_value(), body.new_password.get_secret_value()
    )


@answers()
async def me(request: web.Request) -> schemas.Me:
    """Look at the caller's account."""
    return _me(request, await request.app[ACCOUNTS].profile(signed_in(request).user_id))


@answers()
async def change_me(request: web.Request) -> schemas.Me:
    """Set the caller's levels."""
    caller = signed_in(request)
    body = await read_json(request, schemas.LevelsChange)
    profile = await request.app[ACCOUNTS].change_levels(
        caller.user_id, programming=body.programming_level, maths=body.maths_level
    )
    return _me(request, profile)


ROUTES = (
    web.post("/api/auth/register", register),
    web.post("/api/auth/login", login),
    web.post("/api/auth/refresh", refresh),
    web.post("/api/auth/logout", logout),
    web.post("/api/auth/password", change_password),
    web.get("/api/auth/me", me),
    web.patch("/api/auth/me", change_me),
)


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
        daily_message_cap=request.app[SETTINGS].daily_message_cap,
        resets_at=next_midnight(request.app[CLOCK].now()),
    )
