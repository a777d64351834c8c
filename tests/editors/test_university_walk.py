"""From a service without anything to a student's hint: each step by the documents, in real programs, with its duration.

Operator, identity provider (LemonLDAP::NG), course, roster, and a student who signs in from Neovim and from VS Code.
The commands and settings are those of docs/operations.md and the README. `pytest --log-cli-level=INFO` shows the
durations.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from testing.account_page import approve, follow, heading
from testing.chromium import chromium
from testing.durations import Durations
from testing.lemonldap_provider import lemonldap_provider, sign_in_at_lemonldap
from testing.neovim import PROGRAMS, documented_init
from testing.neovim_browser import BROWSER
from testing.real_identity_provider import SIGN_IN, free_port
from testing.service import RunningService, service_environment
from testing.tmux import Terminal
from testing.vscode import THREAD
from testing.vscode_steps import BAD_LINE, DEVICE_CODE, PROGRAM, ask, open_program, type_address
from testing.waiting import until
from testing.warm_start import TUTOR_SERVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from testing.chromium import Page
    from testing.service import Service
    from testing.vscode import VSCode
    from tests.conftest import RequireProgram
    from tests.editors.conftest import StartVSCode

pytestmark = [pytest.mark.real_time, pytest.mark.timeout(290)]

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
OPERATOR, INSTRUCTOR, STUDENT = "dwho", "rtyler@badwolf.org", "msmith@badwolf.org"
ASKED = (
    "SELECT email, slug, hint_level FROM asks JOIN users ON users.id = user_id JOIN courses ON courses.id = course_id"
)


def section(title: str) -> str:
    """Return a section of the operator's guide."""
    (text,) = re.findall(rf"^## {title}$(.*?)(?=^## )", OPERATIONS, re.MULTILINE | re.DOTALL)
    return str(text)


