"""Functions that tests let child processes call."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import time
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from tutor_protocol import Submission

STARTED: list[Submission] = []
"""What `examine_for_ever` was called with in this process."""


def process_id(_argument: str = "") -> int:
    """Return the id of the process that this runs in."""
    return os.getpid()


def spin() -> NoReturn:
    """Take processor time without end."""
    while True:
        pass


def spin_in_c() -> None:
    """Take processor time in a call into C that looks for no signal, as CPython's parser does."""
    ctypes.CDLL(None).qsort(ctypes.create_string_buffer(1), 0, 1, None)
    sum(range(10**11))


def sleep_long() -> None:
    """Wait for longer than any deadline, without taking processor time."""
    time.sleep(600)


def die() -> None:
    """End the process as a crash in C does."""
    os.kill(os.getpid(), signal.SIGKILL)


def raise_key_error() -> None:
    """Raise, with words of a student in the message."""
    raise KeyError("the student's secret")


def take_memory() -> int:
    """Take more memory than a child process has."""
    return len(bytearray(8 * 1024**3))


def print_much() -> str:
    """Write to both standard streams, as code that warns would."""
    print("noise" * 100_000)  # noqa: T201 - that it does no harm is tested
    print("noise", file=sys.stderr)  # noqa: T201 - likewise
    return "done"


def examine_for_ever(submission: Submission) -> None:
    """Stand in for an examination that does not come to an end."""
    STARTED.append(submission)
    re.match(r"(?:a|a)*b", "a" * 60)
