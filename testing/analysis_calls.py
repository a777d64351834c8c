"""Functions that tests call in a child process: each hangs, crashes, raises or uses up a resource."""

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
"""The submissions with which `examine_for_ever` was called in this process."""


def process_id(_argument: str = "") -> int:
    """Return the id of the process that runs this function."""
    return os.getpid()


def spin() -> NoReturn:
    """Use processor time in an endless Python loop."""
    while True:
        pass


def spin_in_c() -> None:
    """Use processor time in a C call that never checks for signals, as CPython's parser does."""
    ctypes.CDLL(None).qsort(ctypes.create_string_buffer(1), 0, 1, None)
    sum(range(10**11))


def sleep_long() -> None:
    """Sleep for longer than any deadline, without using processor time."""
    time.sleep(600)


def die() -> None:
    """Kill the process with SIGKILL, which ends it as abruptly as a crash in C."""
    os.kill(os.getpid(), signal.SIGKILL)


def raise_key_error() -> None:
    """Raise a `KeyError` whose message contains the student's text."""
    raise KeyError("the student's secret")


def take_memory() -> int:
    """Try to allocate 8 GiB, which is more memory than a child process may use."""
    return len(bytearray(8 * 1024**3))


def print_much() -> str:
    """Write to stdout and stderr, as code that emits warnings does."""
    print("noise" * 100_000)  # noqa: T201 - the test checks that printed text does no harm
    print("noise", file=sys.stderr)  # noqa: T201 - the test checks that printed text does no harm
    return "done"


def examine_for_ever(submission: Submission) -> None:
    """Record the submission, and then match a regular expression that backtracks practically for ever."""
    STARTED.append(submission)
    re.match(r"(?:a|a)*b", "a" * 60)
