"""The account pages in a real Chromium: keyboard use, no scripts, accessible names, and a phone's screen size.

If `TUTOR_TEST_PICTURES` names a folder, screenshots of the pages are saved there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from testing.account_page import fill, follow, heading, least_contrast, picture
from testing.device_page import poll_device, start_device
from testing.mail_server import MailServer, mail_server
from testing.service import PASSWORD, RunningService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.chromium import Page
    from testing.installations import Installation
    from testing.service import Service, StartService

pytestmark = pytest.mark.real_time

PHONE, DESKTOP = (320, 568), (1280, 800)
LOOKS = pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "dark"), (PHONE, "light"), (DESKTOP, "light"), (DESKTOP, "dark")]
)
EMAIL = "a-student-with-a-rather-long-name@informatics.uni.example"
NEW = "another quiet long password"


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    """Yield a mail server."""
    async with mail_server() as server:
        yield server


@pytest.fixture
async def running(tmp_path: Path, mail: MailServer) -> AsyncIterator[Service]:
    """Yield a service that sends e-mail."""
    async with RunningService(tmp_path, {**mail.environment}) as service:
        yield service


async def links(page: Page) -> list[str]:
    """Return the texts of the page's links."""
    return [text for role, text in await page.told() if role == "link"]


@LOOKS
async def test_from_the_editor_to_an_account_and_back(
    page: Page, running: Service, mail: MailServer, size: tuple[int, int], scheme: str
) -> None:
    """With the keyboard alone, a student without an account creates and confirms one, and approves the editor."""
    await page.resize(*size)
    await page.prefer(scheme)
    look = f"{scheme}-{size[0]}"
    async with ClientSession(running.url) as editor:
        started = await start_device(editor)
        await page.open(started["verification_uri_complete"])
        assert await page.focused() == ("button", "Yes, continue")
        await page.press("Enter", loads=True)
        await picture(page, f"{look}-0-device")
        await follow(page, "Make an account")

        assert await heading(page) == "Make an account"
        assert await page.focused() == ("textbox", "E-mail")
        await fill(page, EMAIL, PASSWORD, "something else")
        assert ("alert", "The two passwords are not the same.") in await page.told()
        assert await page.content_width() <= size[0]
        await picture(page, f"{look}-1-new")
        assert await page.focused() == ("textbox", "Password")
        await fill(page, PASSWORD, PASSWORD)
        assert await heading(page) == "Look into your mail"
        assert await page.content_width() <= size[0]
        await picture(page, f"{look}-2-mailed")

        await page.open(f"{running.url}{await mail.link_to(EMAIL)}")
        assert await page.focused() == ("button", "Yes, confirm it")
        assert await page.content_width() <= size[0]
        await picture(page, f"{look}-3-confirm")
        await page.press("Enter", loads=True)
        assert await page.focused() == ("button", "Yes, continue")
        await page.press("Enter", loads=True)
        assert await heading(page) == "Sign in this device?"
        assert await page.content_width() <= size[0]
        await picture(page, f"{look}-4-decision")
        await page.press("Tab")
        assert await page.focused() == ("button", "Approve")
        await page.press("Enter", loads=True)
        assert await heading(page) == "Approved"
        status, _ = await poll_device(editor, started["device_code"])

    assert status == 200
    assert [text for text in page.complaints if "status of 422" not in text] == []


@LOOKS
async def test_the_account_by_keyboard(
    page: Page, running: Service, mail: MailServer, size: tuple[int, int], scheme: str
) -> None:
    """By keyboard, a student signs in, changes the password, sees the stored data and erases the account."""
    await page.resize(*size)
    await page.prefer(scheme)
    look = f"{scheme}-{size[0]}"
    async with ClientSession(running.url) as client:
        body = {"email": EMAIL, "password": PASSWORD}
        async with client.post("/api/auth/register", json=body) as response:
            assert response.status == 201

    await page.open(f"{running.url}/account")
    await picture(page, f"{look}-5-sign-in")
    await fill(page, EMAIL, PASSWORD)
    assert await heading(page) == "Your account"
    await picture(page, f"{look}-6-unconfirmed")
    assert await page.content_width() <= size[0]
    await page.open(f"{running.url}{await mail.link_to(EMAIL)}")
    assert await page.focused() == ("button", "Yes, confirm it")
    await page.press("Enter", loads=True)
    told = await page.told()
    assert ("status", "") in told or any("confirmed" in text for _, text in told)
    assert await page.content_width() <= size[0]
    await picture(page, f"{look}-7-account")
    assert await links(page) == [
        "Download all of it",
        "Default course",
        "What you have asked",
        "Change the password",
        "Erase the account",
    ]

    await follow(page, "Change the password")
    assert await page.focused() == ("textbox", "Current password")
    await picture(page, f"{look}-8-password")
    await fill(page, PASSWORD, NEW, NEW)
    assert await heading(page) == "Your account"

    await follow(page, "Erase the account")
    assert await page.content_width() <= size[0]
    await picture(page, f"{look}-9-delete")
    for _ in range(2):
        await page.press("Tab")
    assert await page.focused() == ("textbox", "Your password, to be sure that it is you")
    await fill(page, NEW)
    assert await heading(page) == "Your account is erased"
    await picture(page, f"{look}-10-erased")
    assert running.query("SELECT count(*) FROM users") == [(0,)]
    assert page.complaints == []


