"""Write what became of each test to the file of events, and end a test that runs for too long."""

from __future__ import annotations

import json
import linecache
import os
import signal
import threading
import time
import traceback
from typing import TYPE_CHECKING

from . import values
from .tracing import Tracer

if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from typing import Any

    from .start import Plan

MOST_CHARACTERS = 8_000
"""The maximum number of characters of one text in an event."""
_open, _write, _close = os.open, os.write, os.close
"""The functions as they were before the student's code ran."""


class TooSlow(BaseException):
    """A test runs for longer than a test may."""


class Events:
    """Writes the events of a test run. Every method may be called after the student's code has closed all files."""

    def __init__(self, plan: Plan) -> None:
        self._path = plan["events"]
        self._program = os.path.realpath(plan["program"])
        self._root = os.path.realpath(plan["root"]) + os.sep
        self._seconds = plan["seconds"]
        self._traced = plan.get("traced")
        self._tracer = None if self._traced is None else Tracer(self._program, self._end_trace)
        self._is_tracing = False
        self._leave = os._exit
        self._process = os.getpid()
        self._getpid = os.getpid
        self._set_timer = getattr(signal, "setitimer", None)
        self._set_handler = signal.signal
        self._now = time.monotonic
        self._clock = time.time
        self._began = self._now()

    @property
    def is_traced(self) -> bool:
        """Whether the steps of a test are recorded."""
        return self._tracer is not None

    def wants(self, name: str) -> bool:
        """Return whether a test is to run. The name of a part of a test begins with that of the test."""
        return self._traced is None or (self._traced + " ").startswith(name + " ")

    def found(self, count: int) -> None:
        """Write how many tests there are in a part of the plan."""
        self._say(event="found", count=count)

    def loading(self, name: str) -> None:
        """Write that a file is loaded, and start the time for it."""
        self._say(event="loading", name=name)
        self._time(self._seconds)

    def loaded(self) -> None:
        """Stop the time for a file that was loaded."""
        self._time(0)

    def started(self, name: str, *, is_timed: bool = True) -> None:
        """Write that a test begins, and start its time, unless the caller limits it."""
        self._say(event="started", name=name, at=self._clock())
        self._began = self._now()
        self._time(self._seconds if is_timed else 0)
        if self._tracer is not None and self.wants(name):
            self._is_tracing = True
            self._tracer.start()

    def passed(self, name: str) -> None:
        """Write that a test has passed."""
        self._ended(name, "passed")

    def skipped(self, name: str) -> None:
        """Write that a test was skipped."""
        self._ended(name, "skipped")

    def differs(self, name: str, text: str, **facts: Any) -> None:
        """Write that a test has failed without an exception. `text` is the report of its framework."""
        self._ended(name, "failed", text=_cut(text), **facts)

    def failed(self, name: str, error: BaseException, text: str = "") -> None:
        """Write that an exception has ended a test. `text` is the report of its framework, if it has one."""
        self._stop_trace()
        self._time(0)
        facts = self.facts(error)
        outcome = "failed" if isinstance(error, AssertionError) else "error"
        self._ended(name, outcome, text=_cut(text or facts["traceback"]), **facts)

    def unloaded(self, name: str, error: BaseException) -> None:
        """Write that a file of tests, or the program, could not be loaded."""
        self._time(0)
        facts = self.facts(error)
        self._ended(name, "error", text=_cut(facts["traceback"]), is_loading=True, **facts)

    def missing(self, module: str) -> None:
        """Write that the student's Python lacks a module that runs tests."""
        self._say(event="missing", module=module)

    def interrupted(self, error: BaseException) -> None:
        """Write that an exception such as `KeyboardInterrupt` has ended all tests."""
        self._time(0)
        self._say(event="interrupted", raised=type(error).__name__)

    def finished(self) -> None:
        """Write that all tests have run."""
        self._time(0)
        self._say(event="finished")

    def facts(self, error: BaseException) -> dict[str, Any]:
        """Return what is known of an exception: its name, its traceback, where the student's code was, and the values.

        `line` is the line, from 1, of the program's innermost frame, if the exception came through the program.
        """
        try:
            return self._facts(error)
        except Exception:
            return {"raised": type(error).__name__, "traceback": type(error).__name__, "is_slow": False}

    def _facts(self, error: BaseException) -> dict[str, Any]:
        place = self._innermost(error.__traceback__, self._is_program)
        around = place or self._innermost(error.__traceback__, self._is_own)
        facts: dict[str, Any] = {
            "raised": type(error).__name__,
            "traceback": _cut(self._traceback(error, place)),
            "values": [] if around is None else values.values_of(around.tb_frame),
            "is_slow": isinstance(error, TooSlow),
        }
        if place is not None:
            facts["line"] = place.tb_lineno
        elif isinstance(error, SyntaxError) and self._is_program(error.filename or "") and error.lineno:
            facts["line"] = error.lineno
        return facts

    def _traceback(self, error: BaseException, place: TracebackType | None) -> str:
        """Return the traceback from the first frame of the student's on, with the values on the line that raised it."""
        first = error.__traceback__
        while first is not None and not self._is_own(first.tb_frame.f_code.co_filename):
            first = first.tb_next
        told_error = traceback.TracebackException(type(error), error, first or error.__traceback__)
        frames = [frame for frame in told_error.stack if frame.filename != __file__]
        told_error.stack = traceback.StackSummary.from_list(frames)
        text = "".join(told_error.format()).rstrip("\n")
        if place is None:
            return text
        line = linecache.getline(place.tb_frame.f_code.co_filename, place.tb_lineno)
        told = values.values_in(line, place.tb_frame)
        return text + ("\n# values on line " + str(place.tb_lineno) + ": " + ", ".join(told) if told else "")

    def _innermost(self, place: TracebackType | None, is_wanted: Any) -> TracebackType | None:
        found = None
        while place is not None:
            if is_wanted(place.tb_frame.f_code.co_filename):
                found = place
            place = place.tb_next
        return found

    def _is_program(self, file: str) -> bool:
        return os.path.realpath(file) == self._program

    def _is_own(self, file: str) -> bool:
        return os.path.realpath(file).startswith(self._root)

    def _ended(self, name: str, outcome: str, **facts: Any) -> None:
        self._stop_trace()
        self._time(0)
        self._say(event="ended", name=name, outcome=outcome, seconds=self._now() - self._began, **facts)
        if self._tracer is not None and self._is_tracing and outcome in ("failed", "error"):
            self._say(event="trace", **self._tracer.recorded())
            self._is_tracing = False

    def _stop_trace(self) -> None:
        if self._tracer is not None and self._is_tracing:
            self._tracer.stop()

    def _end_trace(self) -> None:
        """Write the steps, and end the process: the test has reached a bound of the trace."""
        if self._tracer is not None:
            self._say(event="trace", **self._tracer.recorded())
        self._leave(0)

    def _time(self, seconds: float) -> None:
        """Raise `TooSlow` in the test after some seconds (POSIX), or stop the time with 0."""
        if self._set_timer is None or threading.current_thread() is not threading.main_thread():
            return
        self._set_timer(signal.ITIMER_REAL, 0)
        if seconds:
            self._set_handler(signal.SIGALRM, self._end_test)
            self._set_timer(signal.ITIMER_REAL, seconds)

    def _end_test(self, _: int, __: FrameType | None) -> None:
        raise TooSlow("the test took longer than " + format(self._seconds, "g") + " seconds")

    def _say(self, **event: Any) -> None:
        if self._getpid() != self._process:
            return  # The test has forked, and its child goes on here.
        line = json.dumps(event).encode("ascii", "backslashreplace") + b"\n"
        file = _open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _write(file, line)
        finally:
            _close(file)


def _cut(text: str) -> str:
    """Return a text without its middle if it is too long."""
    half = MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else text[:half] + "\n[…]\n" + text[-half:]
