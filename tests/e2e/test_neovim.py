"""The plugin in a real Neovim, with the real language server: in local mode, and with a real service."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from typing import TYPE_CHECKING

import pytest

from testing.fake_upstream import FakeUpstream
from testing.fake_upstream.behaviour import Behaviour
from testing.fake_upstream.server import KEY
from testing.long_hints import long_hint
from testing.neovim import NEWER, PLUGIN, LuaFailed, Neovim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from testing.service import Service, SignUp, StartService
    from tests.conftest import RequireProgram

PROGRAM = """\
\"\"\"How far a walk was.\"\"\"


def total(distances):
    \"\"\"Add them up.\"\"\"
    way = 0
    for distance in distances:
        print("🚶", distence)
        way = way + distance
    return way


print(total([1.5, 2.0]))
"""
BAD_LINE = 8
"""The line of the program with the error, counted from 1."""

COMMANDS = (":TutorAsk", ":TutorNext", ":TutorRun", ":TutorStop", ":TutorSignIn", ":TutorSignOut")

LINTER = f"""
vim.diagnostic.set(vim.api.nvim_create_namespace("linter"), 0, {{{{
  lnum = {BAD_LINE - 1}, col = 22, end_lnum = {BAD_LINE - 1}, end_col = 30,
  severity = vim.diagnostic.severity.WARN,
  source = "linter", code = "F821", message = "Undefined name `distence`",
}}}})
"""
"""Lua that adds a linter's diagnostic to the bad line; it begins to the right of the cursor.

Columns are bytes here. In UTF-16, which Neovim 0.10 uses with language servers, the column is 20.
"""

MENU = """
vim.ui.select = function(items, options, choose)
  titles = vim.iter(items):map(function(item) return (options.format_item(item)) end):totable()
  choose(items[1], 1)
end
vim.lsp.buf.code_action()
"""
"""Lua that replaces Neovim's menu: the first code action is chosen, as a student would."""


on_both_versions = pytest.mark.parametrize("program", ["nvim", str(NEWER)], ids=["Debian's", "0.11"], indirect=True)


@pytest.fixture
def program(require_program: RequireProgram, request: pytest.FixtureRequest) -> str:
    """Return the path of Neovim: the one on PATH, unless a test's parameter names another."""
    return require_program(getattr(request, "param", "nvim"))


@pytest.fixture
def empty_nvim(program: str, tmp_path: Path) -> Iterator[Neovim]:
    """Return a Neovim in local mode, without a file."""
    with Neovim(program, tmp_path) as nvim:
        yield nvim


@pytest.fixture
def nvim(empty_nvim: Neovim) -> Neovim:
    """Return a Neovim in local mode, on the bad line of a program that a linter has complained about."""
    empty_nvim.open("walk.py", PROGRAM, line=BAD_LINE)
    empty_nvim.lua(LINTER)
    return empty_nvim


FIRST_FOLD = "return vim.api.nvim_win_call(hint_window(), function() return vim.fn.foldtextresult(1) end)"
"""Lua code that returns the first line of the answer as it is shown, if it is folded."""


@on_both_versions
def test_ask_tutor_is_chosen_from_the_menu_and_its_answer_streams(nvim: Neovim) -> None:
    """The code action is in Neovim's menu; its answer is streamed, complete, and about the linter's diagnostic."""
    nvim.lua(MENU)
    end = nvim.answer()
    assert nvim.lua("return titles") == ["Ask tutor"]
    assert end["reason"] == "completed"
    deltas = nvim.deltas(end["askId"])
    assert len(deltas) > 1
    assert nvim.lua("return hints()") == "".join(deltas).rstrip()
    assert "distence" in "".join(deltas)
    assert nvim.lua("return title()") == "Hint 1 · question"


