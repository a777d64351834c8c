"""The device page in a real Chromium: keyboard use, no scripts, accessible names, and a phone's screen size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from testing.device_page import poll_device, start_device
from testing.service import Service, sign_up_student

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.chromium import Page
    from testing.service import StartService

PHONE, DESKTOP = (320, 568), (1280, 800)


@pytest.fixture
async def running(start_service: StartService) -> AsyncIterator[Service]:
    """Yield a service."""
    async with start_service() as service:
        yield service


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")], ids=["phone", "desktop"])
async def test_a_student_approves_by_keyboard(page: Page, running: Service, size: tuple[int, int], scheme: str) -> None:
    """By keyboard alone, a student enters the code, signs in and approves; focus and accessible names are right."""
    student = await sign_up_student(running)
    await page.resize(*size)
    await page.prefer(scheme)
    async with ClientSession(running.url) as editor:
        started = await start_device(editor, client_name="Neovim on " + "a-long-name." * 4)

        await page.open(started["verification_uri"])
        assert await page.focused() == ("textbox", "The code of eight letters that your editor or terminal shows")
        await page.type(started["user_code"].lower())
        await page.press("Enter", loads=True)

        assert await page.focused() == ("textbox", "E-mail")
        await page.type(student.email)
        await page.press("Tab")
        assert await page.focused() == ("textbox", "Password")
        await page.type("not the password")
        await page.press("Enter", loads=True)

        assert ("alert", "E-mail or password is wrong.") in await page.told()
        assert await page.focused() == ("textbox", "Password")
        await page.type(student.password)
        await page.press("Enter", loads=True)

        told = await page.told()
        assert told[0] == ("RootWebArea", "Sign in this device? · Ask Tutor")
        assert [text for role, text in told if role == "button"] == ["Approve", "Deny"]
        assert [text for role, text in told if role == "term"] == [
            "Calls itself",
            "Address",
            "Asked",
            "Shows the code",
            "Your account",
        ]
        assert await page.content_width() == size[0]
        await page.press("Tab")
        assert await page.focused() == ("button", "Approve")
        await page.press("Enter", loads=True)

        assert ("heading", "Approved") in await page.told()
        status, _ = await poll_device(editor, started["device_code"])

    assert status == 200
    assert {url.partition("?")[0] for url in page.requests} == {f"{running.url}/device"}
    assert [text for text in page.complaints if "status of 422" not in text] == []


async def test_a_code_in_the_address_is_confirmed_first(page: Page, running: Service) -> None:
    """If the URL contains the code, the button to confirm it has the focus, and leads to the sign-in."""
    async with ClientSession(running.url) as editor:
        started = await start_device(editor)

    await page.open(started["verification_uri_complete"])
    assert await page.focused() == ("button", "Yes, continue")
    assert ("textbox", "Does your editor or terminal show this code?") in await page.told()
    await page.press("Enter", loads=True)
    assert ("heading", "Sign in") in await page.told()


async def test_the_browser_takes_the_page_as_it_is(page: Page, running: Service) -> None:
    """The page's content security policy blocks none of its own content, and nothing else is requested."""
    await page.open(f"{running.url}/device")

    assert page.complaints == []
    assert page.requests == [f"{running.url}/device"]
