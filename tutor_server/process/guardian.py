"""A watchdog thread that ends a serving process whose event loop is stuck.

A worker process is replaced sooner by its parent. A process without a parent has only this thread, which ends the
process if the event loop is stuck, so that the service manager starts it again. The thread also ends a process whose
shutdown does not finish. It counts its own ticks instead of wall-clock time, so that a stopped process or a suspended
machine does not look stuck.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from types import FrameType

    from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()

TICK_SECONDS = 1.0
STALL_SECONDS = 20
"""Seconds without an iteration of the event loop after which the process is ended. High load causes no such stall.

The limit is high since nothing restarts a service on a laptop.
"""
STOP_SECONDS = 30
"""The maximum duration of a shutdown in seconds.

It must exceed the time in which answers finish and are settled and connections are closed.
"""
PROCESSOR_SECONDS = 20.0
"""Processor seconds without a tick of the watchdog after which the process is killed: a C call holds the GIL."""
LOG_SECONDS = 2.0
FORCED_EXIT = 70
"""The exit status of a process that was ended by the watchdog (EX_SOFTWARE of sysexits.h)."""


class Guardian:
    """Watches the running loop from `watch` on, and a shutdown from `stop_begins` on, until the process ends."""

    def __init__(self) -> None:
        self._beats = 0
        self._is_stopping = False

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start to watch a running loop."""
        self._beat(loop)
        _report_what_holds_the_interpreter()
        threading.Thread(target=self._run, args=(threading.main_thread().ident,), name="guardian", daemon=True).start()

    def stop_begins(self) -> None:
        """Record that the process was told to stop."""
        self._is_stopping = True

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self._beats += 1
        loop.call_later(TICK_SECONDS, self._beat, loop)

    def _run(self, main_thread: int | None) -> None:
        seen, quiet, stopping = 0, 0.0, 0.0
        while True:
            _allow_processor_time()
            time.sleep(TICK_SECONDS)
            quiet = quiet + TICK_SECONDS if seen == self._beats else 0.0
            seen = self._beats
            if self._is_stopping:
                stopping += TICK_SECONDS
                if stopping >= STOP_SECONDS:
                    _end(lambda frames: log.error("stop_forced", seconds=STOP_SECONDS, frames=frames), main_thread)
            elif quiet >= STALL_SECONDS:
                _end(lambda frames: log.error("loop_stalled", seconds=STALL_SECONDS, frames=frames), main_thread)


def _end(tell: Callable[[list[str]], object], main_thread: int | None) -> None:
    """Log the main thread's stack and end the process, even if the log cannot be written."""
    frame = None if main_thread is None else sys._current_frames().get(main_thread)  # noqa: SLF001 - `sys` documents this function
    telling = threading.Thread(target=tell, args=(list(_frames(frame)),), daemon=True)
    telling.start()
    telling.join(LOG_SECONDS)
    os._exit(FORCED_EXIT)


def _frames(frame: FrameType | None) -> Iterator[str]:
    """Yield the frames of a stack, the innermost first: function names, files and lines, but no values."""
    while frame is not None:
        code = frame.f_code
        yield f"{code.co_name} ({code.co_filename.rpartition('/')[2]}:{frame.f_lineno})"
        frame = frame.f_back


def _report_what_holds_the_interpreter() -> None:
    """Register a handler of SIGPROF that writes all call stacks to stderr; the signal then ends the process."""
    if sys.platform != "win32":
        with suppress(ValueError, OSError, RuntimeError):  # Registering fails if stderr is not a real file.
            faulthandler.register(signal.SIGPROF, chain=True)


def _allow_processor_time() -> None:
    """Restart the kernel's timer of processor time, which sends SIGPROF. The thread does so at every tick."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
