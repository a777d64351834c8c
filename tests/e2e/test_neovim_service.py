"""A real Neovim with a real service that crashes, restarts, refuses asks, and requires a sign-in."""

from __future__ import annotations

import asyncio
import os
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from testing.chat_client import connect
from testing.device_page import Browser
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.faults.short_times import PROGRAM
from testing.long_hints import rambling
from testing.neovim import PROGRAMS, WAIT_SECONDS, Neovim
from testing.neovim_browser import BROWSER
from testing.service import Service
from testing.waiting import until
from tutor_lsp.tutors.remote import RECONNECTING

if TYPE_CHECKING:
    from pathlib import Path

    from testing.service import SignUp, StartService, Student
    from tests.conftest import RequireProgram

pytestmark = pytest.mark.real_time

CODE = "total = 0\nfor n in range(3):\n    total += m\nprint(total)\n"
BAD_LINE = 3
WORDS = f"Which name on line 1 has no value yet? {rambling(290)}"
MESSAGES = "vim.fn.execute('messages')"


@pytest.fixture
def program(require_program: RequireProgram) -> str:
    """Return the path of Neovim."""
    return require_program("nvim")


def signed_in(service: Service, student: Student) -> dict[str, str]:
    """Return the environment of a signed-in student's editor."""
    return {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token}


async def test_service_is_killed_in_mid_answer_and_comes_back(program: str, tmp_path: Path, sign_up: SignUp) -> None:
    """After a crash of the service the title says so, shown text stays, and the next ask is answered."""
    async with FakeUpstream() as upstream:
        settings = {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url}
        upstream.default = Behaviour(text=WORDS, token_seconds=0.02)
        first = await asyncio.to_thread(Service, tmp_path, settings, program=PROGRAM)
        student = await sign_up(first)

        def until_killed(nvim: Neovim) -> None:
            nvim.open("sum.py", CODE, line=BAD_LINE)
            nvim.command("TutorAsk")
            nvim.until("hints():match('no value yet')")
            first.kill()
            assert (
                nvim.until("title():match('Reconnecting') and title()") == f"Hint 1 · question · {RECONNECTING.message}"
            )

        def once_back(nvim: Neovim) -> None:
            end = nvim.answer()
            assert (end["reason"], end["code"]) == ("failed", "ANSWER_INTERRUPTED")
            text = nvim.lua("return hints()")
            assert text.startswith("Which name on line 1 has no value yet?")
            assert text.endswith(f"{end['message']} Enter, or :TutorAsk, asks again.")
            assert nvim.lua("return keys()") == "Enter ask again · l answer on this computer · q close"
            nvim.press("<CR>")
            assert nvim.answer(2)["reason"] == "completed"
            text = nvim.lua("return hints()")
            assert "Look at line 3." in text
            assert text.endswith("\n\nAI-generated, can be wrong.")
            assert nvim.lua("return require('tutor').details()").endswith(" messages left today")
            assert nvim.lua("return require('tutor').status()") == "Tutor"
            nvim.quit()

        nvim = Neovim(program, tmp_path, **signed_in(first, student))
        try:
            with nvim:
                await asyncio.to_thread(until_killed, nvim)
                upstream.default = Behaviour(text="Look at line 3.")
                port = urlsplit(first.url).port or 0
                second = await asyncio.to_thread(Service, tmp_path, settings, port=port, program=PROGRAM)
                try:
                    await asyncio.to_thread(once_back, nvim)
                finally:
                    assert await asyncio.to_thread(second.stop) == 0
        finally:
            first.kill()


async def test_place_in_the_queue_is_in_the_title(program: str, tmp_path: Path, sign_up: SignUp) -> None:
    """While the ask waits for a busy model, the title says its place; the answer takes its stead."""
    async with FakeUpstream() as upstream:
        settings = {
            "ANTHROPIC_API_KEY": upstream.key,
            "ANTHROPIC_BASE_URL": upstream.url,
            "TUTOR_LLM_CONCURRENCY": "1",
        }
        upstream.default = Behaviour(token_seconds=1)
        service = await asyncio.to_thread(Service, tmp_path, settings, program=PROGRAM)
        other, student = await sign_up(service), await sign_up(service)

        def until_waiting(nvim: Neovim) -> None:
            nvim.open("sum.py", CODE, line=BAD_LINE)
            nvim.command("TutorAsk")
            assert nvim.until("title():match('Waiting') and title()") == "Hint 1 · question · Waiting: next in line"

        def until_answered(nvim: Neovim) -> None:
            assert nvim.answer()["reason"] == "completed"
            assert "Waiting" not in nvim.lua("return title()")
            nvim.quit()

        try:
            async with connect(service.url, other.access_token) as chat:
                running = await chat.ask()
                await until(lambda: upstream.calls)
                upstream.default = Behaviour(text="Look at line 3.")
                with Neovim(program, tmp_path, **signed_in(service, student)) as nvim:
                    await asyncio.to_thread(until_waiting, nvim)
                    await chat.send({"type": "cancel", "request_id": running})
                    await asyncio.to_thread(until_answered, nvim)
        finally:
            assert await asyncio.to_thread(service.stop) == 0


