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
"""Files in the environment of a single tool, made by pipx or uv. The student's packages are missing there."""


def student_interpreter() -> str:
    """Return the interpreter for the student's programs: the one that runs this process.

    If the tutor is installed as a tool in its own environment, return the first `python3` on the PATH, if any. The
    student's folder is never searched, because a downloaded assignment must not choose the program to start.
    """
    if sys.executable and not any(Path(sys.prefix, mark).exists() for mark in TOOL_MARKS):
        return sys.executable
    return interpreter_on_path(os.environ) or sys.executable


def interpreter_on_path(environment: Mapping[str, str]) -> str | None:
    """Return the first Python in PATH's absolute folders. On Windows `shutil.which` would search the current folder."""
    folders = [Path(folder) for folder in environment.get("PATH", "").split(os.pathsep)]
    found = (folder / name for folder in folders if folder.is_absolute() for name in NAMES)
    return next((str(path) for path in found if path.is_file() and os.access(path, os.X_OK)), None)
