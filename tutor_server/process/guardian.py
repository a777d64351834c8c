"""The last resort of a serving process: a thread that ends it when its event loop cannot.

A worker has a parent, which replaces it sooner. A single process has nobody else: the thread ends it where the loop has
stood still for long, so that whatever started the service starts it again. In either case it ends a stop that does not
come to its end. Time is counted in the thread's own ticks: a process that was stopped or a machine that was suspended
has missed none.
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
"""The loop has done nothing for so long. Longer than any load explains: nobody starts a laptop's service again."""
STOP_SECONDS = 30
"""A stop has taken so long; more than `Deadlines.finishing`, settling and closing together."""
PROCESSOR_SECONDS = 20.0
"""Of processor time, in which not even this thread had its turn: one call in C holds the interpreter."""
LOG_SECONDS = 2.0
FORCED_EXIT = 70
"""The exit status of a process that was ended so (EX_SOFTWARE of sysexits.h)."""


class Guardian:
    """Watches the running loop from `watch` on, and a stop from `stop_begins` on, until the process ends."""

    def __init__(self) -> None:
        self._beats = 0
        self._is_stopping = False

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start to watch a loop that runs."""
        self._beat(loop)
        _report_what_holds_the_interpreter()
        threading.Thread(target=self._run, args=(threading.main_thread().ident,), name="guardian", daemon=True).start()

    def stop_begins(self) -> None:
        """Note that the process has been told to stop."""
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
    """Log where the main thread is, and end the process, also where the log cannot be written."""
    frame = None if main_thread is None else sys._current_frames().get(main_thread)  # noqa: SLF001 - documented
    telling = threading.Thread(target=tell, args=(list(_frames(frame)),), daemon=True)
    telling.start()
    telling.join(LOG_SECONDS)
    os._exit(FORCED_EXIT)


def _frames(frame: FrameType | None) -> Iterator[str]:
    """Yield where a thread is, the innermost call first: names and lines of our files, and no value."""
    while frame is not None:
        code = frame.f_code
        yield f"{code.co_name} ({code.co_filename.rpartition('/')[2]}:{frame.f_lineno})"
        frame = frame.f_back


def _report_what_holds_the_interpreter() -> None:
    """Write the stacks to stderr when the processor time has run out; by default that signal then ends the process."""
    if sys.platform != "win32":
        with suppress(ValueError, OSError, RuntimeError):  # a stderr that is no file
            faulthandler.register(signal.SIGPROF, chain=True)


def _allow_processor_time() -> None:
    """Set the kernel's limit of processor time for this process anew; the thread does so at every tick."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
