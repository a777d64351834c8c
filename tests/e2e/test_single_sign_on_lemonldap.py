"""Single sign-on with a second real identity provider, LemonLDAP::NG, in a real Chromium without scripts."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest

from testing.account_page import follow, heading
from testing.lemonldap_provider import LemonldapProvider, lemonldap_provider, sign_in_at_lemonldap
from testing.real_identity_provider import SIGN_IN
from testing.real_sign_in import approve_at_the_provider
from testing.service import RunningService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.chromium import Page
    from testing.service import Service
    from tests.conftest import RequireProgram

pytestmark = [pytest.mark.real_time, pytest.mark.timeout(300)]

KEY_SECONDS = 100


@pytest.fixture
async def provider(require_program: RequireProgram, port: int, tmp_path: Path) -> AsyncIterator[LemonldapProvider]:
    """Yield the provider."""
    async with lemonldap_provider(require_program("starman"), tmp_path / "provider", port) as running:
        yield running


@pytest.fixture
async def service(provider: LemonldapProvider, port: int, tmp_path: Path) -> AsyncIterator[Service]:
    """Yield a service that knows the provider."""
    async with RunningService(tmp_path, provider.settings | {"TUTOR_OPERATORS": "dwho"}, port=port) as running:
        yield running


async def sign_out_there(page: Page, provider: LemonldapProvider) -> None:
    """Sign out on the provider's own page, which tells the service so."""
    await page.open(f"{provider.url}/?logout=1")


async def test_a_student_signs_in_with_lemonldap(page: Page, service: Service) -> None:
    """From the device page to the provider and back: the account is there, and the editor is approved with it."""
    await approve_at_the_provider(page, service, partial(sign_in_at_lemonldap, name="dwho"), "dwho@badwolf.org")

    assert service.query("SELECT email, is_operator FROM users") == [("dwho@badwolf.org", 1)]


async def test_an_operator_comes_to_the_page_that_was_asked_for(page: Page, service: Service) -> None:
    """The way over the provider ends at the page of the dashboard at which it began."""
    asked = f"{service.url}/admin/courses/default/settings"
    await page.open(asked)
    await follow(page, SIGN_IN)
    await sign_in_at_lemonldap(page, "dwho")

    assert (await heading(page), await page.evaluate("location.href")) == ("Settings", asked)


async def test_o3_o7_keys_are_rotated_and_people_sign_out(
    page: Page, service: Service, provider: LemonldapProvider
) -> None:
    """O3, O7: a new key is picked up within 30 seconds; signing out at the provider ends the session here."""
    for name in ("rtyler", "msmith"):
        if name == "msmith":
            await provider.rotate_key("second")
        await page.open(f"{service.url}/account")
        await follow(page, SIGN_IN)
        await sign_in_at_lemonldap(page, name)
        async with asyncio.timeout(KEY_SECONDS):
            while await heading(page) != "Your account":  # The keys are read again every 30 seconds at most.
                if ("link", SIGN_IN) in await page.told():
                    await follow(page, SIGN_IN)
        assert service.query("SELECT count(*) FROM page_sessions") == [(1,)]

        await sign_out_there(page, provider)
        await page.open(f"{service.url}/account")

        assert await heading(page) == "Sign in"
        assert service.query("SELECT count(*) FROM page_sessions") == [(0,)]
    assert service.query("SELECT email FROM users ORDER BY email") == [("msmith@badwolf.org",), ("rtyler@badwolf.org",)]