async def test_rate_limit_is_said_where_the_answer_would_be(
    program: str, tmp_path: Path, start_service: StartService, sign_up: SignUp
) -> None:
    """The refusal of a rate limit names the time of the next ask, below the current hint, without another window."""

    def ask_twice(environment: dict[str, str]) -> None:
        with Neovim(program, tmp_path, **environment) as nvim:
            nvim.open("sum.py", CODE, line=BAD_LINE)
            nvim.command("TutorAsk")
            assert nvim.answer()["reason"] == "completed"
            hint = nvim.lua("return hints()")
            nvim.press("<CR>")
            end = nvim.answer(2)
            assert (end["reason"], end["code"]) == ("refused", "RATE_LIMITED")
            note = nvim.lua("return hints()").removeprefix(hint).strip()
            assert re.fullmatch(rf"{re.escape(end['message'])} Try again in \d+ s\.", note)
            assert nvim.lua("return #vim.api.nvim_list_wins()") == 2
            assert nvim.lua(f"return {MESSAGES}") == ""

    async with start_service(TUTOR_MESSAGES_PER_MINUTE="1") as service:
        await asyncio.to_thread(ask_twice, signed_in(service, await sign_up(service)))


async def test_sign_in_goes_on_with_the_question_that_waited(
    program: str, tmp_path: Path, start_service: StartService, sign_up: SignUp
) -> None:
    """`s` in the float shows page and code of the sign-in; after the approval, the waiting question is answered.

    `:TutorSignOut` ends the sign-in.
    """

    def begin(nvim: Neovim) -> None:
        nvim.open("sum.py", CODE, line=BAD_LINE)
        assert nvim.lua("return require('tutor').status()") == "Tutor: signed out"
        nvim.command("TutorAsk what is m?")
        assert nvim.answer()["reason"] == "refused"
        nvim.press("s")

    def go_on(nvim: Neovim) -> None:
        nvim.until("require('tutor').status() == 'Tutor'")
        nvim.until("said():match('You are signed in')")
        assert nvim.answer(2)["reason"] == "completed"
        assert nvim.lua("return title()") == "Hint 1 · question"
        assert "Sign in" not in nvim.lua("return hints()")
        nvim.command("TutorSignOut")
        nvim.until("require('tutor').status() == 'Tutor: signed out'")
        nvim.quit()

    async with start_service() as service:
        student = await sign_up(service)
        opener = tmp_path / "bin" / "xdg-open"
        opener.parent.mkdir()
        opener.write_text(BROWSER, encoding="utf-8")
        opener.chmod(0o755)
        environment = {
            "PATH": os.pathsep.join((str(opener.parent), PROGRAMS, os.environ["PATH"])),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        init = f'require("tutor").setup({{ server_url = "{service.url}" }})'
        with Neovim(program, tmp_path, init=init, **environment) as nvim:
            await asyncio.to_thread(begin, nvim)
            # `nvim.until` would block Neovim, which must open the browser meanwhile.
            told = "return hints():match('Code (%u+%-%u+)')"
            await until(lambda: nvim.lua(told), seconds=WAIT_SECONDS)
            page, code = (tmp_path / "opened").read_text(encoding="utf-8"), nvim.lua(told)
            browser = Browser(service.url)
            try:
                assert page.startswith(f"{service.url}/device")
                shown = await browser.sign_in(code, student.email, student.password)
                assert "Neovim" in shown.text
                assert (await browser.submit(decision="approve")).title == "Approved"
            finally:
                await browser.close()
            await asyncio.to_thread(go_on, nvim)
        assert service.query("SELECT content FROM chat_messages WHERE role = 'user'") == [("what is m?",)]


def test_a_service_that_is_away_leaves_this_computer(program: str, tmp_path: Path) -> None:
    """If the service is unreachable, `l` lets the offline tutor answer this question and the next hints.

    `:TutorAsk` still asks the service, and `:TutorAsk!` the offline tutor.
    """
    with Neovim(program, tmp_path, TUTOR_SERVER_URL="http://127.0.0.1:9", TUTOR_ACCESS_TOKEN="x") as nvim:
        nvim.open("sum.py", CODE, line=BAD_LINE)
        nvim.command("TutorAsk")
        assert nvim.answer()["reason"] == "failed"
        assert nvim.lua("return keys()") == "Enter ask again · l answer on this computer · q close"
        nvim.press("<CR>")
        assert nvim.answer(2)["reason"] == "failed"
        nvim.press("l")
        assert nvim.answer(3)["provider"] == "offline"
        assert "cannot be reached" not in nvim.lua("return hints()")
        nvim.press("<CR>")
        nvim.answer(4)
        assert nvim.lua("return title()") == "Hint 2 · concept"
        assert nvim.lua("return require('tutor').status()") == "Tutor: offline"
        nvim.press("q")
        nvim.command("TutorAsk!")
        nvim.answer(5)
        assert nvim.lua("return title()") == "Hint 3 · structure"
        nvim.press("q")
        nvim.command("TutorAsk")
        assert nvim.answer(6)["reason"] == "failed"


def test_sign_in_says_that_no_service_is_needed(program: str, tmp_path: Path) -> None:
    """In local mode `:TutorSignIn` says that no service is set; without a Python file the tutor is not started."""
    with Neovim(program, tmp_path) as nvim:
        nvim.command("TutorSignIn")
        assert "Open a Python file first" in nvim.lua(f"return {MESSAGES}")
        nvim.open("sum.py", CODE, line=BAD_LINE)
        nvim.command("TutorSignIn")
        nvim.until("said():match('No tutor service is set')")
