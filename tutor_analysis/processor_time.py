"""Limit the processor time of code in the event loop: an interval timer raises an exception.

A match in `re` and every Python loop check for signals, so both can be interrupted. CPython's parser does not: code
that is parsed in the event loop has to be short.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType

AGAIN_SECONDS = 0.005
"""Seconds between the timer's signals after the first. They repeat: Python ignores exceptions raised in destructors."""


class OverBudget(BaseException):
    """The code exceeded its budget. It is a `BaseException`, so that no `except Exception` catches it."""


class ProcessorTime:
    """A context manager that limits its code to `seconds` of processor time. Beyond that, it raises `OverBudget`.

    The kernel counts the time that the whole process spends in user mode, also in other threads. Outside the main
    thread, and on systems without interval timers (Windows), there is no limit. Contexts cannot be nested.
    """

    _is_armed = False
    _is_installed = False

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> Self:
        if _is_available():
            if not ProcessorTime._is_installed:
                signal.signal(signal.SIGVTALRM, _on_signal)
                ProcessorTime._is_installed = True
            ProcessorTime._is_armed = True
            signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds, AGAIN_SECONDS)
        return self

    def __exit__(self, *_failure: object) -> None:
        if ProcessorTime._is_armed:
            ProcessorTime._is_armed = False  # Disarm before the timer stops, because a signal may be pending.
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    @classmethod
    def raise_if_armed(cls) -> None:
        """Raise `OverBudget` if a context is open."""
        if cls._is_armed:
            raise OverBudget


_LEAVING = ProcessorTime.__exit__.__code__


def _on_signal(_number: int, frame: FrameType | None) -> None:
    """Raise `OverBudget`, except inside `__exit__`, which would then not stop the timer."""
    if frame is None or frame.f_code is not _LEAVING:
        ProcessorTime.raise_if_armed()


def _is_available() -> bool:
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