async def test_a_forgotten_password_at_each_installation(
    page: Page, tmp_path: Path, installation: Installation, mail: MailServer
) -> None:
    """The link in the e-mail sets a new password once, with one process and with several."""
    settings = {**installation.settings(), **mail.environment}
    async with RunningService(tmp_path, settings, workers=installation.workers) as service:
        async with ClientSession(service.url) as client:
            body = {"email": EMAIL, "password": PASSWORD}
            async with client.post("/api/auth/register", json=body) as response:
                assert response.status == 201
        await page.open(f"{service.url}/account")
        await follow(page, "Forgot the password?")
        await picture(page, "forgotten")
        await fill(page, EMAIL)
        assert await heading(page) == "Look into your mail"
        await page.open(f"{service.url}{await mail.link_to(EMAIL, 2)}")
        assert await page.focused() == ("textbox", "New password")
        await picture(page, "reset")
        await fill(page, NEW, NEW)
        assert await heading(page) == "Your account"
        await page.open(f"{service.url}{await mail.link_to(EMAIL, 2)}")
        assert await heading(page) == "This link is dead"
        await picture(page, "dead-link")
        body = {"email": EMAIL, "password": NEW}
        async with ClientSession(service.url) as client, client.post("/api/auth/login", json=body) as response:
            assert response.status == 200


CONTRASTS = {
    "light": ({"scheme": "light"}, 4.5),
    "dark": ({"scheme": "dark"}, 4.5),
    "more-light": ({"scheme": "light", "prefers_contrast": "more"}, 7),
    "more-dark": ({"scheme": "dark", "prefers_contrast": "more"}, 7),
    "forced-light": ({"scheme": "light", "forced_colors": "active"}, 7),
    "forced-dark": ({"scheme": "dark", "forced_colors": "active"}, 7),
}
"""The system's colour preferences, and the minimum contrast ratio (WCAG 2.2, 1.4.3 AA or 1.4.6 AAA)."""


@pytest.mark.parametrize("look", CONTRASTS)
async def test_every_text_can_be_read(page: Page, start_service: StartService, look: str) -> None:
    """Every text has enough contrast, and a device code fits on one line of a phone that is 360 pixels wide."""
    features, wanted = CONTRASTS[look]
    await page.resize(360, 640)
    await page.prefer(**features)

    async def check(name: str) -> None:
        await picture(page, f"{look}-360-{name}")
        contrast, text = await least_contrast(page)
        assert contrast >= wanted, (name, text)
        assert await page.content_width() <= 360
        lines = "[...document.querySelectorAll('.code')].map((code) => code.getClientRects().length)"
        assert set(await page.evaluate(lines)) <= {1}, name

    async with start_service() as service, ClientSession(service.url) as editor:
        started = await start_device(editor)
        await page.open(started["verification_uri_complete"])
        await check("device")
        assert await page.focused() == ("button", "Yes, continue")
        await page.press("Enter", loads=True)
        await check("device-sign-in")
        await follow(page, "Make an account")
        await fill(page, EMAIL, PASSWORD, NEW)
        await check("new")
        await fill(page, PASSWORD, PASSWORD)
        assert await page.focused() == ("button", "Yes, continue")
        await page.press("Enter", loads=True)
        await check("decision")
        for path in ("account?done=made", "account/password", "account/delete"):
            await page.open(f"{service.url}/{path}")
            await check(path.partition("?")[0].replace("/", "-"))
        await page.call("Network.clearBrowserCookies")
        for path in ("account", "account/reset?token=x"):
            await page.open(f"{service.url}/{path}")
            await check(f"{path.partition('?')[0].replace('/', '-')}-signed-out")
