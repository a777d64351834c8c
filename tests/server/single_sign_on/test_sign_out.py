"""Single sign-on: back-channel logout of the provider (list O, O7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from testing.device_page import poll_device, start_device
from tutor_server.identity.oidc.tokens import LOGOUT_EVENT

if TYPE_CHECKING:
    from testing.held_service import HeldService
    from testing.identity_provider import IdentityProvider
    from testing.single_sign_on import Browser


def logout_token(provider: IdentityProvider, **claims: Any) -> str:
    """Return a logout token of the provider."""
    given = {"events": {LOGOUT_EVENT: {}}, "jti": "j"} | claims
    return provider.id_token(**{name: value for name, value in given.items() if value is not None})


@pytest.mark.parametrize("claims", [{"sub": "s-1"}, {"sid": "there"}, {"sub": "s-1", "sid": "there"}])
async def test_o7_signed_out_at_the_provider(
    service: HeldService, provider: IdentityProvider, browser: Browser, claims: dict[str, str]
) -> None:
    """O7: a logout token by subject or session ends the browser's session and the sign-ins of editors at once."""
    provider.claims["sid"] = "there"
    await browser.sign_in(provider)
    tokens = await sign_in_a_device(service, browser)
    assert (await service.me(tokens["access_token"]))[0] == 200

    page = await browser.post("/auth/oidc/backchannel-logout", logout_token=logout_token(provider, **claims))

    assert page.status == 200
    assert (await service.me(tokens["access_token"]))[0] == 401
    assert (await service.post("/api/auth/refresh", {"refresh_token": tokens["refresh_token"]}))[0] == 401
    assert "Sign in" in (await browser.get("/account")).text


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "s-1", "events": None},
        {"sub": "s-1", "events": {"other": {}}},
        {"sub": "s-1", "nonce": "n"},
        {"sub": "s-1", "aud": "somebody"},
        {"sub": "s-1", "iss": "https://other.example"},
        {"sub": "s-1", "iat": 1},
        {},
    ],
)
async def test_o7_hostile_logout_tokens_end_nothing(
    provider: IdentityProvider, browser: Browser, claims: dict[str, Any]
) -> None:
    """O7: only a valid logout token of the provider ends a sign-in."""
    await browser.sign_in(provider)

    page = await browser.post("/auth/oidc/backchannel-logout", logout_token=logout_token(provider, **claims))

    assert page.status == 400
    assert "Your account" in (await browser.get("/account")).text


async def sign_in_a_device(service: HeldService, browser: Browser) -> dict[str, Any]:
    """Approve a device in a signed-in browser, and return the device's tokens."""
    started = await start_device(service.client, client_name="Editor")
    page = await browser.get("/device", user_code=started["user_code"])
    page = await browser.post("/device", csrf=page.field("csrf"), user_code=started["user_code"])
    page = await browser.post("/device", csrf=page.field("csrf"), user_code=started["user_code"], decision="approve")
    assert page.status == 200, page.text
    status, tokens = await poll_device(service.client, started["device_code"])
    assert status == 200, tokens
    return tokens
