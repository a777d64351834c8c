"""The child process of the pool. It reads one call at a time from standard input, and writes the result.

A call is a pickled function, by its name, with its arguments. At the call's deadline the kernel ends the process with
a timer signal that has no handler. No code that runs here can prevent that, not even CPython's parser. Results go only
to the parent. Standard error is discarded, because a warning may quote a student.
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
"""The header of a call: the size in bytes of its pickle, and its deadline in seconds of processor time."""
RETURN = struct.Struct("<I?d")
"""The header of a result: the size in bytes of its pickle, whether the call succeeded, and the seconds it took."""

MEMORY_BYTES = 1024 * 1024 * 1024
"""The maximum size of the process's address space. The largest correct programs need a quarter of it."""
NICENESS = 10
"""The niceness of the process, so that answers to other students have priority if the processors are busy."""


def main() -> None:
    """Serve calls until the parent closes the pipe."""
    calls, returns = _take_over_streams()
    _limit_resources()
    from tutor_analysis import work  # noqa: PLC0415, F401 - the path is set above, and the import must not count towards the first call

    gc.freeze()
    while header := calls.read(CALL.size):
        size, seconds = CALL.unpack(header)
        _handle_call(calls.read(size), seconds, returns)


def _handle_call(call: bytes, seconds: float, returns: BinaryIO) -> None:
    started = time.process_time()
    _set_deadline(seconds)
    try:
        function, arguments = pickle.loads(call)  # noqa: S301 - parent and child are one program, and no other process has their pipe
        is_result, value = True, function(*arguments)
    except Exception as error:  # noqa: BLE001 - the call may raise any exception; the parent gets only its type
        is_result, value = False, type(error).__qualname__
    payload = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    _set_deadline(0)
    returns.write(RETURN.pack(len(payload), is_result, time.process_time() - started) + payload)
    returns.flush()


def _take_over_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return the streams of the pipe to the parent. Afterwards, output of other code goes to the null device."""
    calls, returns = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.close(nothing)
    return calls, returns


def _limit_resources() -> None:
    """Lower the priority of this process, and limit its memory. Windows supports neither."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - the module is missing on Windows

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = MEMORY_BYTES if most == resource.RLIM_INFINITY else min(MEMORY_BYTES, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent reacts to Ctrl-C, and closes the pipe.


def _set_deadline(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


Call = tuple["Callable[..., Any]", tuple[Any, ...]]

if __name__ == "__main__":
    main()
