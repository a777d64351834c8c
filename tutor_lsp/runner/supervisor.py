"""Run one command, with limits of time and output, and kill it when its caller is gone.

It is a script, `python -I -S …/supervisor.py SECONDS COMMAND…`, in a process of its own, so that neither a flood of
output nor the death of the language server affects it. The caller holds the other end of the script's stdin. Once that
is closed, because the run is cancelled or the caller has died, the command and all processes that it has started are
killed. Otherwise the script writes to stdout, as one JSON object (`Report`), how the command ended.

Only this module, `editor_process` and `file_lock` make POSIX calls. This one has a Windows implementation.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from typing import IO, TypedDict

KEPT_BYTES = 64 * 1024
"""The maximum number of bytes of stdout, and of stderr, that are kept. The end is kept, since it has the traceback."""
INTERRUPT_SECONDS = 1.0
"""Seconds after the time limit in which an interrupted command can print its traceback before it is killed."""
READ_SECONDS = 1.0
"""Seconds to wait for the rest of the output. A process that has left the group may keep the pipe open for longer."""


class Report(TypedDict, total=False):
    """The outcome of the command: only `failure` if the command could not be started, else all other fields."""

    failure: str
    exit_status: int
    """The exit status of the command. A negative one is the signal that ended it."""
    timed_out: bool
    stdout: str
    stderr: str


class OutputTail:
    """Reads a pipe until its end, and keeps the last `KEPT_BYTES`."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._tail = bytearray()
        self._pipe = pipe
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def text(self) -> str:
        """Return the output read so far, after waiting at most `READ_SECONDS` for its end."""
        self._reader.join(READ_SECONDS)
        return bytes(self._tail).decode("utf-8", "replace")

    def _read(self) -> None:
        while chunk := os.read(self._pipe.fileno(), KEPT_BYTES):
            self._tail = (self._tail + chunk)[-KEPT_BYTES:]


def supervise(command: list[str], seconds: float) -> Report:
    """Run a command with its stdin closed, and return the report on it.

    The command is killed after `seconds`, or when our own stdin is closed.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the caller chooses the command
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # This has no effect on Windows.
        )
    except OSError as error:
        return {"failure": error.strerror or "it cannot be started"}
    assert process.stdout is not None  # noqa: S101 - tells the type checker that it is a pipe
    assert process.stderr is not None  # noqa: S101 - tells the type checker that it is a pipe
    threading.Thread(target=_hold_lifeline, args=(process,), daemon=True).start()
    outputs = [OutputTail(process.stdout), OutputTail(process.stderr)]
    timed_out = False
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        timed_out = True
        _interrupt(process)
    finally:
        _kill(process)
    exit_status = process.wait()
    stdout, stderr = (output.text() for output in outputs)
    return {"exit_status": exit_status, "timed_out": timed_out, "stdout": stdout, "stderr": stderr}


def _hold_lifeline(process: subprocess.Popen[bytes]) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    _kill(process)
    # Wait, because the caller relies on the command having ended before the supervisor ends.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(READ_SECONDS)
    os._exit(1)


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a program as Ctrl-C does, so that it prints a traceback of its current line."""
    if os.name == "posix":
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(INTERRUPT_SECONDS)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the command and all processes that it has started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):  # All have ended, or macOS has only zombies.
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        taskkill = os.path.join(os.environ["SYSTEMROOT"], "System32", "taskkill.exe")  # noqa: PTH118 - avoids importing pathlib
        subprocess.run([taskkill, "/F", "/T", "/PID", str(process.pid)], check=False, capture_output=True)  # noqa: S603 - the program is a part of Windows
        process.kill()


if __name__ == "__main__":
    # A background job of a shell ignores SIGINT, and the command would inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.write(json.dumps(supervise(sys.argv[2:], float(sys.argv[1]))))
    sys.stdout.flush()
    os._exit(0)  # Exit without joining the threads, which may block for ever.
