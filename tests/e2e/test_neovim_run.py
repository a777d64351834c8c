"""Running a file from a real Neovim, and the diagnostics that the tutor publishes by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from testing.neovim import Neovim
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import RequireProgram

FAILING = "grades = [7, 9]\nplace = int('2')\n\nprint('🚶', grades[place])\n"
FORESEEN = "age = 7\nprint('next year: ' + age)\n"
OURS = """
return vim.iter(vim.diagnostic.get(0)):map(function(one)
  return { one.source, one.lnum + 1, one.col, one.end_col, one.message }
end):totable()
"""
MESSAGES = "vim.fn.execute('messages')"
BAR = "vim.wo.winbar"
SCREEN = "table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), ' ')"
TERMINALS = """return #vim.iter(vim.api.nvim_list_wins()):filter(function(window)
  return vim.bo[vim.api.nvim_win_get_buf(window)].buftype == 'terminal'
end):totable()"""


@pytest.fixture
def nvim(require_program: RequireProgram, tmp_path: Path) -> Iterator[Neovim]:
    """Return a Neovim in local mode, without a file."""
    with Neovim(require_program("nvim"), tmp_path) as nvim:
        yield nvim


def diagnostics(nvim: Neovim, count: int) -> list[list[Any]]:
    """Wait for so many diagnostics in the buffer; return source, line from 1, bytes and message of each."""
    nvim.until(f"#vim.diagnostic.get(0) == {count}")
    found: list[list[Any]] = nvim.lua(OURS)
    return found


def run_to_its_end(nvim: Neovim, typed: str = "") -> str:
    """Run the file of the buffer, type into its terminal, and return what the terminal's title says at the end."""
    nvim.command("TutorRun")
    nvim.until("vim.bo.buftype == 'terminal'")
    nvim.lua(f"vim.api.nvim_chan_send(vim.bo.channel, {typed!r})")
    return str(nvim.until(f"{BAR}:match('q close') and {BAR}"))


def test_run_shows_the_line_that_fails_and_a_key_asks(nvim: Neovim) -> None:
    """`:TutorRun` saves the file, runs it in a terminal and marks the failed line; h closes that and asks there."""
    nvim.open("grades.py", "", line=1)
    nvim.lua(f"vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split([[{FAILING}]], '\\n', {{ trimempty = true }}))")
    bar = run_to_its_end(nvim)
    assert "h hint · q close" in bar
    assert "grades.py failed at line 4: IndexError: list index out of range" in bar
    nvim.until(f"{SCREEN}:match('IndexError: list index out of range')")
    nvim.press("<C-w>k")
    assert not nvim.lua("return vim.bo.modified")
    assert nvim.lua("return vim.api.nvim_win_get_cursor(0)")[0] == 4
    ((source, line, _, _, message),) = diagnostics(nvim, 1)
    assert (source, line) == ("Ask Tutor", 4)
    assert message == "IndexError: list index out of range\nValues on this line: grades = [7, 9], place = 2"
    nvim.press("<C-w>j")
    nvim.press("h")
    nvim.answer()
    assert nvim.lua(TERMINALS) == 0
    started = nvim.lua("return all_heard('tutor/answer/didStart')[1].params")
    assert started["errorType"] == "runtime"
    assert "Print `place` and the length of `grades`" in nvim.lua("return hints()")


def test_x4_a_program_gets_what_is_typed(nvim: Neovim) -> None:
    """X4: `input()` works in the terminal; `:TutorAsk` from it asks about the failure."""
    nvim.open("share.py", "count = int(input('How many? '))\nprint(60 / count)\n", line=1)
    assert "share.py failed at line 2: ZeroDivisionError" in run_to_its_end(nvim, "0\n")
    nvim.command("TutorAsk")
    nvim.answer()
    assert "count" in nvim.lua("return hints()")


def test_run_shows_the_students_other_file(nvim: Neovim, tmp_path: Path) -> None:
    """If another file of the student's fails, it is opened and marked, and the hint is about it."""
    (tmp_path / "shapes.py").write_text("def area(sides):\n    return sides[0] * sides[1]\n")
    nvim.open("main.py", "import shapes\n\nprint(shapes.area([4]))\n", line=1)
    assert "main.py failed in shapes.py at line 2: IndexError" in run_to_its_end(nvim)
    nvim.press("q")
    assert nvim.lua("return { vim.fn.expand('%:t'), unpack(vim.api.nvim_win_get_cursor(0)) }") == ["shapes.py", 2, 22]
    ((source, line, start, end, _),) = diagnostics(nvim, 1)
    assert (source, line, start, end) == ("Ask Tutor", 2, 22, 30)
    nvim.command("TutorAsk")
    nvim.answer()
    assert "line 2, `return sides[0] * sides[1]`" in nvim.lua("return hints()")
    nvim.press("q")
    nvim.lua("vim.cmd.normal({ vim.keycode('<C-o><C-o>'), bang = true })")
    assert nvim.lua("return vim.fn.expand('%:t')") == "main.py"


