"""Run a student's program once, bounded in time and output, to learn how it fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

TIME_LIMIT_SECONDS = 10.0
KEPT_BYTES = 64 * 1024
"""How much of the end of stderr is kept; a traceback stands at the end."""

_TRACEBACK = re.compile(r'^(?:Traceback \(most recent call last\):|  File ".+", line \d+)', re.MULTILINE)
_FRAME = re.compile(r'^\s*File "(?P<file>.+)", line (?P<line>\d+)', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: `traceback` where an exception ended it, `timed_out` where the time limit did."""

    traceback: str | None = None
    timed_out: bool = False

    @property
    def exception(self) -> str:
        """The last line of the traceback, `ZeroDivisionError: division by zero` say; empty without one."""
        return (self.traceback or "").strip().rpartition("\n")[2]

    @property
    def asks_for_input(self) -> bool:
        """Whether the program failed only because nobody was there to type."""
        return self.exception == "EOFError: EOF when reading a line"

    def line_in(self, path: Path) -> int | None:
        """Give the line of the file, counted from 0, that was running when the exception came; None if none was."""
        name = os.path.normcase(path)
        lines = [
            int(frame["line"])
            for frame in _FRAME.finditer(self.traceback or "")
            if os.path.normcase(frame["file"]) == name
        ]
        return lines[-1] - 1 if lines else None


def run_program(path: Path, *, time_limit: float = TIME_LIMIT_SECONDS) -> Outcome:
    """Run a Python file, at an absolute path, with this interpreter in its own folder, stdin closed, output discarded.

    It is stopped after `time_limit` seconds. Raises `OSError` where it cannot be started.
    """
    process = subprocess.Popen(  # noqa: S603 - running the student's own file is what was asked for
        [sys.executable, str(path)],
        cwd=path.parent,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    tail = bytearray()
    # A thread and no more than a moment's wait for it: what the program has started may hold its stderr open for long.
    reader = threading.Thread(target=_read_tail, args=(process.stderr, tail), daemon=True)
    reader.start()
    timed_out = False
    try:
        exit_code = process.wait(time_limit)
    except subprocess.TimeoutExpired:
        timed_out = True
    finally:
        process.kill()
        exit_code = process.wait()
        reader.join(1)
    if timed_out:
        return Outcome(timed_out=True)
    return Outcome(traceback=_traceback(tail.decode("utf-8", "replace")) if exit_code else None)


def _read_tail(stream: BinaryIO, tail: bytearray) -> None:
    with stream:
        while chunk := stream.read1(KEPT_BYTES):  # type: ignore[attr-defined]  # Popen's pipes are BufferedReaders
            tail += chunk
            del tail[:-KEPT_BYTES]


def _environment() -> dict[str, str]:
    """Give the program the environment without our token, with plain UTF-8 on stderr and no window that waits."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUTOR_")}
    environment["PYTHONIOENCODING"] = "utf-8"
    environment["PYTHON_COLORS"] = "0"
    environment.setdefault("MPLBACKEND", "Agg")
    return environment


def _traceback(stderr: str) -> str | None:
    start = _TRACEBACK.search(stderr)
    return stderr[start.start() :].strip() if start else None