def settings_of(known: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that the guide says for single sign-on, with the values of this installation."""
    exported = re.findall(r"^\$ export (.*?)(?: {2,}#.*)?$", section("Single sign-on"), re.MULTILINE)
    names = [word.partition("=")[0] for line in exported for word in shlex.split(line.replace("…", "x"))]
    assert set(names) == set(known)
    return {name: known[name] for name in names}


def command(start: str) -> list[str]:
    """Return the arguments of a command of the guide's section on courses."""
    found = re.findall(rf"(?:\$ |`)({re.escape(start)}[^`\n]*)", section("Running courses"))
    return shlex.split(found[0])[1:]


def operate(service: Service, settings: Mapping[str, str], arguments: list[str], folder: Path) -> str:
    """Run a command of the operator beside the service; return what it prints."""
    done = subprocess.run(
        [TUTOR_SERVER, *arguments],
        cwd=folder,
        env=service_environment(service.data_dir, **settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_from_operator_to_hint(
    require_program: RequireProgram, start_vscode: StartVSCode, tmp_path: Path
) -> None:
    """Each step of the documents leads to the next, and both editors show the student a hint of the right course."""
    port, took = free_port(), Durations()
    provider_folder, browser = tmp_path / "provider", require_program("chromium")
    async with lemonldap_provider(require_program("starman"), provider_folder, port) as provider:
        known = provider.settings | {
            "TUTOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "TUTOR_OPERATORS": OPERATOR,
        }
        settings = settings_of(known)
        with took.of("operator: start the service with the identity provider"):
            running = RunningService(tmp_path, settings, port=port)
            service = await running.__aenter__()
        try:
            with took.of("operator: check the settings"):
                checked = await asyncio.to_thread(operate, service, settings, ["check"], tmp_path)
                assert "ok    single sign-on: ready" in checked
            async with chromium(browser) as page:
                with took.of("operator: sign in"):
                    await page.open(f"{service.url}/account")
                    await follow(page, SIGN_IN)
                    await sign_in_at_lemonldap(page, OPERATOR)
                    assert await heading(page) == "Your account"
                    assert service.query("SELECT is_operator FROM users") == [(1,)]
            with took.of("operator: course and roster"):
                added = [INSTRUCTOR if "@" in word else word for word in command("tutor-server courses add")]
                made = await asyncio.to_thread(operate, service, settings, added, tmp_path)
                (tmp_path / "roster.csv").write_text(f"email,role\n{STUDENT},student\n")
                imported = command("tutor-server courses import roster.csv")
                told = await asyncio.to_thread(operate, service, settings, imported, tmp_path)
                assert (made.split()[0], told.splitlines()[0]) == ("cs1", "added: 1")
            async with chromium(browser) as page:
                with took.of("student: Neovim, from the first question to the hint"):
                    await in_neovim(require_program, tmp_path, service, page)
                with took.of("student: VS Code, from its start to the hint"), start_vscode() as editor:
                    code, address = await asyncio.to_thread(begin_in_vscode, editor, service)
                    await approve(page, address, code)
                    await asyncio.to_thread(editor.until_thread_says, "Next hint")
            assert service.query(ASKED) == [(STUDENT, "cs1", 1), (STUDENT, "cs1", 2)]
        finally:
            await running.__aexit__(None, None, None)
    logging.getLogger(__name__).info("durations:\n%s", took)


async def in_neovim(require_program: RequireProgram, folder: Path, service: Service, page: Page) -> None:
    """Ask in Neovim, sign in at the university in the browser, and wait for the hint."""
    opener, opened = folder / "bin" / "xdg-open", folder / "opened"
    opener.parent.mkdir()
    opener.write_text(BROWSER, encoding="utf-8")
    opener.chmod(0o755)
    (folder / "walk.py").write_text(PROGRAM, encoding="utf-8")
    (folder / "init.lua").write_text(documented_init(service.url), encoding="utf-8")
    environment = {
        "PATH": os.pathsep.join((str(opener.parent), PROGRAMS, os.environ["PATH"])),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "TUTOR_DATA_DIR": str(folder / "student"),
    }

    def begin(terminal: Terminal) -> tuple[str, str]:
        terminal.until("distence")
        terminal.press(":TutorAsk", "Enter")
        terminal.until("s sign in")
        terminal.press("s")
        (code,) = re.findall("Code ([A-Z]{4}-[A-Z]{4})", "\n".join(terminal.until("Code [A-Z]{4}-[A-Z]{4}")))
        asyncio.run(until(lambda: opened.exists() and opened.read_text(encoding="utf-8")))
        return code, opened.read_text(encoding="utf-8")

    neovim = (require_program("nvim"), "--clean", "-u", "init.lua", f"+{BAD_LINE}", "walk.py")
    with Terminal(require_program("tmux"), folder, *neovim, columns=80, rows=24, environment=environment) as terminal:
        code, address = await asyncio.to_thread(begin, terminal)
        await page.open(address)
        await page.press("Enter", loads=True)
        await follow(page, SIGN_IN)
        await sign_in_at_lemonldap(page, STUDENT.partition("@")[0])
        await approve(page, address, code)
        await asyncio.to_thread(terminal.until, r"Hint 1 · question(?s:.)*Enter next hint")


def begin_in_vscode(editor: VSCode, service: Service) -> tuple[str, str]:
    """Set the address, ask, and begin to sign in; return the code and the page for the browser."""
    open_program(editor)
    editor.run_command("Ask Tutor: Set the Address of the Tutor Service")
    type_address(editor, service.url)
    editor.press("Enter")
    editor.wait_for('.notification-toast :text("Sign in to ask it")')
    ask(editor)
    editor.until_thread_says("Sign in to your course's tutor first.")
    editor.click(f'{THREAD} p > a:has-text("Sign in")')
    code = editor.until(DEVICE_CODE)
    asyncio.run(until(lambda: editor.step("popups")))
    return code, editor.step("popups")[-1]
