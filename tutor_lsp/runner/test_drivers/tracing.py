"""Record the steps of a failing test in the program: lines, values of variables, and what calls returned.

`sys.monitoring` records from Python 3.12 on, and a trace function before.
"""

from __future__ import annotations

import os
import sys
import time
from collections import OrderedDict, deque
from itertools import count
from typing import TYPE_CHECKING

from . import values

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

MOST_STEPS, MOST_SECONDS = 200_000, 1.0
"""The bounds of a trace. A trace that reaches one ends there, together with the test."""
KEPT_STEPS, KEPT_RETURNS, KEPT_LINES = 200, 100, 2_000
MOST_NAMES, LONGEST_VALUE = 12, 120
TOOL = "ask-tutor"
"""The name under which `sys.monitoring` knows the tracer."""
_STEPS_BETWEEN_LOOKS = 64
"""The number of steps after which the time is looked at."""


class Tracer:
    """Records the steps in one file, the program. `on_bound` is called when a bound of the trace is reached."""

    def __init__(self, program: str, on_bound: Callable[[], object]) -> None:
        self._program = os.path.realpath(program)
        self._on_bound = on_bound
        self._is_program: dict[str, bool] = {}
        self._steps: deque[tuple[int, str, int, list[tuple[str, str]]]] = deque(maxlen=KEPT_STEPS)
        self._returns: deque[tuple[str, int, int, int, str]] = deque(maxlen=KEPT_RETURNS)
        self._ran: OrderedDict[int, int] = OrderedDict()
        self._count = 0
        self._ended = ""
        self._numbers = count(1)
        self._stack: list[list[int]] = []
        """The number, the last line and the line of the caller of each call of the program that has not returned."""
        self._deadline = 0.0
        self._clock = time.perf_counter
        self._stop: Callable[[], object] = lambda: None

    def start(self) -> None:
        """Begin to record, without what was recorded before."""
        self._steps.clear()
        self._returns.clear()
        self._ran.clear()
        self._stack.clear()
        self._count, self._ended = 0, ""
        self._deadline = self._clock() + MOST_SECONDS
        self._stop = self._by_monitoring() if hasattr(sys, "monitoring") else self._by_trace_function()

    def stop(self) -> None:
        """Stop to record."""
        stop, self._stop = self._stop, lambda: None
        stop()

    def recorded(self) -> dict[str, Any]:
        """Return what was recorded, as plain data: see `tutor_pedagogy.run_trace.steps`."""
        return {
            "steps": [list(step) for step in self._steps],
            "returns": [list(each) for each in self._returns],
            "ran": [[line, times] for line, times in self._ran.items()],
            "count": self._count,
            "ended": self._ended,
        }

    def _owns(self, code: CodeType) -> bool:
        file = code.co_filename
        if file not in self._is_program:
            self._is_program[file] = os.path.realpath(file) == self._program
        return self._is_program[file]

    def _called(self, line: int) -> None:
        caller = self._stack[-1][1] if self._stack else 0
        self._stack.append([next(self._numbers), line, caller])

    def _step(self, frame: FrameType, line: int) -> None:
        code = frame.f_code
        if not self._stack:
            self._called(line)
        call = self._stack[-1]
        call[1] = line
        self._count += 1
        if line in self._ran or len(self._ran) < KEPT_LINES:
            self._ran[line] = self._ran.get(line, 0) + 1
        self._steps.append((line, code.co_name, call[0], _locals_of(frame)))
        if self._count >= MOST_STEPS:
            self._end("steps")
        elif self._count % _STEPS_BETWEEN_LOOKS == 0 and self._clock() > self._deadline:
            self._end("seconds")

    def _returned(self, frame: FrameType, value: Any) -> None:
        if not self._stack:
            return
        number, line, caller = self._stack.pop()
        name = frame.f_code.co_name
        text = values.shown(value)
        self._steps.append((0, name, number, _locals_of(frame)))
        self._returns.append(
            (name, number, line, caller, _cut("<" + type(value).__name__ + ">" if text is None else text))
        )

    def _unwound(self) -> None:
        if self._stack:
            self._stack.pop()

    def _end(self, reason: str) -> None:
        self._ended = reason
        self.stop()
        self._on_bound()

    def _by_trace_function(self) -> Callable[[], object]:
        is_raising: list[bool] = []

        def local(frame: FrameType, event: str, argument: Any) -> Any:
            if event == "line":
                is_raising.clear()
                self._step(frame, frame.f_lineno)
            elif event == "exception":
                is_raising.append(True)
            elif event == "return" and is_raising and argument is None:
                self._unwound()
            elif event == "return":
                self._returned(frame, argument)
            return None if self._ended else local

        def begin(frame: FrameType, event: str, argument: Any) -> Any:
            del argument
            if event != "call" or not self._owns(frame.f_code) or _is_inner(frame.f_code):
                return None
            is_raising.clear()
            self._called(frame.f_lineno)
            return local

        set_trace = sys.settrace
        set_trace(begin)
        return lambda: set_trace(None)

    def _by_monitoring(self) -> Callable[[], object]:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore]
        tool = next((each for each in (4, 3, 2, 5, 1, 0) if monitoring.get_tool(each) is None), None)
        if tool is None:
            return self._by_trace_function()
        callbacks = self._callbacks(monitoring.events, monitoring.DISABLE)
        monitoring.use_tool_id(tool, TOOL)
        for event, callback in callbacks.items():
            monitoring.register_callback(tool, event, callback)
        monitoring.set_events(tool, sum(callbacks))
        monitoring.restart_events()

        def stop() -> None:
            if monitoring.get_tool(tool) == TOOL:
                monitoring.set_events(tool, 0)
                monitoring.free_tool_id(tool)

        return stop

    def _callbacks(self, events: Any, off: Any) -> dict[int, Callable[..., Any]]:
        """Return the callbacks by their events. A callback that returns `off` is not called again at that place."""
        get_frame = sys._getframe  # noqa: SLF001 - the only way to a frame from a callback of `sys.monitoring`

        def for_program(record: Callable[..., object]) -> Callable[..., Any]:
            def callback(code: CodeType, *arguments: Any) -> Any:
                if not self._owns(code) or _is_inner(code):
                    return off
                record(code, *arguments)
                return None

            return callback

        started = for_program(lambda code, _: self._called(code.co_firstlineno))
        returned = for_program(lambda _, __, value: self._returned(get_frame(2), value))

        def unwound(code: CodeType, _: int, __: BaseException) -> None:
            if self._owns(code) and not _is_inner(code):
                self._unwound()

        return {
            events.PY_START: started,
            events.PY_RESUME: started,
            events.LINE: for_program(lambda _, line: self._step(get_frame(2), line)),
            events.PY_RETURN: returned,
            events.PY_YIELD: returned,
            events.PY_UNWIND: unwound,
        }


def _is_inner(code: CodeType) -> bool:
    """Return whether code is part of an expression, such as a comprehension. Its rounds are no steps of a student's."""
    return code.co_name.startswith("<") and code.co_name != "<module>"


def _locals_of(frame: FrameType) -> list[tuple[str, str]]:
    """Return the names and values of a frame's variables that can be shown, in their order."""
    found: list[tuple[str, str]] = []
    try:
        for name, value in list(frame.f_locals.items()):
            if len(found) >= MOST_NAMES:
                break
            text = None if name.startswith(("_", "@", ".")) else values.shown(value)
            if text is not None:
                found.append((name, _cut(text)))
    except Exception:
        return found
    return found


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
