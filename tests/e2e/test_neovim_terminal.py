"""Neovim in a terminal, by keyboard: the tests read the screen through tmux."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from testing.neovim import PLUGIN
from testing.tmux import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RequireProgram

CODE = "age = 7\nprint('next year: ' + age)\nprint('done')\n"
INIT = f"""
vim.g.loaded_python3_provider = 0
vim.opt.runtimepath:prepend("{PLUGIN}")
vim.o.laststatus = 2
vim.o.statusline = "%f %{{v:lua.require'tutor'.status()}}"
vim.diagnostic.config({{ virtual_text = true }})
require("tutor").setup({{}})
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a student's program and configuration."""
    (tmp_path / "init.lua").write_text(INIT, encoding="utf-8")
    (tmp_path / "age.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def test_five_hints_by_keyboard(require_program: RequireProgram, folder: Path) -> None:
    """The float is below the line, shows hint number and keys, and leaves nothing on the screen once it is closed."""
    command = (require_program("nvim"), "--clean", "-u", "init.lua", "+2", "age.py")
    with Terminal(require_program("tmux"), folder, *command) as terminal:
        terminal.until(r"age\.py Tutor \(local\)")
        # Neovim shows the tutor's own diagnostic beside the line.
        terminal.until(r"print\('next year: ' \+ age\) +. TypeError")
        terminal.press(":TutorAsk", "Enter")
        # Waiting for the last words, too, ensures that the screen is completely drawn.
        screen = terminal.until(r"line 2(?s:.)*or a sum(?s:.)*Enter next hint · q close")
        code = next(number for number, line in enumerate(screen) if "print('next year: '" in line)
        assert "Hint 1 · question" in screen[code + 1]
        coloured = "\n".join(terminal.screen(colours=True))
        # Code in the hint is highlighted, and its backticks are hidden.
        assert re.search(r"\x1b\[[\d;]*m\s*print", coloured)
        assert "`" not in "\n".join(screen[code + 2 :])
        for level in (2, 3, 4, 5):
            terminal.press("Enter")
            terminal.until(rf"Hint {level} · (?s:.)*Enter {'next hint' if level < 5 else 'ask again'}")
        terminal.until(r"str\(age\)")
        terminal.press("q")
        terminal.until(r"\A(?!(?s:.)*(?:Hint|─))(?s:.)*print\('done'\)")
        terminal.press(":qa!", "Enter")
        assert terminal.has_ended()
