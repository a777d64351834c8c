"""A run of a student's program in a terminal of the student's, who types, watches and stops it.

The program is a process of that terminal, and not of the tutor: it has the keyboard, and its output streams. Python
loads `at_start_of_program/sitecustomize.py` first, which writes to files how the program failed, and what was typed.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_lsp.runner.interpreter import student_interpreter
from tutor_lsp.runner.program import RunOutcome, outcome_of
from tutor_lsp.runner.traceback import place_in_words
from tutor_lsp.runner.values import reporting_variables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tutor_lsp.runner.traceback import Frame, OwnFrame

MAX_BYTES = 256 * 1024
"""The maximum number of bytes that are read of a file which the program's process has written."""
TERMINATED = -15
"""The exit status of a program that SIGTERM has ended."""
_STOPPED = frozenset((-1, -2, TERMINATED, 129, 130, 143, 0xC000013A, 0xC000013A - 2**32))
"""Exit statuses after SIGHUP, SIGINT and SIGTERM, as Python and as a shell report them, and after Ctrl-C on Windows."""
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class AttendedRun:
    """What starts a program in a terminal: the command, and the variables to add to the terminal's environment.

    The working directory is the program's folder.
    """

    program: Path
    command: tuple[str, ...]
    variables: Mapping[str, str]
    record: Path
    """The file to which the values of a failing line are written. Others are beside it."""


def attended_run(program: Path, folder: Path) -> AttendedRun:
    """Return what starts a program, at an absolute path, in a terminal. `folder` is an empty one for its record."""
    record = folder / "values"
    variables = {**reporting_variables(os.environ, program, record), "TUTOR_IN_TERMINAL": "1"}
    return AttendedRun(program, (student_interpreter(), str(program)), variables, record)


def outcome_of_attended(run: AttendedRun, exit_status: int | None) -> RunOutcome:
    """Return the outcome of a run that has ended. The status is None if the terminal was closed before.

    A program that was stopped while it waited for input has no traceback, because no line of it is to blame.
    """
    traceback = _ANSI.sub("", _read(run.record.with_name("values.traceback")))
    typed = ", ".join(_read(run.record.with_name("values.typed")).split("\n"))
    status = TERMINATED if exit_status is None else exit_status
    outcome = outcome_of(
        {"exit_status": status or int(bool(traceback)), "timed_out": False, "stdout": "", "stderr": traceback},
        run.program,
        run.record,
        typed,
    )
    failed_at = outcome.failed_at(run.program)
    if outcome.is_interrupted and (failed_at is None or "input(" in failed_at.frame.source):
        return RunOutcome(TERMINATED)
    return outcome


def was_stopped(outcome: RunOutcome) -> bool:
    """Return whether the student has stopped the program: by Ctrl-C, or by closing its terminal."""
    return outcome.is_interrupted or (outcome.traceback is None and outcome.exit_status in _STOPPED)


def how_it_ended(path: Path, outcome: RunOutcome, frame: OwnFrame | Frame | None) -> str:
    """Return a sentence for the student on how a run ended. `frame` is the place of the failure, if it is known."""
    where = place_in_words(frame)
    if was_stopped(outcome):
        return f"{path.name} was stopped{where}."
    if outcome.traceback is not None:
        return f"{path.name} failed{where}: {outcome.exception}"
    if outcome.exit_status:
        return f"{path.name} ended with exit status {outcome.exit_status}."
    return f"{path.name} ran to its end."


def _read(file: Path) -> str:
    with suppress(OSError), file.open("rb") as opened:
        return opened.read(MAX_BYTES).decode("utf-8", "replace")
    return ""
