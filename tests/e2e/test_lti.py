"""From a course page to a first hint: a platform that is not ours, a real Chromium, and the real command `tutor`."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from testing.account_page import approve, picture, reach
from testing.chromium import LOOK_SECONDS, Page, chromium, other_tab
from testing.launched_course import in_frame, launched_course, shows
from testing.lti_platform import LtiPlatform, lti_platform
from testing.service import service_environment
from testing.tutor_program import Tutor
from testing.warm_start import TUTOR_SERVER, run_command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from testing.service import Service
    from tests.conftest import RequireProgram

pytestmark = pytest.mark.real_time

ADA = "ada@uni.example"
PROGRAM = "def total(prices):\n    result = 0\n    for price in prices\n        result += price\n    return result\n"


@pytest.fixture(scope="module")
def platform() -> Iterator[LtiPlatform]:
    """Yield a course platform on another site than the service: `localhost` instead of an address."""
    with lti_platform("localhost") as running:
        yield running


@pytest.fixture
async def service(platform: LtiPlatform, tmp_path: Path) -> AsyncIterator[Service]:
    """Yield a service with a course, registered at the platform by the operator's commands."""
    async with launched_course(platform, tmp_path) as running:
        yield running


@pytest.fixture
async def page(require_program: RequireProgram) -> AsyncIterator[Page]:
    """Yield a browser tab that blocks third-party cookies. Scripts run, since the platform's pages need them."""
    async with chromium(require_program("chromium"), scripts=True, blocks_foreign_cookies=True) as tab:
        yield tab


async def test_o6_a_launch_in_a_frame_without_cookies_leads_to_a_hint(
    page: Page, service: Service, platform: LtiPlatform, tmp_path: Path
) -> None:
    """O6: four steps from the course page: Continue; connect by a command; approve; ask."""
    await page.open(platform.launch_url("course", frame="1", sub="s-1", email=ADA))
    await in_frame(page, "button", f"Continue as {ADA}")
    await picture(page, "lti-frame")
    assert "UserPreferences" in page.blocked, "the browser has not blocked the cookie in the frame"

    await page.press("Tab")  # Into the frame, where the button has the focus.
    await page.press("Enter")
    async with other_tab(page) as own:
        await shows(own, "Python 1")
        await picture(own, "lti-connect")
        shown = " ".join(text for _, text in await own.told())
        command = re.search(r"tutor sign-in --server (\S+)", shown)
        assert command is not None, shown
        assert "vscode://ask-tutor.ask-tutor/connect?server=" in str(await own.evaluate("document.body.innerHTML"))

        (tmp_path / "student").mkdir()
        (tmp_path / "student" / "prices.py").write_text(PROGRAM, encoding="utf-8")
        tutor = Tutor(tmp_path / "student")
        signing_in = await tutor.start("sign-in", "--server", command[1], stdin=subprocess.PIPE)
        code = await code_of(signing_in)
        await approve(own, f"{service.url}/device?user_code={code}", code)
        async with asyncio.timeout(LOOK_SECONDS):
            assert await signing_in.wait() == 0

        asked = await tutor.run("ask", "prices.py:3")
        assert (asked.status, asked.stderr) == (0, "")
        assert asked.stdout.startswith("Hint 1")

    assert service.query("SELECT email, role FROM course_members") == [(ADA, "student")]
    assert service.query("SELECT slug FROM asks JOIN courses ON courses.id = asks.course_id") == [("py1",)]


async def code_of(signing_in: asyncio.subprocess.Process) -> str:
    """Let the command keep its sign-in in a file, and return the code that it shows."""
    assert signing_in.stdin is not None
    assert signing_in.stdout is not None
    signing_in.stdin.write(b"y\n")
    async with asyncio.timeout(LOOK_SECONDS):
        shown = (await signing_in.stdout.readuntil(b"Ctrl-C stops.\n")).decode()
    (code,) = re.findall(r"Your code is (\S+)\.", shown)
    return str(code)


async def test_o6_a_launch_in_a_page_of_its_own_needs_no_button(
    page: Page, service: Service, platform: LtiPlatform
) -> None:
    """O6: with third-party cookies blocked, a link from the course leads to the page of the course in one step."""
    await page.open(platform.launch_url("course", sub="s-2", email="bob@uni.example"))
    await reach(page, "link", "Open the tutor")
    await page.press("Enter")

    await shows(page, "Python 1")
    assert not any("/lti/open" in url and "ticket" in url for url in page.requests)
    assert service.query("SELECT email, role FROM course_members") == [("bob@uni.example", "student")]


async def test_an_instructor_puts_a_link_into_the_course_in_a_frame(
    page: Page, service: Service, platform: LtiPlatform, tmp_path: Path
) -> None:
    """Deep Linking works in a frame without cookies and without scripts of ours: choose, then send."""
    module = tmp_path / "course.json"
    environment = service_environment(service.data_dir)

    def run(*arguments: str) -> str:
        done = run_command([TUTOR_SERVER, *arguments], tmp_path, environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    document = json.loads(await asyncio.to_thread(run, "courses", "export", "py1"))
    document["modules"] = [{"slug": "loops", "title": "About loops", "statement": "S", "order": 1}]
    module.write_text(json.dumps(document), encoding="utf-8")
    await asyncio.to_thread(run, "courses", "import", str(module))

    teacher = {"sub": "boss", "email": "boss@uni.example", "role": "#Instructor", "deep": "1"}
    await page.open(platform.launch_url("course", frame="1", **teacher))
    await in_frame(page, "button", "About loops")
    await picture(page, "lti-modules")
    await page.press("Tab")
    await page.press("Enter")
    await in_frame(page, "button", "Put it into the course")
    await page.press("Tab")
    await page.press("Enter")
    await in_frame(page, "heading", "Links taken")

    (link,) = (await platform.seen())["links"]
    assert link["custom"] == {"module": "loops"}