@on_both_versions
def test_asking_again_gives_the_next_hint_below_the_first(nvim: Neovim) -> None:
    """`:TutorAsk`, then Enter in the answer, gives hint 2 below hint 1, even after edits above the line."""
    nvim.command("TutorAsk")
    first = "".join(nvim.deltas(nvim.answer()["askId"])).rstrip()
    code = nvim.lua("return vim.fn.bufnr('walk.py')")
    nvim.lua(f"vim.api.nvim_buf_set_lines({code}, 0, 0, false, {{ '# A remark.', '' }})")
    nvim.press("<CR>")
    second = "".join(nvim.deltas(nvim.answer(2)["askId"])).rstrip()
    assert nvim.lua("return hints()") == f"{first}\n\n{second}"
    assert nvim.lua("return title()") == "Hint 2 · concept"
    started = nvim.lua("return all_heard('tutor/answer/didStart')")
    assert [one["params"]["range"]["start"]["line"] for one in started] == [BAD_LINE - 1, BAD_LINE + 1]


@on_both_versions
def test_earlier_hints_are_folded_to_a_line(nvim: Neovim) -> None:
    """Above the newest hint each earlier one is one line with its name and beginning; `zo` opens it."""
    nvim.command("TutorAsk")
    first = "".join(nvim.deltas(nvim.answer()["askId"]))
    for number in (2, 3):
        nvim.press("<CR>")
        nvim.answer(number)
    shown = nvim.lua(
        "return vim.api.nvim_win_call(hint_window(), function()"
        "  local lines, row = {}, 1"
        "  while vim.fn.foldclosed(row) > 0 do"
        "    table.insert(lines, vim.fn.foldtextresult(row))"
        "    row = vim.fn.foldclosedend(row) + 1"
        "  end"
        "  vim.cmd('normal! ggzo')"
        "  return { lines, vim.fn.foldclosed(1) }"
        "end)"
    )
    lines, fold = shown
    assert [line.partition(": ")[0] for line in lines] == ["+ Hint 1 · question", "+ Hint 2 · concept"]
    assert lines[0].partition(": ")[2] == first.split("\n")[0].replace("`", "").replace("*", "")
    assert fold == -1


@on_both_versions
def test_a_question_at_the_line_is_about_its_answer(nvim: Neovim) -> None:
    """`:TutorAsk` with a question at the line, or in the answer, keeps the level; elsewhere it asks anew."""
    nvim.command("TutorAsk")
    answered = nvim.answer()["answerId"]
    nvim.press("q")
    nvim.command("TutorAsk what is a name?")
    nvim.answer(2)
    assert nvim.lua("return title()") == "Hint 1 · question · same level: you asked a question"
    assert "+ Hint 1 · question" in nvim.lua(FIRST_FOLD)
    nvim.command("TutorAsk why is that so?")
    nvim.answer(3)
    assert nvim.lua("return title()") == "Hint 1 · question · same level: you asked a question"
    nvim.press("<CR>")
    nvim.answer(4)
    assert nvim.lua("return title()") == "Hint 2 · concept"
    nvim.press("q")
    nvim.command("1")
    nvim.command("TutorAsk what is this?")
    end = nvim.answer(5)
    assert "you asked a question" not in nvim.lua("return title()")
    assert end["answerId"] != answered


def test_answer_appears_beside_its_line_and_closes_with_q(nvim: Neovim) -> None:
    """The float opens below the line at the key press, takes the cursor and gives it back.

    The next hint comes even if the window with the code was closed meanwhile.
    """
    nvim.command("vsplit")
    nvim.lua("vim.cmd.TutorAsk() shown = hint_window() ~= nil and vim.bo.filetype")
    assert nvim.lua("return shown") == "markdown"
    nvim.answer()
    assert nvim.lua("return vim.fn.win_screenpos(hint_window())[1]") == BAD_LINE + 1
    nvim.press("q")
    assert nvim.lua("return hint_window()") is None
    assert nvim.lua("return { vim.fn.expand('%:t'), vim.fn.line('.') }") == ["walk.py", BAD_LINE]
    nvim.command("TutorNext")
    nvim.answer(2)
    nvim.command("wincmd p | close | TutorNext")
    nvim.answer(3)
    assert nvim.lua("return title()") == "Hint 3 · structure"


