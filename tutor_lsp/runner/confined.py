"""Run a command in a copy of the student's folder, confined to the copy and within bounds."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_lsp.runner.bounded import run_bounded
from tutor_lsp.runner.confinement import MEANS
from tutor_lsp.runner.program import program_environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_lsp.runner.confinement import Options
    from tutor_lsp.runner.folder_copy import CopiedFolder
    from tutor_lsp.runner.supervisor import Bounds, Report

OUTPUT_BYTES = 8 * 1024**2
MEMORY_BYTES = 1024**3
DATA_BYTES = 2 * 1024**3
"""The memory that one process can allocate, used or not. It is more than the memory that all may use together."""
FILE_BYTES, FOLDER_BYTES = 64 * 1024**2, 128 * 1024**2
TASKS = 64
"""The maximum number of processes and threads together."""

_CONFINEMENT = str(Path(__file__).resolve().with_name("confinement.py"))
_TEMPORARY = ("TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "MPLCONFIGDIR")
"""Environment variables that name folders in which programs write without being told to."""


@dataclass(frozen=True, slots=True)
class ConfinedRun:
    """The supervisor's report on a confined run, and the means of `confinement` that held."""

    report: Report
    means: tuple[str, ...]


def bounds_of(copied: CopiedFolder, seconds: float) -> Bounds:
    """Return the bounds of a confined run of at most `seconds`."""
    return {
        "seconds": seconds,
        "output_bytes": OUTPUT_BYTES,
        "memory_bytes": MEMORY_BYTES,
        "tasks": TASKS,
        "folder": str(copied.place),
        "folder_bytes": FOLDER_BYTES,
    }


async def run_confined(
    command: Sequence[str], copied: CopiedFolder, folder: Path, *, seconds: float, means: Sequence[str] = MEANS
) -> ConfinedRun:
    """Run a command in a folder of the copy, with stdin closed. It can write below `copied.place` only.

    `means` are the means of confinement that may be used. If the task is cancelled, all processes of the run end. Raise
    `CouldNotRun`.
    """
    temporary, told = copied.place / "temporary", copied.place / "means"
    temporary.mkdir(exist_ok=True)
    options: Options = {
        "writable": [str(copied.place)],
        "data_bytes": DATA_BYTES,
        "file_bytes": FILE_BYTES,
        "tasks": TASKS,
        "means": list(means),
        "told": str(told),
    }
    report = await run_bounded(
        [sys.executable, "-I", "-S", _CONFINEMENT, json.dumps(options), *command],
        bounds_of(copied, seconds),
        folder=folder,
        environment=program_environment() | dict.fromkeys(_TEMPORARY, str(temporary)),
    )
    return ConfinedRun(report, _means_in(told))


def _means_in(told: Path) -> tuple[str, ...]:
    try:
        held = json.loads(told.read_text(encoding="ascii"))
    except (OSError, ValueError):  # The student's program can change the file.
        return ()
    return tuple(str(mean) for mean in held if mean in MEANS) if isinstance(held, list) else ()
