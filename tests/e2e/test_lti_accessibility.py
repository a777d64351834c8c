"""The pages of a launch in a real Chromium: axe-core finds no barrier on them, in light and dark, phone and desktop."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from testing.accessibility import LOOKS, require_axe, violations
from testing.account_page import picture
from testing.chromium import chromium
from testing.clock import HeldClock
from testing.courses import make_course, operator, person
from testing.lti_browser import FROM_OWN_PAGE, LtiBrowser
from testing.lti_platform import lti_platform
from testing.lti_service import LtiService, lti_service
from testing.service import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from testing.received_page import ReceivedPage
    from tests.conftest import RequireProgram

pytestmark = pytest.mark.real_time

ADA, BOSS, TEACHER = "ada@uni.example", "boss@uni.example", "#Instructor"
TEMPLATES = {
    "lti_connect.html",
    "lti_continue.html",
    "lti_course.html",
    "lti_link.html",
    "lti_links.html",
    "lti_modules.html",
    "lti_refused.html",
}


async def pages_of_launches(lti: LtiService) -> Mapping[str, ReceivedPage]:
    """Launch as students and instructors. Return the pages that the service shows, by template and case."""
    held, platform = lti.held, lti.platform
    await make_course(held, "py1")
    pages = {}
    async with LtiBrowser(lti.url) as boss:
        await lti.register()
        await boss.enter(platform, sub="boss", email=BOSS, role=TEACHER)
        await operator(held).request("PUT", f"/api/courses/py1/members/{BOSS}", {"role": "instructor"})
        pages["lti_course.html"] = asked = await boss.enter(platform, sub="boss", email=BOSS, role=TEACHER)
        form = {"csrf": asked.field("csrf"), "ticket": asked.field("ticket"), "course": "py1"}
        assert (await boss.post("/lti/course", form)).status == 303
        for slug in ("loops", "lists"):
            module = {"title": f"About {slug}", "order": 1}
            await operator(held).request("PUT", f"/api/courses/py1/modules/{slug}", module)
        pages["lti_connect.html instructor"] = await boss.enter(platform, sub="boss", email=BOSS, role=TEACHER)
        deep = await boss.launch(platform, sub="boss", email=BOSS, role=TEACHER, deep="1")
        pages["lti_modules.html"] = deep
        chosen = {"ticket": deep.field("ticket"), "module": "loops"}
        pages["lti_links.html"] = await boss.post("/lti/deep-link", chosen, **FROM_OWN_PAGE)
    async with LtiBrowser(lti.url) as student:
        pages["lti_continue.html"] = await student.launch(platform, sub="s-2", email="bob@uni.example")
        pages["lti_connect.html"] = await student.enter(platform, sub="s-2", email="bob@uni.example", module="loops")
        pages["lti_refused.html"] = await student.post("/lti/launch", {"state": "x", "id_token": "x"})
    await person(held, "ada")
    async with LtiBrowser(lti.url) as ada:
        pages["lti_link.html"] = asked = await ada.enter(platform, sub="s-1", email=ADA)
        form = {"csrf": asked.field("csrf"), "ticket": asked.field("ticket"), "password": "not the password"}
        pages["lti_link.html wrong"] = await ada.post("/lti/link", form)
        account = await ada.get("/account")
        sign_in = {"csrf": account.field("csrf"), "email": ADA, "password": PASSWORD}
        assert (await ada.post("/account/sign-in", sign_in)).status == 303
        pages["lti_link.html signed in"] = await ada.enter(platform, sub="s-1", email=ADA)
    return pages


@LOOKS
@pytest.mark.timeout(240)
async def test_no_page_of_a_launch_has_a_barrier(
    tmp_path: Path, require_program: RequireProgram, size: tuple[int, int], scheme: str
) -> None:
    """axe-core finds nothing on any page of a launch, as the service sends it, and none is wider than its window."""
    axe, found = require_axe(), []
    with lti_platform() as platform:
        async with lti_service(platform, tmp_path, HeldClock(datetime.now(UTC))) as lti:
            pages = await pages_of_launches(lti)
    assert {name.partition(" ")[0] for name in pages} == TEMPLATES
    async with chromium(require_program("chromium")) as page:
        await page.resize(*size)
        await page.prefer(scheme)
        for number, (name, received) in enumerate(pages.items()):
            file = tmp_path / f"{number}.html"
            await asyncio.to_thread(file.write_text, received.text, encoding="utf-8")
            await page.open(file.as_uri())
            found += [f"{name}: {each}" for each in await violations(page, axe)]
            if await page.content_width() > size[0]:
                found.append(f"{name}: wider than {size[0]}")
            await picture(page, f"{scheme}-{size[0]}-{name.replace(' ', '-')}")
    assert found == []
    assert {received.title for received in pages.values()} >= {
        "Which module?",
        "Which course is this?",
        "The tutor did not open",
    }
