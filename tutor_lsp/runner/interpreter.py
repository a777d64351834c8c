"""Which Python runs the student's programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = ("python.exe", "python3.exe") if os.name == "nt" else ("python3", "python")
TOOL_MARKS = ("pipx_metadata.json", "uv-receipt.toml")
"""Files by which pipx and uv mark an environment that holds one tool, and none of the student's packages."""


def student_interpreter() -> str:
    """Give the interpreter: our own, which the student or the editor has chosen to start us with.

    Where we were installed as a tool of its own, it is the one that `python3` starts in a terminal, if there is one.
    Nothing in the student's folder is ever looked at: a downloaded assignment must not name what is started.
    """
    if sys.executable and not any(Path(sys.prefix, mark).exists() for mark in TOOL_MARKS):
        return sys.executable
    return interpreter_on_path(os.environ) or sys.executable


def interpreter_on_path(environment: Mapping[str, str]) -> str | None:
    """Find Python in the absolute folders of PATH; on Windows `shutil.which` would look in the current one first."""
    folders = [Path(folder) for folder in environment.get("PATH", "").split(os.pathsep)]
    found = (folder / name for folder in folders if folder.is_absolute() for name in NAMES)
    return next((str(path) for path in found if path.is_file() and os.access(path, os.X_OK)), None)
