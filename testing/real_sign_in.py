"""A student's walk from the device page of a real service to a real identity provider and back, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import ClientSession

from testing.account_page import approve, follow, heading, picture
from testing.device_page import poll_device, start_device
from testing.real_identity_provider import SIGN_IN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from testing.chromium import Page
    from testing.service import Service


async def approve_at_the_provider(
    page: Page, service: Service, sign_in_there: Callable[[Page], Awaitable[None]], email: str
) -> None:
    """Approve an editor by a sign-in at the provider, and check that the editor and the browser have the account."""
    async with ClientSession(service.url) as editor:
        started = await start_device(editor)
        await page.open(started["verification_uri_complete"])
        await page.focused()
        await page.press("Enter", loads=True)
        await picture(page, "single-sign-on-device")
        await follow(page, SIGN_IN)
        await sign_in_there(page)

        await approve(page, started["verification_uri_complete"], started["user_code"])
        status, tokens = await poll_device(editor, started["device_code"])
        assert status == 200
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        async with editor.get("/api/auth/me", headers=headers) as response:
            assert (await response.json())["email"] == email

    await page.open(f"{service.url}/account")
    assert await heading(page) == "Your account"
