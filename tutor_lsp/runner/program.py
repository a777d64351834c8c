"""Run a student's program once, with limits of time and output, and return how it failed."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_lsp.runner.bounded import CouldNotRun, run_bounded
from tutor_lsp.runner.interpreter import student_interpreter
from tutor_lsp.runner.traceback import exception_line, find_traceback, innermost_frame, innermost_own_frame
from tutor_lsp.runner.values import read_values, with_values_reported

if TYPE_CHECKING:
    from tutor_lsp.runner.supervisor import Report
    from tutor_lsp.runner.traceback import Frame, OwnFrame

TIME_LIMIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The outcome of a run. `traceback` is set if an exception ended it, `timed_out` if the time limit did.

    After a timeout the traceback shows where the program was, if it could be interrupted. `values` are the small values
    on that line, such as `total = 3, n = 0`, or None; the traceback then ends with them as a comment. A comment before
    them says what the student has typed, such as `# typed: '12', 'no'`, if the program ran in a terminal. A negative
    `exit_status` is the signal that ended the program. `output` is the end of its stdout.
    """

    exit_status: int = 0
    traceback: str | None = None
    timed_out: bool = False
    output: str = ""
    values: str | None = None

    @property
    def exception(self) -> str:
        """The traceback's line that names the exception, or an empty string if there is no traceback."""
        return exception_line(self.traceback or "")

    @property
    def asks_for_input(self) -> bool:
        """Whether the program failed only because it read input."""
        return self.exception == "EOFError: EOF when reading a line"

    @property
    def is_interrupted(self) -> bool:
        """Whether Ctrl-C ended the program."""
        return self.exception == "KeyboardInterrupt"

    def frame_in(self, path: Path) -> Frame | None:
        """Return the innermost frame in the file when the program ended, or None."""
        return innermost_frame(self.traceback or "", path)

    def failed_at(self, program: Path) -> OwnFrame | None:
        """Return the innermost frame in any file of the student's own, which may be the program or not, or None."""
        return innermost_own_frame(self.traceback or "", program)


async def run_program(path: Path, *, time_limit: float = TIME_LIMIT_SECONDS) -> RunOutcome:
    """Run a Python file, at an absolute path, in its own folder as `python FILE` does, with stdin closed.

    The program is stopped after `time_limit` seconds. If the task is cancelled or this process is killed, it ends with
    all processes that it has started. Raise `CouldNotRun`.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="ask-tutor-", ignore_cleanup_errors=True) as folder:
            values = Path(folder, "values")
            report = await run_bounded(
                [student_interpreter(), str(path)],
                {"seconds": time_limit, "interrupts": True},
                folder=path.parent,
                environment=with_values_reported(program_environment(), path, values),
            )
            return outcome_of(report, path, values)
    except OSError as error:
        raise CouldNotRun(error.strerror or "it cannot be started") from error


def outcome_of(report: Report, path: Path, values: Path, typed: str | None = None) -> RunOutcome:
    """Return the outcome of a program's run. `values` is the file with the values on the failing line.

    `typed` are the lines that the student has typed, as Python writes them.
    """
    status, timed_out = report["exit_status"], report["timed_out"]
    traceback = find_traceback(report["stderr"]) if status or timed_out else None
    failed_at = None if traceback is None else innermost_own_frame(traceback, path)
    told = None if failed_at is None else read_values(values, failed_at)
    if traceback is not None and typed:
        traceback = f"{traceback}\n# typed: {typed}"
    if failed_at is not None and told is not None:
        traceback = f"{traceback}\n# values on line {failed_at.frame.line + 1}: {told}"
    return RunOutcome(status, traceback, timed_out, report["stdout"], told)


def program_environment() -> dict[str, str]:
    """Return the program's environment: without our variables, with UTF-8 output, and with plots that do not block.

    Output is unbuffered, as on a terminal, so that a stopped program has printed everything that it has written.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUTOR_")}
    environment["PYTHONIOENCODING"] = "utf-8"
    environment["PYTHONUNBUFFERED"] = "1"
    environment["PYTHON_COLORS"] = "0"
    environment.setdefault("MPLBACKEND", "Agg")
    return environment
