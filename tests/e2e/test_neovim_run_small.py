"""`:TutorRun` in a terminal of 80 by 24: the program, what is typed, the line that fails and the hint (tmux)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.neovim import NEWER, PLUGIN
from testing.tmux import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RequireProgram

SHARE = (
    "".join(f"# above {number}\n" for number in range(12))
    + """\
count = int(input("How many people? "))
price = float(input("The price? "))
print("Each pays", price / count)
"""
)
LINE = 'print("Each pays", price / count)'

pytestmark = pytest.mark.real_time


@pytest.mark.parametrize("program", ["nvim", str(NEWER)], ids=["Debian's", "0.11"])
def test_x4_type_fail_and_ask_by_one_key(require_program: RequireProgram, tmp_path: Path, program: str) -> None:
    """X4: the program has the keyboard; at its end the failed line is in view, and h gives a hint beside it."""
    tmux, neovim = require_program("tmux"), require_program(program)
    setup = f'vim.g.loaded_python3_provider = 0 vim.opt.runtimepath:prepend("{PLUGIN}") require("tutor").setup({{}})'
    (tmp_path / "init.lua").write_text(f"{setup}\n", encoding="utf-8")
    (tmp_path / "share.py").write_text(SHARE, encoding="utf-8")
    name = "old" if program == "nvim" else "new"
    with Terminal(tmux, tmp_path, neovim, "--clean", "-u", "init.lua", "share.py", columns=80, rows=24) as terminal:
        terminal.until("above 1")
        terminal.press(":TutorRun", "Enter")
        terminal.until(r"Ctrl-C stops it(?s:.)*How many people\?")
        terminal.press("0", "Enter")
        terminal.until(r"The price\?")
        terminal.press("90", "Enter")
        terminal.until(r"h hint · q close  share\.py failed at line 15: ZeroDivisionError")
        shown = "\n".join(terminal.until(r"ZeroDivisionError: (?:float )?division by zero(?s:.)*Process exited"))
        assert LINE in shown
        terminal.picture(f"neovim-run-{name}")
        terminal.press("h")
        hint = "\n".join(terminal.until(r"Hint 1 · question(?s:.)*Enter next hint"))
        assert LINE in hint
        assert "Process exited" not in hint
        terminal.picture(f"neovim-run-hint-{name}")
