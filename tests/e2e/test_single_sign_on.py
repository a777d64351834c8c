"""Single sign-on with a real, certified identity provider, in a real Chromium without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from testing.account_page import approve, fill, follow, heading, picture, reach
from testing.chromium import Page, chromium
from testing.device_page import poll_device, start_device
from testing.real_identity_provider import FOLDER, RealIdentityProvider, free_port, real_identity_provider
from testing.service import RunningService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.service import Service
    from tests.conftest import RequireProgram

pytestmark = pytest.mark.real_time


@pytest.fixture
async def page(require_program: RequireProgram) -> AsyncIterator[Page]:
    """Yield a browser tab."""
    async with chromium(require_program("chromium")) as tab:
        yield tab


@pytest.fixture
def port() -> int:
    """Return the port of the service, which the provider must know before the service runs."""
    return free_port()


@pytest.fixture
async def provider(require_program: RequireProgram, port: int) -> AsyncIterator[RealIdentityProvider]:
    """Yield the provider."""
    node = require_program("node")
    assert (FOLDER / "node_modules").is_dir(), "run `make identity-provider-for-tests` first"
    async with real_identity_provider(node, port) as running:
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
    async with ClientSession(service.url) as editor:
        started = await start_device(editor)
        await page.open(started["verification_uri_complete"])
        await page.focused()
        await page.press("Enter", loads=True)
        await picture(page, "single-sign-on-device")
        await follow(page, "Sign in with Uni Example")
        await sign_in_there(page, "ada")

        await approve(page, started["verification_uri_complete"], started["user_code"])
        status, tokens = await poll_device(editor, started["device_code"])
        assert status == 200
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        async with editor.get("/api/auth/me", headers=headers) as response:
            assert (await response.json())["email"] == "ada@uni.example"

    await page.open(f"{service.url}/account")
    assert await heading(page) == "Your account"
    assert service.query("SELECT email, is_operator FROM users") == [("ada@uni.example", 1)]


async def test_people_sign_in_to_the_dashboard_with_the_university(page: Page, service: Service) -> None:
    """An operator by setting sees the service on the dashboard; somebody who teaches nothing is told so."""
    for name, expected in (("ada", "Dashboard"), ("bob", "Your courses")):
        await page.call("Network.clearBrowserCookies")
        await page.open(f"{service.url}/admin")
        await follow(page, "Sign in with Uni Example")
        await sign_in_there(page, name)
        assert await heading(page) == expected
        assert ("button", "Sign out") in await page.told()


async def test_o7_signing_out_at_the_provider_signs_out_here(
    page: Page, service: Service, provider: RealIdentityProvider
) -> None:
    """O7: the provider's own back-channel logout ends the session here."""
    await page.open(f"{service.url}/account")
    await picture(page, "single-sign-on-account")
    await follow(page, "Sign in with Uni Example")
    await sign_in_there(page, "bob")
    assert await heading(page) == "Your account"

    await page.open(f"{provider.url}/session/end")
    await reach(page, "button", "Yes, sign me out")
    await page.press("Enter", loads=True)
    await page.open(f"{service.url}/account")

    assert await heading(page) == "Sign in"
    assert service.query("SELECT count(*) FROM page_sessions") == [(0,)]
