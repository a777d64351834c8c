"""Choose the Python that runs the student's programs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = ("python.exe", "python3.exe") if os.name == "nt" else ("python3", "python")
TOOL_MARKS = ("pipx_metadata.json", "uv-receipt.toml")
"""Files with which pipx and uv mark an environment that holds one tool, and none of the student's packages."""


def student_interpreter() -> str:
    """Return the interpreter: our own, with which the student or the editor has started us.

    If we are installed as a tool in an environment of our own, it is the `python3` of the PATH, if there is one. The
    student's folder is never searched: a downloaded assignment must not name the program to start.
    """
    if sys.executable and not any(Path(sys.prefix, mark).exists() for mark in TOOL_MARKS):
        return sys.executable
    return interpreter_on_path(os.environ) or sys.executable


def interpreter_on_path(environment: Mapping[str, str]) -> str | None:
    """Return the Python in the absolute folders of PATH. `shutil.which` would search the current folder on Windows."""
    folders = [Path(folder) for folder in environment.get("PATH", "").split(os.pathsep)]
    found = (folder / name for folder in folders if folder.is_absolute() for name in NAMES)
    return next((str(path) for path in found if path.is_file() and os.access(path, os.X_OK)), None)
