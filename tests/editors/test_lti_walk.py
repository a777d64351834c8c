"""From the page of a course to a first hint: a platform that is not ours, a real browser, real editors.

A student does at most four things; each is one step below. `pytest --log-cli-level=INFO` shows their durations.
"""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING

import pytest

from testing.account_page import approve
from testing.chromium import chromium, other_tab
from testing.durations import Durations
from testing.launched_course import in_frame, launched_course, shows
from testing.lti_platform import lti_platform
from testing.neovim import PLUGIN, SETUP
from testing.neovim_browser import BROWSER
from testing.tmux import Terminal
from testing.vscode_steps import BAD_LINE, DEVICE_CODE, PROGRAM, ask, open_program
from testing.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from testing.chromium import Page
    from testing.lti_platform import LtiPlatform
    from testing.service import Service
    from testing.vscode import VSCode
    from tests.conftest import RequireProgram
    from tests.editors.conftest import StartVSCode

pytestmark = [pytest.mark.real_time, pytest.mark.timeout(290)]

ADA = "ada@uni.example"
MOST_STEPS = 4
DIALOG = ".monaco-dialog-box"
CONNECT = "[...document.querySelectorAll('a')].find((one) => one.textContent === 'Connect VS Code').href"
INIT = f'vim.g.loaded_python3_provider = 0\nvim.opt.runtimepath:prepend("{PLUGIN}")\n{SETUP}\n'
ASKED = (
    "SELECT email, slug, hint_level FROM asks JOIN users ON users.id = user_id JOIN courses ON courses.id = course_id"
)


@pytest.fixture
def platform() -> Iterator[LtiPlatform]:
    """Yield a course platform on another site than the service: `localhost` instead of an address."""
    with lti_platform("localhost") as running:
        yield running


@pytest.fixture
async def service(platform: LtiPlatform, tmp_path: Path) -> AsyncIterator[Service]:
    """Yield a service with a course at the platform."""
    async with launched_course(platform, tmp_path) as running:
        yield running


@pytest.fixture
async def page(require_program: RequireProgram, platform: LtiPlatform) -> AsyncIterator[Page]:
    """Yield the course's page, with the tutor in a frame, in a browser that blocks third-party cookies."""
    async with chromium(require_program("chromium"), scripts=True, blocks_foreign_cookies=True) as tab:
        await tab.open(platform.launch_url("course", frame="1", sub="s-1", email=ADA))
        await in_frame(tab, "button", f"Continue as {ADA}")
        yield tab


async def go_on(page: Page) -> None:
    """Press the button in the frame, which opens a tab."""
    await page.press("Tab")
    await page.press("Enter")


def check(took: Durations, service: Service) -> None:
    """Check that the student has a first hint in the course after at most four steps, and log their durations."""
    logging.getLogger(__name__).info("durations:\n%s", took)
    assert len(took.seconds) <= MOST_STEPS
    assert service.query(ASKED) == [(ADA, "py1", 1)]


async def test_o6_from_the_course_to_a_hint_in_vscode(start_vscode: StartVSCode, service: Service, page: Page) -> None:
    """O6: in VS Code the steps are: Continue, connect by the link, approve, ask."""
    took = Durations()
    with start_vscode() as editor:
        await asyncio.to_thread(open_program, editor)
        with took.of("continue, in the course's page"):
            await go_on(page)
        async with other_tab(page) as own:
            await shows(own, "Python 1")
            with took.of("connect, by the link"):
                link = await own.evaluate(CONNECT)
                code, address = await asyncio.to_thread(connect, editor, link)
            with took.of("approve, in the browser"):
                await approve(own, f"{service.url}{address}", code)
                await asyncio.to_thread(editor.wait_for, '.notification-toast :text("You are signed in at")')
        with took.of("ask, at the line with the error"):
            await asyncio.to_thread(ask, editor)
            shown = await asyncio.to_thread(editor.until_thread_says, "Next hint")
    assert "Hint 1 · question" in shown
    check(took, service)


def connect(editor: VSCode, link: str) -> tuple[str, str]:
    """Open a link in VS Code, as the system does, and agree. Return the code, and the page that the browser opens.

    The page is a path of the service, since a VS Code in a browser opens it over a proxy of its own.
    """
    editor.run_command("Developer: Open URL")
    editor.wait_for(".quick-input-widget input")
    editor.type(link)
    editor.press("Enter")
    editor.wait_for(f'{DIALOG} :text("to open this URI?")')
    editor.picture("connect-link")
    editor.click(f'{DIALOG} .monaco-button:has-text("Open")')
    editor.wait_for(f'{DIALOG} :text("Connect to the tutor at 127.0.0.1:")')
    editor.picture("connect-agree")
    editor.click(f'{DIALOG} .monaco-button:has-text("Connect")')
    code = editor.until(DEVICE_CODE)
    editor.picture("connect-code")
    asyncio.run(until(lambda: editor.step("popups")))
    (opened,) = editor.step("popups")
    return str(code), opened[opened.index("/device?") :]


async def test_o6_from_the_course_to_a_hint_in_neovim(
    require_program: RequireProgram, tmp_path: Path, service: Service, page: Page
) -> None:
    """O6: in Neovim the steps are: Continue, type the command of the page, approve, ask."""
    took = Durations()
    student = tmp_path / "student"
    student.mkdir()
    (student / "walk.py").write_text(PROGRAM, encoding="utf-8")
    (student / "init.lua").write_text(INIT, encoding="utf-8")
    tmux, nvim = require_program("tmux"), require_program("nvim")
    opener, opened = student / "browser", student / "opened"
    opener.write_text(BROWSER, encoding="utf-8")
    opener.chmod(0o755)
    environment = {
        "BROWSER": f"{opener} %s &",
        "DISPLAY": ":0",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    with took.of("continue, in the course's page"):
        await go_on(page)
    async with other_tab(page) as own:
        await shows(own, "Python 1")
        (command,) = re.findall(r"tutor sign-in --server \S+", " ".join(text for _, text in await own.told()))
        with Terminal(tmux, student, "sh", environment=environment) as terminal:
            with took.of("connect, by the command"):
                code = await asyncio.to_thread(sign_in, terminal, command)
                await until(lambda: opened.exists() and opened.read_text(encoding="utf-8"))
            with took.of("approve, in the browser"):
                await approve(own, opened.read_text(encoding="utf-8"), code)
                await asyncio.to_thread(terminal.until, f"You are signed in as {ADA}")
            with took.of("ask, at the line with the error"):
                terminal.press(f"{nvim} --clean -u init.lua +{BAD_LINE} walk.py", "Enter")
                await asyncio.to_thread(terminal.until, "distence")
                terminal.press(":TutorAsk", "Enter")
                await asyncio.to_thread(terminal.until, r"Hint 1 · question(?s:.)*Enter next hint")
    check(took, service)


def sign_in(terminal: Terminal, command: str) -> str:
    """Type the command, and agree to keep the sign-in in a file. Return the code."""
    terminal.press(command, "Enter")
    terminal.until(r"\[y/N\]")
    terminal.press("y", "Enter")
    (code,) = re.findall(r"Your code is (\S+)\.", "\n".join(terminal.until(r"Your code is \S+\.")))
    return str(code)
