"""Starts programs of the service from a process that has already imported their modules (`testing/warm_program.py`).

An import of the service takes ten times the processor time of the rest of its start. A program that is not known, or
whose environment changes how Python itself starts, is started as usual; so are all under `cold_starts`, and all
outside of tests.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TUTOR_SERVER = str(Path(sys.executable).with_name("tutor-server"))
WARM_PROGRAM = str(Path(__file__).with_name("warm_program.py"))

COMMAND_SECONDS = 30
AT_START = ("PYTHON", "LD_", "LC_", "FAKETIME", "TZ")
"""Prefixes of variables that the interpreter, the loader or the C library reads when a process starts."""
SETTINGS_OF_PUBLIC_KEYS = ("TUTOR_OIDC_", "TUTOR_LTI_")
"""Prefixes of the settings with which the service imports a library for public keys, and else leaves it out."""


class Process(Protocol):
    """What a started program has in common with `subprocess.Popen`."""

    @property
    def pid(self) -> int:
        """The id of the process."""
        ...

    @property
    def returncode(self) -> int | None:
        """The exit status, or minus the number of the signal, once `poll` or `wait` has seen the end."""
        ...

    @property
    def stderr(self) -> IO[bytes] | None:
        """The pipe from its stderr."""
        ...

    def poll(self) -> int | None:
        """Return the exit status, or None if the program runs."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises `subprocess.TimeoutExpired`."""
        ...

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless the program has ended."""
        ...

    def kill(self) -> None:
        """Kill the program, unless it has ended."""
        ...


class _Starts:
    """Whether programs may be started warm: only in tests, and not in those of the start itself."""

    are_warm = False


def allow_warm_starts() -> None:
    """Let the programs of this process be started warm from now on, where that is possible."""
    _Starts.are_warm = hasattr(os, "pidfd_open")


@contextmanager
def cold_starts() -> Iterator[None]:
    """Start programs as users do, with all imports."""
    kept, _Starts.are_warm = _Starts.are_warm, False
    try:
        yield
    finally:
        _Starts.are_warm = kept


def start_service(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Process:
    """Start a program that serves, with a pipe from its stderr."""
    if (kind := _kind(command, folder, environment)) is None:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    ours, theirs = os.pipe()
    with Path(os.devnull).open("r+b") as nothing, os.fdopen(theirs, "wb") as stderr:
        streams = (nothing.fileno(), nothing.fileno(), stderr.fileno())
        return _warm(kind).start(command, folder, environment, streams, os.fdopen(ours, "rb"))


def run_command(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    typed: str = "",
    seconds: float = COMMAND_SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end. `typed` is the text of its stdin."""
    if (kind := _kind(command, folder, environment)) is None:
        return subprocess.run(
            command,
            input=typed,
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    with TemporaryFile("w+") as stdin, TemporaryFile("w+") as stdout, TemporaryFile("w+") as stderr:
        stdin.write(typed)
        stdin.seek(0)
        streams = (stdin.fileno(), stdout.fileno(), stderr.fileno())
        process = _warm(kind).start(command, folder, environment, streams, None)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        stdout.seek(0)
        stderr.seek(0)
        return subprocess.CompletedProcess(command, status, stdout.read(), stderr.read())


def _kind(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str | None:
    """Return which prepared process can start a program, or None."""
    if not _Starts.are_warm or (folder / ".env").exists():
        return None
    if any(name.startswith(AT_START) for name in environment) or environment.get("LANG") != os.environ.get("LANG"):
        return None
    if command[0] != TUTOR_SERVER:
        return None
    has_public_keys = any(name.startswith(SETTINGS_OF_PUBLIC_KEYS) for name in environment)
    return "service-with-public-keys" if has_public_keys else "service"


class WarmProcess:
    """A program that a prepared process has forked. Its exit status comes over a pipe."""

    def __init__(self, command: Sequence[str], report: IO[bytes], stderr: IO[bytes] | None) -> None:
        self._command = command
        self._report = report
        self._lock = threading.Lock()
        self.pid = int(report.readline())
        self.returncode: int | None = None
        self.stderr = stderr

    def poll(self) -> int | None:
        """Return the exit status, or None if the program runs or another thread waits for it."""
        if self._lock.acquire(blocking=False):
            try:
                self._read_status(0)
            finally:
                self._lock.release()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises `subprocess.TimeoutExpired`."""
        with self._lock:
            self._read_status(timeout)
        if self.returncode is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self._command, timeout)
        return self.returncode

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless the program has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sig)

    def kill(self) -> None:
        """Kill the program, unless it has ended."""
        self.send_signal(signal.SIGKILL)

    def _read_status(self, timeout: float | None) -> None:
        if self.returncode is None and select.select([self._report], [], [], timeout)[0]:
            self.returncode = int(self._report.readline())
            self._report.close()


class _WarmProgram:
    """A prepared process."""

    def __init__(self, kind: str) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", WARM_PROGRAM, kind, str(theirs.fileno())],
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._control = ours
        self._lock = threading.Lock()
        atexit.register(self._end)

    def start(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        streams: tuple[int, int, int],
        stderr: IO[bytes] | None,
    ) -> WarmProcess:
        """Start the program with these standard streams."""
        request = {"command": list(command), "folder": str(folder), "environment": dict(environment)}
        ours, theirs = os.pipe()
        try:
            with self._lock:
                socket.send_fds(self._control, [json.dumps(request).encode()], [*streams, theirs])
        finally:
            os.close(theirs)
        return WarmProcess(command, os.fdopen(ours, "rb", 0), stderr)

    def _end(self) -> None:
        self._control.close()
        self._process.wait()


@cache
def _warm(kind: str) -> _WarmProgram:
    return _WarmProgram(kind)
