"""Run tests of `unittest`."""

from __future__ import annotations

import importlib.util
import os
import sys
import unittest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from .events import Events
    from .start import Plan


def run(files: list[str], plan: Plan, events: Events) -> None:  # noqa: ARG001 - every driver gets the plan
    """Run the test cases of some files."""
    for file in files:
        events.loading(os.path.basename(file))
        try:
            module = load(file)
            suite = unittest.defaultTestLoader.loadTestsFromModule(module)
        except BaseException as error:
            events.unloaded(os.path.basename(file), error)
            continue
        events.loaded()
        suite = unittest.TestSuite(_wanted(suite, events)) if events.is_traced else suite
        events.found(suite.countTestCases())
        suite.run(Result(events))


def _wanted(suite: Any, events: Events) -> list[Any]:
    """Return the test cases of a suite that are to run."""
    if not isinstance(suite, unittest.TestSuite):
        return [suite] if events.wants(name_of(suite)) else []
    return [case for part in suite for case in _wanted(part, events)]


def load(file: str) -> Any:
    """Import a file of the student's as a module, and return it."""
    folder, name = os.path.split(file)
    name = os.path.splitext(name)[0]
    if folder not in sys.path:
        sys.path.insert(0, folder)
    known = sys.modules.get(name)
    if known is not None and os.path.realpath(getattr(known, "__file__", None) or "") == os.path.realpath(file):
        return known
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None  # noqa: S101 - the file exists
    assert spec.loader is not None  # noqa: S101 - the file exists
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Result(unittest.TestResult):
    """Passes the results of tests on as events."""

    def __init__(self, events: Events) -> None:
        super().__init__()
        self._events = events
        self._has_ended = False

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802 - of unittest
        """Write that a test begins."""
        super().startTest(test)
        self._has_ended = False
        self._events.started(name_of(test))

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802 - of unittest
        """Write that a test has passed."""
        if not self._has_ended:
            self._events.passed(name_of(test))

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802 - of unittest
        """Write that an assertion has failed."""
        self._fail(name_of(test), err)

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802 - of unittest
        """Write that an exception has ended a test, or the preparation of a class or module."""
        self._fail(name_of(test), err)

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:  # noqa: N802 - of unittest
        """Write that the first failing part of a test has failed."""
        if err is not None and not self._has_ended:
            words = str(subtest).rpartition(") ")[2].strip("()")
            self._fail(name_of(test) + " " + words, err)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802 - of unittest
        """Write that a test was skipped."""
        del reason
        self._events.skipped(name_of(test))

    def addExpectedFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802 - of unittest
        """Count a test that is known to fail as skipped."""
        del err
        self._events.skipped(name_of(test))

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802 - of unittest
        """Write that a test has passed."""
        self._events.passed(name_of(test))

    def _fail(self, name: str, err: Any) -> None:
        self._has_ended = True
        self._events.failed(name, err[1])


def name_of(test: Any) -> str:
    """Return the name of a test as the student reads it."""
    parts = str(test.id()).split(".") if hasattr(test, "id") else [str(test)]
    return ".".join(parts[-2:])
