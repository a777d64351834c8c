"""The dashboard in a real Chromium: plots, keyboard use, and the texts for screen readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.account_page import open_with_key
from testing.chat_client import connect
from testing.chromium import Page, chromium
from testing.service import sign_up_student

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.service import Service, StartService
    from tests.conftest import RequireProgram

KEY = "an-admin-key-of-the-tests"
PHONE, DESKTOP = (360, 740), (1280, 900)


@pytest.fixture
async def running(start_service: StartService) -> AsyncIterator[Service]:
    """Yield a service to which a student has sent three asks about one problem."""
    async with start_service(TUTOR_ADMIN_KEY=KEY) as service:
        student = await sign_up_student(service)
        async with connect(service.url, student.access_token) as chat:
            for _ in range(3):
                await chat.answer()
        yield service


async def evaluate(page: Page, expression: str) -> object:
    """Return the value of a JavaScript expression on the page."""
    result = await page.call("Runtime.evaluate", expression=expression, returnByValue=True)
    return result["result"].get("value")


@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")], ids=["phone", "desktop"])
async def test_plots_are_drawn_and_walked_through_by_keyboard(
    running: Service, require_program: RequireProgram, size: tuple[int, int], scheme: str
) -> None:
    """Each plot has a text alternative, arrow keys read its values aloud, and no resource is from another site."""
    async with chromium(require_program("chromium"), scripts=True) as page:
        await page.resize(*size)
        await page.prefer(scheme)
        await open_with_key(page, running.url, KEY)

        told = await page.told()
        assert ("heading", "Asks by hint level") in told
        plots = [name for role, name in told if role == "image" and "Plot of" in name]
        assert (
            "Asks by hint level. 3 asks. 67% of them at levels 1 and 2. Plot of 5 values; arrow keys tell each."
            in plots
        )
        assert await evaluate(page, "document.documentElement.dataset.drawn") == str(len(plots))
        assert await page.content_width() <= size[0]

        await evaluate(page, "document.querySelector('[data-table=table-asks-by-level] canvas').focus()")
        for expected in ("1: Asks 1", "2: Asks 1"):
            await page.press("ArrowRight")
            spoken = await evaluate(page, "document.querySelector('[data-table=table-asks-by-level] p').textContent")
            assert spoken == expected
        await page.press("End")
        spoken = await evaluate(page, "document.querySelector('[data-table=table-asks-by-level] p').textContent")
        assert spoken == "5: Asks 0"
        ink = "getComputedStyle(document.documentElement).getPropertyValue('--page').trim()"
        assert await evaluate(page, ink) == ("#131417" if scheme == "dark" else "#f5f5f7")

    assert page.complaints == []
    assert {url.partition("?")[0].removeprefix(running.url) for url in page.requests} == {
        "/admin",
        "/admin/sign-in",
        "/admin/assets/chart.js",
        "/admin/assets/dashboard.js",
    }


async def test_without_scripts_the_tables_say_it_all(running: Service, require_program: RequireProgram) -> None:
    """Without scripts, figures are shown as headings, tables and links to their CSV."""
    async with chromium(require_program("chromium")) as page:
        await open_with_key(page, running.url, KEY)

        told = await page.told()

    assert ("link", "CSV of Asks by hint level") in told
    assert ("heading", "Provider health, last 24 hours") in told
