"""Single sign-on: the pages from which people come to the provider."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from testing.device_page import start_device
from testing.hostile_goals import HOSTILE_GOALS
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


async def test_the_dashboard_leads_to_the_provider_and_back_to_its_page(
    provider: IdentityProvider, browser: Browser
) -> None:
    """Somebody who asks for a page of the dashboard comes back to it."""
    asked = await browser.get("/admin/courses/one/members/a+b@uni.example")
    shown = await browser.get(asked.location)
    link = re.search(r'href="(/auth/oidc/start[^"]*)"', shown.text)
    assert link is not None

    page = await browser.answer(provider, await browser.get(unescape(link[1])))

    assert (page.status, page.location) == (303, "../../admin/courses/one/members/a+b@uni.example")


@pytest.mark.parametrize("page", HOSTILE_GOALS)
async def test_the_provider_leads_back_to_no_other_site(
    provider: IdentityProvider, browser: Browser, page: str
) -> None:
    """The page to which a sign-in leads is one of the dashboard, whatever the address says."""
    begun = await browser.get("/auth/oidc/start", goal="admin", page=page)

    assert (await browser.answer(provider, begun)).location == "../../admin"


@pytest.mark.parametrize("page", ["//evil.example", "/account", r"/\evil.example", "/admin/../x", "%2F%2Fevil.example"])
async def test_a_cookie_leads_to_no_other_site(provider: IdentityProvider, browser: Browser, page: str) -> None:
    """The page is checked again at the end, since a neighbour under the same domain could write the cookie."""
    begun = await browser.get("/auth/oidc/start", goal="admin", page="/admin/audit")
    (cookie,) = [each for each in browser.cookies if each.key.startswith("sign-on-")]
    assert "/admin/audit" in cookie.value
    browser.set_cookie(cookie.key, cookie.value.replace("/admin/audit", page))

    assert (await browser.answer(provider, begun)).location == "../../admin"


@pytest.mark.parametrize("goal", ["account", "erase"])
async def test_only_the_dashboard_has_pages_to_come_back_to(
    provider: IdentityProvider, browser: Browser, goal: str
) -> None:
    """With another goal the page counts for nothing, and an unknown goal is refused."""
    begun = await browser.get("/auth/oidc/start", goal=goal, page="/admin/audit")
    assert (await browser.answer(provider, begun)).location == f"../../account{'/delete' if goal == 'erase' else ''}"

    assert (await browser.get("/auth/oidc/start", goal="//evil.example")).status == 422


async def test_attempts_do_not_fill_the_cookies_of_a_browser(browser: Browser) -> None:
    """A page that makes a browser begin many sign-ins, with the longest goals, keeps nobody out."""
    for number in range(20):
        begun = await browser.get("/auth/oidc/start", goal="admin", page=f"/admin/{number:02}{340 * '@'}")
        assert begun.status == 303

    assert (await browser.get("/account")).status == 200


async def test_o5_an_owner_who_agrees_comes_back_to_the_page(
    service: HeldService, provider: IdentityProvider, browser: Browser
) -> None:
    """The way back also leads over the page on which the owner of an account agrees."""
    await service.register(ADA)
    begun = await browser.get("/auth/oidc/start", goal="admin", page="/admin/courses/one")
    page = await browser.answer(provider, begun)
    form = {"csrf": page.field("csrf"), "token": page.field("token")}

    joined = await browser.post("/auth/oidc/link", **form, password=PASSWORD)

    assert (joined.status, joined.location) == (303, "../../admin/courses/one")


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
