"""Run one command within bounds, and kill it when its caller is gone.

It is a script, `python -I -S …/supervisor.py BOUNDS COMMAND…`, in a process of its own, so that neither a flood of
output nor the death of the language server affects it. `BOUNDS` is a JSON object (`Bounds`). The caller holds the
other end of the script's stdin. Once that is closed, because the run is cancelled or the caller has died, the command
and all processes that it has started are killed. Otherwise the script writes to stdout, as one JSON object (`Report`),
how the command ended.

Only this module, `confinement`, `editor_process` and `file_lock` make POSIX calls. This one has a Windows
implementation.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import IO, TypedDict

KEPT_BYTES = 64 * 1024
"""The maximum number of bytes of stdout, and of stderr, that are kept. The end is kept, since it has the traceback."""
INTERRUPT_SECONDS = 1.0
"""Seconds after the time limit in which an interrupted command can print its traceback before it is killed."""
READ_SECONDS = 1.0
"""Seconds to wait for the rest of the output. A process that has left the group may keep the pipe open for longer."""
POLL_SECONDS = 0.03
"""Seconds between two looks at what the command uses."""
FOLDER_SECONDS = 0.3
"""Seconds between two looks at the size of the folder, which take longer."""
KILL_SECONDS = 2.0
"""Seconds in which processes that have left the process group are found and killed."""
SUBREAPER = 36
"""`PR_SET_CHILD_SUBREAPER` of prctl(2)."""


class Bounds(TypedDict, total=False):
    """What the command may use. Without a bound in `output_bytes` to `folder_bytes`, only the time is limited.

    `memory_bytes` and `tasks` (processes and threads) are of all processes together, and are watched on Linux only.
    """

    seconds: float
    interrupts: bool
    """Whether the command is interrupted as by Ctrl-C at the time limit, so that it prints where it was."""
    output_bytes: int
    memory_bytes: int
    tasks: int
    folder: str
    """The folder whose size is bounded by `folder_bytes`."""
    folder_bytes: int


class Report(TypedDict, total=False):
    """The outcome of the command: only `failure` if the command could not be started, else all other fields."""

    failure: str
    exit_status: int
    """The exit status of the command. A negative one is the signal that ended it."""
    timed_out: bool
    exceeded: str
    """The bound at which the command was killed: `seconds`, `output_bytes` …, or an empty string."""
    stdout: str
    stderr: str


class OutputTail:
    """Reads a pipe until its end, counts the bytes, and keeps the last `KEPT_BYTES`."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.size = 0
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
            self.size += len(chunk)


def supervise(command: list[str], bounds: Bounds) -> Report:
    """Run a command with its stdin closed, and return the report on it.

    The command is killed when it exceeds a bound, or when our own stdin is closed.
    """
    is_watched = "tasks" in bounds
    if is_watched:
        _adopt_orphans()
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
    threading.Thread(target=_hold_lifeline, args=(process, is_watched), daemon=True).start()
    outputs = [OutputTail(process.stdout), OutputTail(process.stderr)]
    try:
        exceeded = _wait(process, outputs, bounds)
        if exceeded == "seconds" and bounds.get("interrupts"):
            _interrupt(process)
    finally:
        _kill(process, with_orphans=is_watched)
    exit_status = process.wait()
    stdout, stderr = (output.text() for output in outputs)
    return {
        "exit_status": exit_status,
        "timed_out": exceeded == "seconds",
        "exceeded": exceeded,
        "stdout": stdout,
        "stderr": stderr,
    }


def _wait(process: subprocess.Popen[bytes], outputs: list[OutputTail], bounds: Bounds) -> str:
    """Wait for the command, and return the bound that it exceeds, or an empty string if it ends before."""
    started = time.monotonic()
    end, next_look = started + bounds["seconds"], started + FOLDER_SECONDS
    is_bounded = "output_bytes" in bounds or "tasks" in bounds
    while True:
        left = end - time.monotonic()
        try:
            process.wait(min(POLL_SECONDS, left) if is_bounded else left)
        except subprocess.TimeoutExpired:
            pass
        else:
            return ""
        if left <= POLL_SECONDS and time.monotonic() >= end:
            return "seconds"
        if sum(output.size for output in outputs) > bounds.get("output_bytes", sys.maxsize):
            return "output_bytes"
        if "tasks" in bounds and (used := _exceeded(bounds)):
            return used
        if "folder" in bounds and time.monotonic() >= next_look:
            if _folder_size(bounds["folder"], bounds["folder_bytes"]) > bounds["folder_bytes"]:
                return "folder_bytes"
            next_look = time.monotonic() + FOLDER_SECONDS


