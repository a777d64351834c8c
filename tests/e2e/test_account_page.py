"""The account pages in a real Chromium: by keyboard alone, without scripts, as a screen reader tells them, on a phone.

With `TUTOR_TEST_PICTURES` naming a folder, pictures of the pages are kept there.
"""

from __future__ import annotations

import asyncio
import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from tests.chromium import Page, chromium
from tests.device_page import poll_device, start_device
from tests.mail_server import MailServer, mail_server
from tests.service import PASSWORD, RunningService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.conftest import RequireProgram
    from tests.installations import Installation
    from tests.service import Service

pytestmark = pytest.mark.real_time

PHONE, DESKTOP = (320, 568), (1280, 800)
LOOKS = pytest.mark.parametrize(
    ("size", "scheme"), [(PHONE, "dark"), (PHONE, "light"), (DESKTOP, "light"), (DESKTOP, "dark")]
)
EMAIL = "a-student-with-a-rather-long-name@informatics.uni.example"
NEW = "another quiet long password"


@pytest.fixture
async def page(require_program: RequireProgram) -> AsyncIterator[Page]:
    """Yield a tab of a browser."""
    async with chromium(require_program("chromium")) as tab:
        yield tab


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    """Yield a mail server."""
    async with mail_server() as server:
        yield server


@pytest.fixture
async def running(tmp_path: Path, mail: MailServer) -> AsyncIterator[Service]:
    """Yield a service that mails."""
    async with RunningService(tmp_path, {**mail.environment}) as service:
        yield service


async def picture(page: Page, name: str) -> None:
    """Keep a picture of the page, if a folder for them is set."""
    folder = os.environ.get("TUTOR_TEST_PICTURES")
    if folder:
        taken = await page.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        await asyncio.to_thread(Path(folder).mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(Path(folder, f"account-{name}.png").write_bytes, base64.b64decode(taken["data"]))


async def fill(page: Page, *texts: str) -> None:
    """Type into one field after the other, beginning with the one that has the focus, and send the form."""
    for number, text in enumerate(texts):
        if number:
            await page.press("Tab")
        await page.type(text)
    await page.press("Enter", loads=True)


async def heading(page: Page) -> str:
    """Return the heading of the page."""
    return next(text for role, text in await page.told() if role == "heading")


async def links(page: Page) -> list[str]:
    """Return the texts of the links of the page."""
    return [text for role, text in await page.told() if role == "link"]


async def follow(page: Page, link: str) -> None:
    """Go to a link by the keyboard, and open it."""
    for _ in range(30):
        if await page.focused_or_none() == ("link", link):
            await page.press("Enter", loads=True)
            return
        await page.press("Tab")
    raise AssertionError(f"no way to {link} by the keyboard")


@LOOKS
async def test_from_the_editor_to_an_account_and_back(
    page: Page, running: Service, mail: MailServer, size: tuple[int, int], scheme: str
) -> None:
    """A student without an account makes one, confirms it and approves the editor, by keyboard alone."""
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
    """Sign in, change the password, look at what is stored, and erase the account after the warning."""
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
    assert await links(page) == ["Download all of it", "Change the password", "Erase the account"]

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
    """From the sign-in page over the mail to a new password, on one process and on two workers."""
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
