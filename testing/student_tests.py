"""Functions that write a student's program with its tests, and run the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_lsp.runner.found_tests import find_tests
from tutor_lsp.runner.tests import TimeLimits, run_tests

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tutor_lsp.runner.results import RunOfTests

PROGRAM = "rotate.py"


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files into a folder, and return the path of the program among them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / PROGRAM


async def run_of(folder: Path, files: Mapping[str, str], *, limits: TimeLimits | None = None) -> RunOfTests:
    """Write files into a folder, run the tests of the program among them, and return the results."""
    program = written(folder, files)
    return await run_tests(program, find_tests(program), limits=limits or TimeLimits(run=60, test=30))


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder with what they hold."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
