"""Single sign-on with a real, certified identity provider, in a real Chromium without scripts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from testing.account_page import fill, follow, heading, picture, reach
from testing.real_identity_provider import FOLDER, SIGN_IN, RealIdentityProvider, real_identity_provider
from testing.real_sign_in import approve_at_the_provider
from testing.required import missing
from testing.service import RunningService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.chromium import Page
    from testing.service import Service
    from tests.conftest import RequireProgram

pytestmark = pytest.mark.real_time


@pytest.fixture
async def provider(require_program: RequireProgram, port: int) -> AsyncIterator[RealIdentityProvider]:
    """Yield the provider."""
    if not (FOLDER / "node_modules").is_dir():
        missing("`make identity-provider-for-tests`, which has not been run")
    async with real_identity_provider(require_program("node"), port) as running:
        yield running


@pytest.fixture
async def service(provider: RealIdentityProvider, port: int, tmp_path: Path) -> AsyncIterator[Service]:
    """Yield a service that knows the provider."""
    async with RunningService(tmp_path, provider.settings | {"TUTOR_OPERATORS": "ada"}, port=port) as running:
        yield running


async def sign_in_there(page: Page, name: str) -> None:
    """Sign in on the provider's own pages, and let it tell the service who it is."""
    assert await heading(page) == "Sign-in"
    await fill(page, name, "any password")
    assert await heading(page) == "Authorize"
    await reach(page, "button", "Continue")
    await page.press("Enter", loads=True)


async def test_a_student_signs_in_with_the_university(page: Page, service: Service) -> None:
    """From the account page to the provider and back: the account is there, and the editor is approved with it."""
    await approve_at_the_provider(page, service, partial(sign_in_there, name="ada"), "ada@uni.example")

    assert service.query("SELECT email, is_operator FROM users") == [("ada@uni.example", 1)]


async def test_people_sign_in_to_the_dashboard_with_the_university(page: Page, service: Service) -> None:
    """An operator by setting comes to the page that was asked for; somebody who teaches nothing is told so."""
    for name, asked, expected in (
        ("ada", "/admin", "Dashboard"),
        ("bob", "/admin", "Your courses"),
        ("ada", "/admin/courses/default/members", "Members"),
    ):
        await page.call("Network.clearBrowserCookies")
        await page.open(f"{service.url}{asked}")
        await follow(page, SIGN_IN)
        await sign_in_there(page, name)
        assert await heading(page) == expected
        assert await page.evaluate("location.href") == f"{service.url}{asked}"
        assert ("button", "Sign out") in await page.told()


async def test_o7_signing_out_at_the_provider_signs_out_here(
    page: Page, service: Service, provider: RealIdentityProvider
) -> None:
    """O7: the provider's own back-channel logout ends the session here."""
    await page.open(f"{service.url}/account")
    await picture(page, "single-sign-on-account")
    await follow(page, SIGN_IN)
    await sign_in_there(page, "bob")
    assert await heading(page) == "Your account"

    await page.open(f"{provider.url}/session/end")
    await reach(page, "button", "Yes, sign me out")
    await page.press("Enter", loads=True)
    await page.open(f"{service.url}/account")

    assert await heading(page) == "Sign in"
    assert service.query("SELECT count(*) FROM page_sessions") == [(0,)]
