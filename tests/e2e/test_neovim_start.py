"""`:TutorStart` in a real Neovim, with an exercise of a real service."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from testing.exercises import REFERENCE, STARTER, store_exercise
from testing.neovim import Neovim

if TYPE_CHECKING:
    from pathlib import Path

    from testing.service import SignUp, StartService
    from tests.conftest import RequireProgram

KEY = "an-admin-key-of-the-tests"
SHOWN = """return vim.iter(vim.api.nvim_list_wins()):map(function(window)
  return vim.fn.fnamemodify(vim.fn.bufname(vim.api.nvim_win_get_buf(window)), ':t')
end):totable()"""
CHOICE = """
offered = nil
vim.ui.select = function(items, options, choose)
  offered = { options.prompt, options.format_item(items[1]) }
  choose(items[1])
end
"""


async def test_an_exercise_is_laid_into_a_folder_and_tested(
    require_program: RequireProgram, start_service: StartService, sign_up: SignUp, tmp_path: Path
) -> None:
    """The student chooses an exercise, sees its statement and its program, edits, tests, and keeps the own file."""
    program = require_program("nvim")

    def start(nvim: Neovim) -> None:
        nvim.open("other.py", "x = 1\n", line=1)
        nvim.lua(CHOICE)
        nvim.command("TutorStart")
        assert nvim.until("offered") == ["Which exercise?", "Rotate a list"]
        nvim.until("vim.fn.expand('%:t') == 'rotate.py'")
        assert sorted(nvim.lua(SHOWN)) == ["rotate.md", "rotate.py"]
        nvim.command("TutorTest")
        nvim.answer()
        assert "`rotate([1, 2, 3], 1)`" in nvim.lua("return hints()")
        nvim.press("q")
        nvim.lua("vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# mine' }) vim.cmd.write()")
        nvim.command("TutorStart rotate")
        nvim.until("vim.fn.execute('messages'):match('stays unchanged')")
        nvim.command("TutorStart dances")
        nvim.until("vim.fn.execute('messages'):match('no such module')")
        nvim.quit()

    async with start_service(TUTOR_ADMIN_KEY=KEY) as service:
        await store_exercise(service, KEY)
        student = await sign_up(service)
        access = {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token}
        with Neovim(program, tmp_path, **access) as nvim:
            await asyncio.to_thread(start, nvim)

    assert (tmp_path / "rotate" / "rotate.py").read_text() == f"# mine\n{STARTER}"
    assert not any(REFERENCE in path.read_text() for path in (tmp_path / "rotate").iterdir() if path.is_file())
