"""All first steps of a new student, as the README describes them: account, editor, sign-in and first hint.

The student creates the account and approves the editor in a real Chromium. If `TUTOR_TEST_PICTURES` names a folder,
screenshots of each step are saved there.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from testing.account_page import approve, make_account, picture
from testing.chromium import chromium
from testing.neovim import NEWER, PROGRAMS, documented_init
from testing.neovim_browser import BROWSER
from testing.service import PASSWORD
from testing.tmux import Terminal
from testing.vscode import THREAD
from testing.vscode_steps import (
    BAD_LINE,
    BAD_LINE_IS_SEEN,
    DEVICE_CODE,
    PROGRAM,
    TOAST,
    ask,
    open_program,
    type_address,
)
from testing.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.chromium import Page
    from testing.service import Service, StartService
    from testing.vscode import VSCode
    from tests.conftest import RequireProgram
    from tests.editors.conftest import StartVSCode

pytestmark = [pytest.mark.real_time, pytest.mark.timeout(240)]

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
ASKED = "SELECT email, asks.hint_level FROM users JOIN asks ON asks.user_id = users.id"
EMAIL = "ada@uni.example"

THEMES = {
    "vs": "Light Modern",
    "vs-dark": "Dark Modern",
    "hc-black": "Dark High Contrast",
    "hc-light": "Light High Contrast",
}
ROOM = {"window.autoDetectColorScheme": False, "workbench.secondarySideBar.defaultVisibility": "hidden"}
"""VS Code settings that let the test choose themes, and hide the side bar to leave room for the code."""
WIDE, NARROW = (1280, 800), (700, 500)


@pytest.fixture
async def service(start_service: StartService) -> AsyncIterator[Service]:
    """Yield a service with default settings, as the README starts it."""
    async with start_service() as running:
        yield running


@pytest.fixture
async def page(require_program: RequireProgram) -> AsyncIterator[Page]:
    """Yield a tab of the student's browser."""
    async with chromium(require_program("chromium")) as tab:
        yield tab


async def with_account(page: Page, service: Service) -> None:
    """Create the account on the page that the README names."""
    (path,) = re.findall(r"http://127\.0\.0\.1:8765(/account/new)\b", README)
    await make_account(page, f"{service.url}{path}", EMAIL, PASSWORD)
    await picture(page, "newcomer")
    # The page shows the URL that the student must enter in the editor.
    assert service.url in [text for _, text in await page.told()]


def command(title: str) -> str:
    """Return a command's title, after checking that the README mentions it."""
    assert f"*{title}*" in README
    return title


def look_at(editor: VSCode, name: str) -> None:
    """Check in a narrow and a wide window that nothing covers the bad line; save screenshots in each theme."""
    themes = THEMES if "TUTOR_TEST_PICTURES" in os.environ else {}
    for width, height in (NARROW, WIDE):
        editor.step("size", width=width, height=height)
        for kind, theme in themes.items():
            editor.choose_theme(theme, kind)
            editor.picture(f"newcomer-{name}-{kind}-{width}")
        assert editor.until(BAD_LINE_IS_SEEN)


async def test_vscode(start_vscode: StartVSCode, service: Service, page: Page) -> None:
    """VS Code: after setting the address and signing in, the waiting ask is answered and the bad line visible."""

    def begin(editor: VSCode) -> tuple[str, str]:
        open_program(editor)
        editor.press("Control+B")
        editor.run_command(command("Ask Tutor: Set the Address of the Tutor Service"))
        type_address(editor, service.url)
        editor.press("Enter")
        editor.wait_for(f'{TOAST} :text("Sign in to ask it")')
        look_at(editor, "1-address")
        ask(editor)
        editor.until_thread_says("Sign in to your course's tutor first.")
        look_at(editor, "2-asked")
        editor.click(f'{THREAD} p > a:has-text("Sign in")')  # High-contrast themes underline links in a paragraph.
        code = editor.until(DEVICE_CODE)
        look_at(editor, "3-sign-in")
        editor.wait_for(f'{TOAST} :text("Signing in: code {code}")')
        asyncio.run(until(lambda: editor.step("popups")))
        return code, editor.step("popups")[-1]

    def end(editor: VSCode) -> None:
        assert "Hint 1 · question" in editor.until_thread_says("Next hint")
        look_at(editor, "4-hint")

    await with_account(page, service)
    with start_vscode(settings=ROOM) as editor:
        code, address = await asyncio.to_thread(begin, editor)
        await approve(page, address, code)
        await asyncio.to_thread(end, editor)
    assert service.query(ASKED) == [(EMAIL, 1)]


@pytest.mark.parametrize("program", ["nvim", str(NEWER)], ids=["Debian's", "0.11"])
async def test_neovim(
    require_program: RequireProgram, tmp_path: Path, service: Service, page: Page, program: str
) -> None:
    """Neovim in 80 by 24: after asking and signing in, the hint appears by itself, beside its line."""
    opener, opened = tmp_path / "bin" / "xdg-open", tmp_path / "opened"
    opener.parent.mkdir()
    opener.write_text(BROWSER, encoding="utf-8")
    opener.chmod(0o755)
    (tmp_path / "walk.py").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "init.lua").write_text(documented_init(service.url), encoding="utf-8")
    environment = {
        "PATH": os.pathsep.join((str(opener.parent), PROGRAMS, os.environ["PATH"])),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }

    def begin(terminal: Terminal) -> tuple[str, str]:
        terminal.until("distence")
        terminal.press(":TutorAsk", "Enter")
        look(terminal, "1-asked", "Enter ask again · s sign in · l answer on this computer · q close ╯")
        terminal.press("s")
        screen = look(terminal, "2-sign-in", "Code [A-Z]{4}-[A-Z]{4}")
        (code,) = re.findall("Code ([A-Z]{4}-[A-Z]{4})", screen)
        asyncio.run(until(lambda: opened.exists() and opened.read_text(encoding="utf-8")))
        return code, opened.read_text(encoding="utf-8")

    def end(terminal: Terminal) -> None:
        look(terminal, "3-hint", r"Hint 1 · question(?s:.)*Enter next hint · q close ╯")

    command = (require_program(program), "--clean", "-u", "init.lua", f"+{BAD_LINE}", "walk.py")
    await with_account(page, service)
    with Terminal(
        require_program("tmux"), tmp_path, *command, columns=80, rows=24, environment=environment
    ) as terminal:
        code, address = await asyncio.to_thread(begin, terminal)
        await approve(page, address, code)
        await asyncio.to_thread(end, terminal)
    assert service.query(ASKED) == [(EMAIL, 1)]


def look(terminal: Terminal, name: str, pattern: str) -> str:
    """Wait until the screen shows a pattern, check that the bad line is visible, and save a screenshot."""
    screen = "\n".join(terminal.until(pattern))
    terminal.picture(f"newcomer-{name}")
    assert "way = way + distence" in screen
    return screen
