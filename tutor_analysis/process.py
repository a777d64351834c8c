"""The child process of the pool: reads calls from standard input, one at a time, and writes what they return.

A call is a pickled function, by its name, with its arguments. The kernel ends the process at the call's deadline, by
a timer whose signal has no handler: nothing that runs here can hold that up, not even CPython's parser. What the
process writes goes to its parent alone; standard error stays silent, since a warning may quote a student.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import struct
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if __name__ == "__main__":
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [str(Path(here).parent), *(entry for entry in sys.path if entry != here)]

if TYPE_CHECKING:
    from collections.abc import Callable

CALL = struct.Struct("<Id")
"""Before a call: the bytes of its pickle, and the seconds of processor time that it may take."""
RETURN = struct.Struct("<I?d")
"""Before what it returns: the bytes of its pickle, whether it is a result, and the processor time that it took."""

MEMORY_BYTES = 1024 * 1024 * 1024
"""Address space of the process. The largest sound programs need a quarter of it."""
NICENESS = 10
"""Answers to other students come before a long analysis where the processors do not suffice for both."""


def main() -> None:
    """Serve calls until the parent closes the pipe."""
    calls, returns = _take_over_streams()
    _limit_resources()
    from tutor_analysis import work  # noqa: PLC0415, F401 - the path is set above; its first call finds it loaded

    gc.freeze()
    while header := calls.read(CALL.size):
        size, seconds = CALL.unpack(header)
        _handle_call(calls.read(size), seconds, returns)


def _handle_call(call: bytes, seconds: float, returns: BinaryIO) -> None:
    started = time.process_time()
    _set_deadline(seconds)
    try:
        function, arguments = pickle.loads(call)  # noqa: S301 - parent and child are one program, and nobody else has their pipe
        is_result, value = True, function(*arguments)
    except Exception as error:  # noqa: BLE001 - the edge of this process: the parent says what failed, and no more
        is_result, value = False, type(error).__qualname__
    payload = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    _set_deadline(0)
    returns.write(RETURN.pack(len(payload), is_result, time.process_time() - started) + payload)
    returns.flush()


def _take_over_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return the streams of the pipe; whatever prints to standard output from now on prints into nothing."""
    calls, returns = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.close(nothing)
    return calls, returns


def _limit_resources() -> None:
    """Take less of the machine than those who wait for answers. Windows knows none of this."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not everywhere

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = MEMORY_BYTES if most == resource.RLIM_INFINITY else min(MEMORY_BYTES, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for the parent, which ends the pipe


def _set_deadline(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


Call = tuple["Callable[..., Any]", tuple[Any, ...]]

if __name__ == "__main__":
    main()
