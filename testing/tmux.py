"""A tmux terminal that runs a program. Tests type into it and read its screen, as a student would."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS, ROWS = 100, 30
WAIT_SECONDS = 30
"""Seconds after which a wait fails. They are far more than any wait should need, even on a busy machine."""
POLL_SECONDS = 0.02
PROGRAMS = str(Path(sys.executable).parent)
"""The folder that contains `tutor-lsp`."""


class Terminal:
    """A tmux terminal that runs one command in a folder, within `with`."""

    def __init__(
        self,
        tmux: str,
        folder: Path,
        *command: str,
        columns: int = COLUMNS,
        rows: int = ROWS,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._tmux = (tmux, "-S", "tmux.sock", "-f", os.devnull)
        self._folder = folder
        self._command = command
        self._environment = {
            "PATH": os.pathsep.join((PROGRAMS, os.environ["PATH"])),
            "HOME": str(folder),
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            "TUTOR_DATA_DIR": str(folder / "data"),
            **(environment or {}),
        }
        self._columns = columns
        self._size = ("-x", str(columns), "-y", str(rows))

    def __enter__(self) -> Self:
        self._run("new-session", "-d", *self._size, *self._command)
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run([*self._tmux, "kill-server"], cwd=self._folder, check=False, capture_output=True)

    def press(self, *keys: str) -> None:
        """Type keys, in tmux's notation."""
        self._run("send-keys", *keys)

    def screen(self, *, colours: bool = False) -> list[str]:
        """Return the lines of the screen, with the escape sequences of their colours if `colours` is true."""
        return self._run("capture-pane", "-p", *(["-e"] if colours else [])).split("\n")

    def until(self, pattern: str) -> list[str]:
        """Wait until a pattern matches the screen, and return the screen's lines."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not re.search(pattern, "\n".join(screen := self.screen())):
            assert time.monotonic() < deadline, "\n".join([f"{pattern} never came:", *screen])
            time.sleep(POLL_SECONDS)
        return screen

    def picture(self, name: str) -> None:
        """Save a picture of the screen (SVG) if `TUTOR_TEST_PICTURES` names a folder."""
        folder = os.environ.get("TUTOR_TEST_PICTURES")
        if folder is not None:
            Path(folder).mkdir(parents=True, exist_ok=True)
            shown = Console(record=True, width=self._columns, file=io.StringIO())
            shown.print(Text.from_ansi("\n".join(self.screen(colours=True))))
            shown.save_svg(str(Path(folder, f"terminal-{name}.svg")), title=name)

    def has_ended(self) -> bool:
        """Return whether the command ends within `WAIT_SECONDS`. tmux ends together with it."""
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
