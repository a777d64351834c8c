"""Runs a program in its own process, with limited processor time, memory and output, and if possible no network.

The programs are those of the benchmark's data, before and after an edit, and the tutor's worked examples.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_lsp.runner.traceback import exception_line, find_traceback, innermost_frame

if TYPE_CHECKING:
    from collections.abc import Mapping

CPU_SECONDS = 2
WALL_SECONDS = 10.0
"""The maximum wall-clock seconds: more than the processor seconds, since other processes may run beside it."""
MEMORY_BYTES = 1024**3
OUTPUT_BYTES = 256 * 1024

_PROGRAM = "program.py"
_START = f"""
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_CPU, ({CPU_SECONDS}, {CPU_SECONDS}))
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY_BYTES}, {MEMORY_BYTES}))
resource.setrlimit(resource.RLIMIT_FSIZE, ({OUTPUT_BYTES}, {OUTPUT_BYTES}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
sys.argv = ["{_PROGRAM}"]
runpy.run_path("{_PROGRAM}", run_name="__main__")
"""
"""Python code that sets the limits and then runs the program."""
_SEED = "import random\nrandom.seed(0)\n"
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
_TRAILING_BLANKS = re.compile(r"[ \t]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended. Runs with equal outcomes are assumed to have the same behaviour.

    `error` is the last line of the traceback, `the time limit`, `exit status N` or `signal N`, or empty for success.
    `output` is stdout without trailing blanks and memory addresses. `line` is the program's innermost line in the
    traceback, and `source` the text of this line. They are not compared, since edits change line numbers.
    """

    error: str = ""
    output: str = ""
    line: int | None = field(default=None, compare=False)
    source: str = field(default="", compare=False)

    @property
    def is_clean(self) -> bool:
        """Whether the program ended without an exception and within its limits."""
        return not self.error

    @property
    def exception(self) -> str:
        """The name of the exception's class, without its module."""
        return self.error.partition(":")[0].rpartition(".")[2]

    def repeats(self, other: Outcome) -> bool:
        """Return whether another run had the same error message, at the same line or at a line with the same text."""
        is_same_place = self.line == other.line or self.source == other.source
        return bool(self.error) and self.error == other.error and is_same_place


def missing(modules: tuple[str, ...]) -> bool:
    """Return whether one of the modules that a program needs is not installed."""
    return any(importlib.util.find_spec(name.partition(".")[0]) is None for name in modules if name.isidentifier())


def imported(code: str) -> tuple[str, ...]:
    """Return the modules that a program imports; none if it does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except SyntaxError:
        return ()
    names: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=parts):
                names += [part.name.partition(".")[0] for part in parts]
            case ast.ImportFrom(module=str(module), level=0):
                names.append(module.partition(".")[0])
    return tuple(names)


def run(code: str, stdin: str = "", files: Mapping[str, str] | None = None) -> Outcome:
    """Run a program in an empty folder, with these files in it, and return its outcome."""
    with tempfile.TemporaryDirectory(prefix="teaching-") as name:
        folder = Path(name)
        for file, text in (files or {}).items():
            (folder / file).write_text(text, encoding="utf-8")
        (folder / _PROGRAM).write_bytes(code.encode("utf-8", "surrogatepass"))
        (folder / "stdin").write_bytes(stdin.encode("utf-8", "surrogatepass"))
        status = _status(folder, _SEED + _START if "random" in code else _START)
        output, errors = ((folder / part).read_bytes().decode("utf-8", "replace") for part in ("stdout", "stderr"))
    return _outcome(status, output, errors)


def _status(folder: Path, start: str) -> int | None:
    """Return the exit status, or None if the program was killed at the end of its wall-clock time."""
    command = [*_without_network(), sys.executable, "-I", "-W", "ignore", "-X", "utf8", "-c", start]
    environment = {"PATH": os.defpath, "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg", "HOME": str(folder)}
    with (
        (folder / "stdin").open("rb") as stdin,
        (folder / "stdout").open("wb") as stdout,
        (folder / "stderr").open("wb") as stderr,
        subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        ) as process,
    ):
        try:
            return process.wait(WALL_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _outcome(status: int | None, output: str, errors: str) -> Outcome:
    shown = _TRAILING_BLANKS.sub("", _ADDRESS.sub("0x", output)).rstrip()
    if status is None or status in (-signal.SIGXCPU, -signal.SIGKILL):
        return Outcome("the time limit")
    if status < 0:
        return Outcome(f"signal {-status}", shown)
    traceback = find_traceback(errors) if status else None
    if traceback is None:
        return Outcome(f"exit status {status}" if status else "", shown)
    frame = innermost_frame(traceback, Path(_PROGRAM))
    error = _ADDRESS.sub("0x", exception_line(traceback)) or "an exception"
    return Outcome(error, shown, frame.line + 1, frame.source) if frame is not None else Outcome(error, shown)


@cache
def _without_network() -> tuple[str, ...]:
    """Return the command that runs a program in an empty network namespace; empty if the system does not allow it."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    command = (unshare, "--map-root-user", "--net", "--")
    done = subprocess.run([*command, sys.executable, "-c", ""], capture_output=True, check=False)
    return command if done.returncode == 0 else ()
