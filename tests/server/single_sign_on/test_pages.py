"""Single sign-on: the pages from which people come to the provider."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from testing.device_page import start_device
from testing.service import PASSWORD
from testing.single_sign_on import ADA, NAME, Browser, service_of

if TYPE_CHECKING:
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.held_service import HeldService
    from testing.identity_provider import IdentityProvider


async def test_the_device_page_leads_to_the_provider_and_back(
    service: HeldService, provider: IdentityProvider, browser: Browser
) -> None:
    """A student who comes with a device's code signs in at the provider and goes on with that device."""
    started = await start_device(service.client, client_name="Editor")
    page = await browser.get("/device", user_code=started["user_code"])
    page = await browser.post("/device", csrf=page.field("csrf"), user_code=started["user_code"])
    link = re.search(r'href="(auth/oidc/start\?user_code=[A-Z-]+)"', page.text)
    assert link is not None

    begun = await browser.get(f"/{link[1]}")
    code, state = provider.authorize(begun.location)
    page = await browser.get("/auth/oidc/callback", code=code, state=state)

    assert page.location == f"../../device?user_code={started['user_code']}"


async def test_passwords_can_be_switched_off(provider: IdentityProvider, tmp_path: Path, clock: HeldClock) -> None:
    """With `TUTOR_PASSWORD_SIGN_IN=false` register and login are refused, and pages offer the provider only."""
    async with (
        service_of(provider, tmp_path, clock, password_sign_in=False) as service,
        Browser(service.url) as browser,
    ):
        body = {"email": ADA, "password": PASSWORD}
        for path in ("/api/auth/register", "/api/auth/login"):
            status, answer = await service.post(path, body)
            assert (status, answer["code"]) == (403, "PASSWORD_SIGN_IN_OFF")
        page = await browser.get("/account")
        assert f"Sign in with {NAME}" in page.text
        assert 'type="password"' not in page.text
        form = {"csrf": "", "email": ADA, "password": PASSWORD}
        assert (await browser.post("/account/sign-in", **form)).status == 403
        new = await browser.get("/account/new")
        assert 'type="password"' not in new.text
        assert (await browser.sign_in(provider)).status == 303


async def test_without_a_provider_there_are_no_such_pages(held: HeldService) -> None:
    """Without the settings the routes answer 404."""
    async with Browser(held.url) as browser:
        pages = [await browser.get(f"/auth/oidc/{name}") for name in ("start", "callback")]

    assert [page.status for page in pages] == [404, 404]
