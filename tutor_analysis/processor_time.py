"""A bound on the processor time of code that runs in the event loop: an interval timer raises where it is passed.

A match in `re` and every Python loop look for signals, so both can be ended from outside. CPython's parser does not;
what it is given in the loop has to be short.
"""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import FrameType

AGAIN_SECONDS = 0.005
"""The timer strikes again where a destructor swallowed the exception, as Python does there."""


class OverBudget(BaseException):
    """The code took longer than its budget. No `except Exception` of the code may hold it up."""


class ProcessorTime:
    """A context whose code may take `seconds` of processor time, and is ended by `OverBudget` where it takes more.

    The kernel counts the time that the whole process spends in user mode, also in other threads. Outside the main
    thread and on systems without interval timers (Windows) there is no bound. Contexts do not nest.
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
            ProcessorTime._is_armed = False  # before the timer stops: a signal may be on its way
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    @classmethod
    def raise_if_armed(cls) -> None:
        """Raise `OverBudget` if a context is open."""
        if cls._is_armed:
            raise OverBudget


_LEAVING = ProcessorTime.__exit__.__code__


def _on_signal(_number: int, frame: FrameType | None) -> None:
    """Raise `OverBudget` in the code, never in `__exit__`, which would not stop the timer: it would go on striking."""
    if frame is None or frame.f_code is not _LEAVING:
        ProcessorTime.raise_if_armed()


def _is_available() -> bool:
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