def test_an_ask_that_led_to_another_file_goes_there(nvim: Neovim, tmp_path: Path) -> None:
    """After a failure in another file, an ask at the calling line opens the other file beside its answer."""
    (tmp_path / "shapes.py").write_text("def area(sides):\n    return sides[0] * sides[1]\n")
    nvim.open("main.py", "import shapes\n\nprint(shapes.area([4]))\n", line=1)
    run_to_its_end(nvim)
    nvim.press("q")
    assert nvim.lua("return vim.fn.expand('%:t')") == "shapes.py"
    nvim.command("edit +3 main.py")
    nvim.command("TutorAsk")
    nvim.answer()
    shown = (
        "vim.iter(vim.api.nvim_list_wins()):map(function(w) return vim.fn.bufname(vim.fn.winbufnr(w)) end):join(' ')"
    )
    assert nvim.lua(f"return {shown}").endswith("shapes.py tutor://hints")
    nvim.press("<CR>")
    nvim.answer(2)
    started = nvim.lua(
        "return vim.iter(all_heard('tutor/answer/didStart')):map(function(m) return m.params end):totable()"
    )
    assert [one["uri"].rpartition("/")[2] for one in started] == ["shapes.py", "shapes.py"]
    assert nvim.lua("return title()") == "Hint 2 · concept"


def test_what_a_program_prints_is_shown(nvim: Neovim) -> None:
    """The output of a successful run is shown, and the cursor stays; q closes the terminal."""
    nvim.open("hello.py", "x = 1\nprint('hello', 'you')\n", line=2)
    assert "hello.py ran to its end" in run_to_its_end(nvim)
    nvim.until(f"{SCREEN}:match('hello you')")
    nvim.press("h")
    assert nvim.lua(TERMINALS) == 1
    nvim.press("q")
    assert nvim.lua(TERMINALS) == 0
    assert nvim.lua("return vim.api.nvim_win_get_cursor(0)[1]") == 2


def test_x4_an_endless_program_is_stopped(nvim: Neovim) -> None:
    """X4: `:TutorStop` ends a run if no answer is under way, and Ctrl-C does so in the terminal."""
    nvim.open("endless.py", "open('begun', 'w').close()\nprint('begun')\nn = 0\nwhile True:\n    n += 1\n", line=1)
    nvim.command("TutorRun")
    nvim.until("vim.uv.fs_stat('begun')")
    nvim.command("TutorStop")
    nvim.until(f"{BAR}:match('endless.py was stopped')")
    nvim.command("TutorStop")
    nvim.command("TutorRun")
    nvim.until(f"vim.bo.buftype == 'terminal' and {BAR}:match('Ctrl%-C') and {SCREEN}:match('begun')")
    nvim.lua("vim.api.nvim_chan_send(vim.bo.channel, '\\3')")
    nvim.until(f"{BAR}:match('endless.py was stopped at line [45]')")
    nvim.quit()


def test_a_closed_terminal_ends_the_program(nvim: Neovim) -> None:
    """If the student closes the terminal, the program ends; so it does with a new run."""
    nvim.open("endless.py", "import time\nwhile True:\n    time.sleep(60)\n", line=1)
    for close in ("close!", "wincmd k | TutorRun"):
        nvim.command("TutorRun")
        nvim.until(f"vim.bo.buftype == 'terminal' and {BAR}:match('Ctrl%-C')")
        job = nvim.lua("return vim.fn.jobpid(vim.bo.channel)")
        nvim.command(close)
        nvim.until(f"not vim.uv.kill({job}, 0)")
    nvim.quit()


def test_a_buffer_without_a_file_is_not_run(nvim: Neovim) -> None:
    """A buffer that cannot be saved gives Neovim's own error, without a Lua traceback."""
    nvim.lua("vim.bo.filetype = 'python' vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'x = 1' }) vim.cmd.TutorRun()")
    assert "E32: No file name" in nvim.lua(f"return {MESSAGES}")
    assert "stack traceback" not in nvim.lua(f"return {MESSAGES}")


def test_the_tutor_marks_what_is_certain_and_leaves_lines_to_others(nvim: Neovim) -> None:
    """The tutor's own diagnostic is shown unless another program reports the same line."""
    nvim.open("age.py", FORESEEN, line=2)
    message = 'TypeError: can only concatenate str (not "int") to str'
    assert diagnostics(nvim, 1) == [["Ask Tutor", 2, 6, 25, message]]
    linter = "vim.api.nvim_create_namespace('linter')"
    nvim.lua(
        f"vim.diagnostic.set({linter}, 0, {{{{ lnum = 1, col = 6, severity = 1, source = 'linter', message = 'No' }}}})"
    )
    nvim.until("vim.diagnostic.get(0)[1].source == 'linter' and #vim.diagnostic.get(0) == 1")
    nvim.lua(f"vim.diagnostic.reset({linter}, 0)")
    assert diagnostics(nvim, 1) == [["Ask Tutor", 2, 6, 25, message]]


def test_option_turns_its_own_diagnostics_off(require_program: RequireProgram, tmp_path: Path) -> None:
    """With `diagnostics = false` the tutor marks nothing, but bad lines can still be asked about."""
    init = 'require("tutor").setup({ diagnostics = false })'
    with Neovim(require_program("nvim"), tmp_path, init=init) as nvim:
        nvim.open("age.py", FORESEEN, line=2)
        nvim.command("TutorAsk")
        nvim.answer()
        nvim.press("q")
        assert nvim.lua("return #vim.diagnostic.get(0)") == 0


def test_cells_of_a_file_are_asked_about_one_by_one(nvim: Neovim) -> None:
    """Each cell between `# %%` lines has its own hint level."""
    nvim.open("cells.py", "# %%\nx = 1\n\n# %%\ny = x + 1\n", line=2)
    for number, (line, hint) in enumerate(((2, 1), (2, 2), (5, 1)), 1):
        nvim.command(f"edit +{line} cells.py | TutorAsk")
        nvim.answer(number)
        assert nvim.lua("return title()") == f"Hint {hint} · {HintLevel(hint).name.lower()}"
        nvim.press("q")