def test_window_may_be_a_split(program: str, tmp_path: Path) -> None:
    """With `window = "split"` the answer has its own window, with the hint's number above it."""
    with Neovim(program, tmp_path, init='require("tutor").setup({ window = "split" })') as nvim:
        nvim.open("walk.py", PROGRAM, line=BAD_LINE)
        nvim.command("TutorAsk")
        nvim.answer()
        assert nvim.lua("return vim.api.nvim_win_get_config(hint_window()).relative") == ""
        assert "Hint 1 · question" in nvim.lua("return vim.wo[hint_window()].winbar")


@on_both_versions
def test_bare_configuration_of_the_language_server_is_enough(program: str, tmp_path: Path) -> None:
    """Without `setup`, `vim.lsp.enable("tutor")` (0.11) or `vim.lsp.start` (0.10) with `lsp/tutor.lua` is enough."""
    init = f"""
    if vim.lsp.enable then
      vim.lsp.enable("tutor")
    else
      vim.api.nvim_create_autocmd("FileType", {{
        pattern = "python",
        callback = function() vim.lsp.start(dofile("{PLUGIN}/lsp/tutor.lua")) end,
      }})
    end
    """
    with Neovim(program, tmp_path, init=init) as nvim:
        nvim.open("walk.py", PROGRAM, line=BAD_LINE)
        nvim.command("TutorAsk")
        assert nvim.answer()["reason"] == "completed"
        assert nvim.lua("return title()") == "Hint 1 · question"


def test_question_about_selected_lines_goes_along(nvim: Neovim) -> None:
    """`:[range]TutorAsk question` asks about the linter's diagnostic in the range."""
    nvim.command("4,9TutorAsk why does this stop?")
    nvim.answer()
    started = nvim.lua("return all_heard('tutor/answer/didStart')")
    character = {"utf-8": 22, "utf-16": 20}[nvim.lua("return vim.lsp.get_clients()[1].offset_encoding")]
    assert started[0]["params"]["range"]["start"] == {"line": BAD_LINE - 1, "character": character}


def test_stop_before_anything_has_come_counts_nothing(nvim: Neovim) -> None:
    """`:TutorStop` right after `:TutorAsk` does not use up the hint level."""
    nvim.lua("vim.cmd.TutorAsk() vim.cmd.TutorStop()")
    assert nvim.until("hints() ~= '' and hints()") == "Stopped. Enter, or :TutorAsk, asks again."
    assert nvim.lua("return keys()") == "Enter ask again · q close"
    nvim.command("TutorAsk")
    nvim.answer()
    assert nvim.lua("return title()") == "Hint 1 · question"


def test_language_server_that_dies_is_started_again(nvim: Neovim) -> None:
    """After a crash the status says so, the next ask starts a new language server, and quitting ends it."""
    assert nvim.lua("return require('tutor').status()") == "Tutor (local)"
    (server,) = nvim.servers()
    os.kill(server, signal.SIGKILL)
    nvim.until("require('tutor').status() == 'Tutor: stopped'")
    nvim.command("TutorAsk")
    nvim.until("title():match('^Hint 1')")
    nvim.quit()


def test_missing_language_server_is_named_where_the_answer_would_be(program: str, tmp_path: Path) -> None:
    """Only absolute folders of PATH are searched, so that no program in the student's folder is started."""
    impostor = tmp_path / "tutor-lsp"
    impostor.write_text("#!/bin/sh\ntouch started\n", encoding="utf-8")
    impostor.chmod(0o755)
    with Neovim(program, tmp_path, PATH="/usr/bin:/bin:.") as nvim:
        nvim.lua("vim.bo.filetype = 'python' vim.cmd.TutorAsk()")
        assert "tutor-lsp was not found on PATH" in nvim.lua("return hints()")
    assert not (tmp_path / "started").exists()


def test_option_that_does_not_exist_is_an_error(empty_nvim: Neovim) -> None:
    """A misspelt option and a wrong value are each named in the error."""
    with pytest.raises(LuaFailed, match="there is no option `colour`"):
        empty_nvim.lua("require('tutor').setup({ colour = 'red' })")
    with pytest.raises(LuaFailed, match="the option `window` must be"):
        empty_nvim.lua("require('tutor').setup({ window = 'tab' })")


