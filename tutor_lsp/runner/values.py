"""Read the small values on the line where a program failed.

The student's Python loads `at_start_of_program/sitecustomize.py` first, which writes the values to a temporary file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_lsp.runner.traceback import OwnFrame

_AT_START = Path(__file__).resolve().with_name("at_start_of_program")
_MAX_BYTES = 4 * 1024
_MAX_VALUES = 8


def with_values_reported(environment: Mapping[str, str], program: Path, values: Path) -> dict[str, str]:
    """Return the environment in which a failing program's Python writes the values to the file `values`.

    The program itself sees the original environment.
    """
    return {**environment, **reporting_variables(environment, program, values)}


def reporting_variables(environment: Mapping[str, str], program: Path, values: Path) -> dict[str, str]:
    """Return the variables to add to an environment, so that a failing program's values are written to a file."""
    if os.pathsep in str(_AT_START):  # PYTHONPATH cannot contain a folder with the separator in its name.
        return {}
    path = environment.get("PYTHONPATH")
    return {
        "PYTHONPATH": os.pathsep.join([str(_AT_START), path] if path else [str(_AT_START)]),
        "TUTOR_PROGRAM": str(program),
        "TUTOR_VALUES_FILE": str(values),
    }


def read_values(file: Path, failed_at: OwnFrame) -> str | None:
    """Return the values on the line where the program failed, such as `total = 3, n = 0`, or None if none are known."""
    if not file.is_file():
        return None
    with file.open("rb") as told:
        place, *values = told.read(_MAX_BYTES).decode("utf-8", "replace").split("\n")
    if place != f"{failed_at.frame.line + 1} {failed_at.path}" or not values:
        return None
    return ", ".join(values[:_MAX_VALUES])
