"""Judge one program by its tests in a process of its own: end at the first failure, or record which lines each runs."""

from __future__ import annotations

import io
import os
import py_compile
import sys
import time
import unittest
from typing import TYPE_CHECKING

from . import plain_pytest, with_cases, with_doctest, with_unittest
from .events import Events

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from .start import Plan

MOST_LINE_STEPS = 60_000
"""The number of steps after which the lines of a test are no longer recorded."""
NO_LIMIT = 0.0
PLAIN = "plain"
"""Stands for a configuration of pytest where none is needed."""


class Judge(Events):
    """Takes the events of one program's tests. `on_end` gets the name and the outcome of each test."""

    def __init__(self, plan: Plan, seconds: float, on_end: Callable[[str, str], object]) -> None:
        super().__init__({**plan, "seconds": seconds, "traced": None})
        self._on_end = on_end

    def failed(self, name: str, error: BaseException, text: str = "") -> None:
        """Tell that an exception has ended a test."""
        del text
        self._ended(name, "failed" if isinstance(error, AssertionError) else "error")

    def unloaded(self, name: str, error: BaseException) -> None:
        """Tell that a file could not be loaded."""
        del error
        self._ended(name, "error")

    def missing(self, module: str) -> None:
        """Tell that the student's Python lacks a module that runs tests."""
        self._ended(module, "error")

    def interrupted(self, error: BaseException) -> None:
        """Tell that an exception has ended all tests."""
        self._ended(type(error).__name__, "error")

    def facts(self, error: BaseException) -> dict[str, Any]:
        """Return nothing, since nobody reads why an edited program fails."""
        del error
        return {}

    def _ended(self, name: str, outcome: str, **facts: Any) -> None:
        del facts
        self._time(0)
        self._on_end(name, outcome)

    def _say(self, **event: Any) -> None:
        del event


class Spectrum(Judge):
    """Records which lines of the program each test runs, its outcome and its time. Ends after some seconds in all."""

    def __init__(self, plan: Plan, seconds: float, whole: float, tell: Callable[[Any], object]) -> None:
        self.tests: dict[str, dict[str, Any]] = {}
        self.loading_lines: set[int] = set()
        self._lines: set[int] = self.loading_lines
        self._file = plan["program"]
        self._steps = 0
        self._began = time.perf_counter()
        self._end = self._began + whole
        self._tell = tell
        super().__init__(plan, seconds, self._keep)

    def record(self) -> None:
        """Begin to record lines, of the loading of the program at first."""
        self._steps = MOST_LINE_STEPS
        sys.settrace(self._enter)

    def started(self, name: str, *, is_timed: bool = True) -> None:
        """Record the lines of a test."""
        self._lines = set()
        self._began = time.perf_counter()
        self.record()
        super().started(name, is_timed=is_timed)

    def _keep(self, name: str, outcome: str) -> None:
        sys.settrace(None)
        seconds = time.perf_counter() - self._began
        key = name if name not in self.tests else name + "[" + str(len(self.tests)) + "]"
        self.tests[key] = {"outcome": outcome, "seconds": seconds, "lines": sorted(self._lines)}
        if time.perf_counter() > self._end:
            self.tell()

    def tell(self) -> None:
        """Tell what was recorded."""
        sys.settrace(None)
        self._tell({"tests": self.tests, "loading": sorted(self.loading_lines)})

    def _enter(self, frame: FrameType, _: str, __: Any) -> Any:
        if self._steps <= 0 or frame.f_code.co_filename != self._file:
            return None
        return self._step

    def _step(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            self._lines.add(frame.f_lineno)
            self._steps -= 1
            if self._steps <= 0:
                return None
        return self._step


def judge(plan: Plan, events: Events, first: str, prepared: Any = None) -> None:
    """Run all tests of a plan in this process, the test with the name `first` before the others."""
    for tests in plan["tests"]:
        files = tests["files"]
        if tests["kind"] == "unittest":
            _unittest(files, events, first)
        elif tests["kind"] == "pytest":
            _pytest(files, plan, events, first, prepared)
        elif tests["kind"] == "cases":
            _cases(files, plan, events, first)
        else:
            with_doctest.run(files, plan, events)


def _unittest(files: list[str], events: Events, first: str) -> None:
    for file in files:
        name = os.path.basename(file)
        events.loading(name)
        try:
            suite = unittest.defaultTestLoader.loadTestsFromModule(with_unittest.load(file))
        except BaseException as error:
            events.unloaded(name, error)
            continue
        events.loaded()
        cases = sorted(_flat(suite), key=lambda case: with_unittest.name_of(case) != first)
        unittest.TestSuite(cases).run(with_unittest.Result(events))


def _flat(suite: Any) -> list[Any]:
    if not isinstance(suite, unittest.TestSuite):
        return [suite]
    return [case for part in suite for case in _flat(part)]


def _pytest(files: list[str], plan: Plan, events: Events, first: str, prepared: Any) -> None:
    if prepared == PLAIN:
        plain_pytest.run(files, events, first)
        return
    import pytest

    from . import with_pytest

    class Ordered(with_pytest.Plugin):
        def pytest_collection_modifyitems(self, items: list[Any]) -> None:
            items.sort(key=lambda item: with_pytest.name_of(item.nodeid) != first)

    plugin = Ordered(events, pytest)
    try:
        if prepared is not None:
            prepared.pluginmanager.register(plugin)
            prepared.hook.pytest_cmdline_main(config=prepared)
        else:
            pytest.main([*with_pytest.OPTIONS, "--rootdir=" + plan["root"], *files], plugins=[plugin])
    except BaseException as error:
        events.unloaded(os.path.basename(files[0]), error)


def prepare_pytest(plan: Plan) -> Any:
    """Return a configuration of pytest for the plan's files, for processes that are forked; None if it cannot be made.

    A `conftest.py` of the student's is loaded in each process anew, since it may load the program.
    """
    files = [file for tests in plan["tests"] if tests["kind"] == "pytest" for file in tests["files"]]
    if not files:
        return None
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # Plugins take longer to load than a search may take.
    try:
        import pytest  # noqa: F401 - loaded for the processes that are forked
    except ImportError:
        return None
    if plain_pytest.is_plain(files, plan["root"]):
        return PLAIN
    if any("conftest.py" in names for _, __, names in os.walk(plan["root"])):
        return None
    try:
        from _pytest.config import _prepareconfig

        from . import with_pytest

        return _prepareconfig([*with_pytest.OPTIONS, "--rootdir=" + plan["root"], *files], [])
    except BaseException:
        return None


def compile_tests(plan: Plan) -> None:
    """Write the byte code of the files of tests, which are the same for every edit."""
    for tests in plan["tests"]:
        for file in tests["files"]:
            if tests["kind"] == "unittest" and file != plan["program"]:
                try:
                    py_compile.compile(file, doraise=True)
                except (OSError, ValueError, py_compile.PyCompileError):
                    continue


def _cases(files: list[str], plan: Plan, events: Events, first: str) -> None:
    stems = [file[: -len(".in")] for file in files]
    for stem in sorted(stems, key=lambda each: os.path.basename(each) != first):
        name = os.path.basename(stem)
        with open(stem + ".out", encoding="utf-8", errors="replace") as wanted:
            expected = wanted.read()
        events.started(name)
        with_cases.trace_case(name, stem + ".in", expected, plan, events)


def quiet() -> None:
    """Send what this process prints to nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", closefd=False), encoding="utf-8", errors="replace")
    sys.stderr = io.TextIOWrapper(os.fdopen(2, "wb", closefd=False), encoding="utf-8", errors="replace")
