"""Neovim as a student sees it: in a terminal, by keyboard, looked at on the screen (tmux)."""

from __future__ import annotations

import os
import re
import subprocess
import time
from typing import TYPE_CHECKING, Self

import pytest

from tests.e2e.neovim import PLUGIN, PROGRAMS, WAIT_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RequireProgram

COLUMNS, ROWS = 100, 30
CODE = "age = 7\nprint('next year: ' + age)\nprint('done')\n"
INIT = f"""
vim.g.loaded_python3_provider = 0
vim.opt.runtimepath:prepend("{PLUGIN}")
vim.o.laststatus = 2
vim.o.statusline = "%f %{{v:lua.require'tutor'.status()}}"
require("tutor").setup({{}})
"""
POLL_SECONDS = 0.02


class Terminal:
    """A terminal of tmux that runs one command in a folder, between `with`."""

    def __init__(self, tmux: str, folder: Path, *command: str) -> None:
        self._tmux = (tmux, "-S", "tmux.sock", "-f", os.devnull)
        self._folder = folder
        self._command = command
        self._environment = {
            "PATH": os.pathsep.join((PROGRAMS, os.environ["PATH"])),
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "TUTOR_DATA_DIR": str(folder / "data"),
        }

    def __enter__(self) -> Self:
        self._run("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), *self._command)
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run([*self._tmux, "kill-server"], cwd=self._folder, check=False, capture_output=True)

    def press(self, *keys: str) -> None:
        """Type keys, in tmux's notation."""
        self._run("send-keys", *keys)

    def screen(self, *, colours: bool = False) -> list[str]:
        """Give what is on the screen, line by line, with the escape sequences of its colours if wanted."""
        return self._run("capture-pane", "-p", *(["-e"] if colours else [])).split("\n")

    def until(self, pattern: str) -> list[str]:
        """Wait until a pattern is on the screen, and give the screen."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not re.search(pattern, "\n".join(screen := self.screen())):
            assert time.monotonic() < deadline, "\n".join([f"{pattern} never came:", *screen])
            time.sleep(POLL_SECONDS)
        return screen

    def has_ended(self) -> bool:
        """Wait until the command has ended, and tmux with it."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            ended = subprocess.run([*self._tmux, "has-session"], cwd=self._folder, check=False, capture_output=True)
            if ended.returncode != 0:
                return True
            time.sleep(POLL_SECONDS)
        return False

    def _run(self, *arguments: str) -> str:
        return subprocess.run(
            [*self._tmux, *arguments],
            cwd=self._folder,
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
        ).stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a student's program and configuration."""
    (tmp_path / "init.lua").write_text(INIT, encoding="utf-8")
    (tmp_path / "age.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def test_five_hints_by_keyboard(require_program: RequireProgram, folder: Path) -> None:
    """The float stands below its line, says which hint it is and which keys do what, and closes without a trace."""
    command = (require_program("nvim"), "--clean", "-u", "init.lua", "+2", "age.py")
    with Terminal(require_program("tmux"), folder, *command) as terminal:
        terminal.until(r"age\.py Tutor \(local\)")
        terminal.until(r"print\('next year: ' \+ age\) +. TypeError")  # the diagnostic beside the line
        terminal.press(":TutorAsk", "Enter")
        screen = terminal.until(r"Enter next hint · q close")
        code = next(number for number, line in enumerate(screen) if "print('next year: '" in line)
        assert "Hint 1 of 5" in screen[code + 1]
        assert any("line 2" in line for line in screen[code + 2 :])
        coloured = "\n".join(terminal.screen(colours=True))
        assert re.search(r"\x1b\[[\d;]*m\s*print", coloured)  # code in the hint is highlighted, its backticks concealed
        assert "`" not in "\n".join(screen[code + 2 :])
        for level in (2, 3, 4, 5):
            terminal.press("Enter")
            terminal.until(rf"Hint {level} of 5(?s:.)*Enter next hint")
        assert any("str(age)" in line for line in terminal.screen())
        terminal.press("q")
        terminal.until(r"print\('done'\)")
        assert not any("Hint" in line or "─" in line for line in terminal.screen())
        terminal.press(":qa!", "Enter")
        assert terminal.has_ended()
