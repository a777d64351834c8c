"""Run the examples in docstrings, each as a test."""

from __future__ import annotations

import doctest
import os
from typing import TYPE_CHECKING

from .with_unittest import load

if TYPE_CHECKING:
    from typing import Any

    from .events import Events
    from .start import Plan

LONGEST_NAME = 80


def run(files: list[str], plan: Plan, events: Events) -> None:
    """Run the examples of some files: Python files with docstrings, or texts."""
    for file in files:
        is_program = os.path.realpath(file) == os.path.realpath(plan["program"])
        events.loading(os.path.basename(file))
        try:
            tests = _tests_of(file)
        except BaseException as error:
            events.unloaded(os.path.basename(file), error)
            continue
        events.loaded()
        events.found(sum(bool(example.want) for test in tests for example in test.examples))
        for test in tests:
            if not any(events.wants(_name(example)) for example in test.examples):
                continue
            Runner(events, is_program=is_program).run(test, out=lambda _: None)


def _tests_of(file: str) -> list[Any]:
    if not file.endswith(".py"):
        with open(file, encoding="utf-8") as opened:
            text = opened.read()
        name = os.path.basename(file)
        return [doctest.DocTestParser().get_doctest(text, {}, name, file, 0)]
    tests = doctest.DocTestFinder(exclude_empty=True).find(load(file))
    return sorted(tests, key=lambda test: test.lineno or 0)


class Runner(doctest.DocTestRunner):
    """Passes the results of examples on as events. An example that prints nothing prepares those after it."""

    def __init__(self, events: Events, *, is_program: bool) -> None:
        super().__init__(verbose=False)
        self._events = events
        self._is_program = is_program

    def report_start(self, out: Any, test: Any, example: Any) -> None:
        """Write that an example begins."""
        del out, test
        self._events.started(_name(example))

    def report_success(self, out: Any, test: Any, example: Any, got: str) -> None:
        """Write that an example prints what it should."""
        del out, test, got
        if example.want:
            self._events.passed(_name(example))

    def report_failure(self, out: Any, test: Any, example: Any, got: str) -> None:
        """Write that an example prints something else."""
        del out
        text = self._head(test, example) + self._checker.output_difference(example, got, self.optionflags)  # type: ignore[attr-defined]
        self._events.differs(_name(example), text, **self._place(test, example))

    def report_unexpected_exception(self, out: Any, test: Any, example: Any, exc_info: Any) -> None:
        """Write that an exception has ended an example."""
        del out
        self._events.failed(_name(example), exc_info[1], self._head(test, example))

    def _head(self, test: Any, example: Any) -> str:
        del test
        return "Failed example:\n" + "".join("    " + line + "\n" for line in example.source.splitlines())

    def _place(self, test: Any, example: Any) -> dict[str, Any]:
        if not self._is_program or test.lineno is None:
            return {}
        return {"line": test.lineno + example.lineno + 1}


def _name(example: Any) -> str:
    name = " ".join(example.source.split())
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
