"""Functions that run student programs and find the processes that they leave behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tutor_lsp.runner.program import RunOutcome, run_program

ENDLESS = "open('begun', 'w').close()\nwhile True:\n    pass\n"
needs_posix = pytest.mark.skipif(os.name != "posix", reason="Windows cannot interrupt a program")
needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")


async def run(folder: Path, code: str, *, time_limit: float = 20) -> RunOutcome:
    """Write this code to a file and run it."""
    path = folder / "main.py"
    path.write_text(code, encoding="utf-8")
    return await run_program(path, time_limit=time_limit)


def running_in(folder: Path) -> dict[int, str]:
    """Return the processes whose working directory is this folder, as command lines by process id (Linux)."""
    found = {}
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and (process / "cwd").readlink() == folder:
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found