def _exceeded(bounds: Bounds) -> str:
    """Return the bound that the command's processes exceed, or an empty string (Linux; elsewhere nothing is known).

    Pages that processes share after a fork count once for each of them.
    """
    tasks = memory = 0
    for number in _descendants(os.getpid(), bounds["tasks"] + 1):
        with contextlib.suppress(OSError, ValueError, IndexError):
            tasks += len(os.listdir(f"/proc/{number}/task"))  # noqa: PTH208 - avoids importing pathlib
            with open(f"/proc/{number}/statm", encoding="ascii") as pages:  # noqa: PTH123 - avoids importing pathlib
                _, resident, shared, *_ = map(int, pages.read().split())
            memory += (resident - shared) * 4096
    if tasks > bounds["tasks"]:
        return "tasks"
    return "memory_bytes" if memory > bounds.get("memory_bytes", sys.maxsize) else ""


def _descendants(root: int, most: int) -> list[int]:
    """Return at most `most` processes that a process has started, with theirs, from `/proc`; none where it is missing.

    Orphans are children of this process (`_adopt_orphans`).
    """
    found = [root]
    for number in found:
        if len(found) > most:
            break
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{number}/task"):  # noqa: PTH208 - avoids importing pathlib
                with open(f"/proc/{number}/task/{thread}/children", encoding="ascii") as children:  # noqa: PTH123 - avoids importing pathlib
                    found += map(int, children.read().split())
    return found[1:]


def _folder_size(folder: str, most: int) -> int:
    """Return the bytes of a folder's files, or a number above `most` as soon as there are more."""
    size, left = 0, [folder]
    while left and size <= most:
        with contextlib.suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    left.append(entry.path)
                else:
                    size += entry.stat(follow_symlinks=False).st_size
    return size


def _adopt_orphans() -> None:
    """Make this process the parent of processes whose parent ends, so that it finds them (Linux, prctl(2))."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - a run of a program does without

        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def _hold_lifeline(process: subprocess.Popen[bytes], with_orphans: bool) -> None:  # noqa: FBT001 - of a thread
    while os.read(sys.stdin.fileno(), 1):
        pass
    _kill(process, with_orphans=with_orphans)
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


def _kill(process: subprocess.Popen[bytes], *, with_orphans: bool) -> None:
    """Kill the command and all processes that it has started, or those of them that have not left its group."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):  # All have ended, or macOS has only zombies.
            os.killpg(process.pid, signal.SIGKILL)
        if with_orphans:
            _kill_descendants(process)
    elif process.poll() is None:
        taskkill = os.path.join(os.environ["SYSTEMROOT"], "System32", "taskkill.exe")  # noqa: PTH118 - avoids importing pathlib
        subprocess.run([taskkill, "/F", "/T", "/PID", str(process.pid)], check=False, capture_output=True)  # noqa: S603 - the program is a part of Windows
        process.kill()


def _kill_descendants(process: subprocess.Popen[bytes]) -> None:
    """Kill what has left the process group, until nothing is left."""
    end = time.monotonic() + KILL_SECONDS
    while time.monotonic() < end:
        process.poll()
        found = _descendants(os.getpid(), sys.maxsize)
        if not found:
            return
        for number in found:
            with contextlib.suppress(OSError):
                os.kill(number, signal.SIGKILL)
        for number in found:
            if number != process.pid:
                with contextlib.suppress(OSError):  # It is the child of another process, which collects it.
                    os.waitpid(number, os.WNOHANG)
        time.sleep(0.002)


if __name__ == "__main__":
    # A background job of a shell ignores SIGINT, and the command would inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.write(json.dumps(supervise(sys.argv[2:], json.loads(sys.argv[1]))))
    sys.stdout.flush()
    os._exit(0)  # Exit without joining the threads, which may block for ever.