@on_both_versions
def test_help_and_health_check(empty_nvim: Neovim) -> None:
    """`:help` finds every command, its tags are up to date, and `:checkhealth tutor` reports no fault."""
    for topic in ("tutor", *COMMANDS, "tutor.setup()"):
        empty_nvim.command(f"help {topic}")
        assert empty_nvim.lua("return vim.fn.expand('%:p')") == str(PLUGIN / "doc" / "tutor.txt")
    tags = (PLUGIN / "doc" / "tags").read_text(encoding="utf-8").splitlines()
    targets = re.findall(r"(?<!\S)\*(\S+)\*(?!\S)", (PLUGIN / "doc" / "tutor.txt").read_text(encoding="utf-8"))
    assert [tag.split("\t")[0] for tag in tags] == sorted(targets)
    empty_nvim.command("checkhealth tutor")
    report = empty_nvim.lua("return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')")
    assert "language server 0.1.0" in report
    assert "ERROR" not in report


def test_without_an_account_the_refusal_stands_in_the_answers_place(program: str, tmp_path: Path) -> None:
    """If nobody is signed in, the refusal is shown in the place of the answer."""
    with Neovim(program, tmp_path, TUTOR_SERVER_URL="http://127.0.0.1:9") as nvim:
        nvim.open("walk.py", PROGRAM, line=BAD_LINE)
        assert nvim.lua("return require('tutor').status()") == "Tutor: signed out"
        nvim.command("TutorAsk")
        end = nvim.answer()
        assert end["reason"] == "refused"
        assert nvim.lua("return hints()") == (f"{end['message']} Here: s, or :TutorSignIn; your question then goes on.")
        assert nvim.lua("return keys()") == "Enter ask again · s sign in · l answer on this computer · q close"


@on_both_versions
async def test_answer_of_a_service_is_followed_and_stopped(
    program: str, tmp_path: Path, start_service: StartService, sign_up: SignUp
) -> None:
    """A long answer is scrolled to its end while it grows, and `<C-c>` stops it without losing its text.

    If the service is killed during the next answer, the title says so, and Neovim can still be quit.
    """
    async with FakeUpstream() as upstream:
        upstream.default = Behaviour(text=long_hint(300).replace(". ", ".\n\n"), token_seconds=0.02)
        settings = {"TUTOR_LLM_PROVIDERS": "anthropic", "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": upstream.url}
        async with start_service(**settings) as service:
            student = await sign_up(service)
            environment = {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token}
            await asyncio.to_thread(_follow_stop_and_lose, program, tmp_path, environment, service)
        assert [call.closed_by for call in upstream.calls] == ["client", "client"]
        assert "Undefined name" in json.dumps(upstream.calls[0].body)


def _follow_stop_and_lose(program: str, folder: Path, environment: dict[str, str], service: Service) -> None:
    with Neovim(program, folder, **environment) as nvim:
        nvim.open("walk.py", PROGRAM, line=BAD_LINE)
        nvim.lua(LINTER)
        nvim.command("TutorAsk")
        nvim.until("vim.fn.line('w0', hint_window()) > 1")  # The answer is longer than the float.
        assert nvim.lua("return vim.fn.line('w$', hint_window()) == vim.fn.line('$', hint_window())")
        assert nvim.lua("return title()") == "Hint 1 · question"
        nvim.press("<C-c>")
        end = nvim.answer()
        assert (end["reason"], end["code"]) == ("cancelled", "CANCELLED")
        text = "".join(nvim.deltas(end["askId"])).rstrip()
        assert nvim.lua("return hints()") == f"{text}\n\nStopped. Enter, or :TutorAsk, asks again."
        assert nvim.lua("return require('tutor').status()") == "Tutor"

        started = nvim.lua("return #heard")
        nvim.command("TutorNext")
        nvim.until(f"heard[#heard].method == 'tutor/answer/didUpdate' and #heard > {started}")
        service.process.kill()
        assert (
            nvim.until("title():match('Reconnecting') and title()")
            == "Hint 1 · question · Connection lost. Reconnecting…"
        )
        nvim.quit()
