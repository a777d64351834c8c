"""Run tests of pytest."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from .events import Events
    from .start import Plan

OPTIONS = ("--import-mode=prepend", "-p", "no:cacheprovider", "-p", "no:terminal", "--continue-on-collection-errors")


def run(files: list[str], plan: Plan, events: Events) -> None:
    """Run the tests of some files."""
    try:
        import pytest
    except ImportError:
        events.missing("pytest")
        return
    plugin = Plugin(events, pytest)
    try:
        pytest.main([*OPTIONS, "--rootdir=" + plan["root"], *files], plugins=[plugin])
    except BaseException as error:
        events.unloaded(os.path.basename(files[0]), error)


class Plugin:
    """Passes the results of tests on as events."""

    def __init__(self, events: Events, pytest: Any) -> None:
        self._events = events
        self._pytest = pytest
        self._ended: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Leave out the tests that are not to run."""
        items[:] = [item for item in items if self._events.wants(name_of(item.nodeid))]

    def pytest_collection_finish(self, session: Any) -> None:
        """Write how many tests there are."""
        self._events.found(len(session.items))

    def pytest_make_collect_report(self, collector: Any) -> Any:
        """Collect the tests of a file. Without the terminal, pytest itself would not tell why a file is not loaded."""
        self._events.loading(_file_of(collector))
        try:
            found = list(collector.collect())
        except self._pytest.skip.Exception as reason:
            return self._pytest.CollectReport(collector.nodeid, "skipped", str(reason), [])
        except BaseException as error:
            self._events.unloaded(_file_of(collector), _cause(error))
            return self._pytest.CollectReport(collector.nodeid, "failed", str(error), [])
        self._events.loaded()
        return self._pytest.CollectReport(collector.nodeid, "passed", None, found)

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        """Write that a test begins."""
        del location
        self._events.started(name_of(nodeid))

    def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
        """Write what became of a test. A test that fails while it cleans up has failed, too."""
        name = name_of(item.nodeid)
        if item.nodeid in self._ended:
            return
        if call.excinfo is None:
            if call.when == "call":
                self._ended.add(item.nodeid)
                self._events.passed(name)
            return
        self._ended.add(item.nodeid)
        if call.excinfo.errisinstance(self._pytest.skip.Exception) or _is_expected_to_fail(item):
            self._events.skipped(name)
            return
        error = call.excinfo.value
        if isinstance(error, self._pytest.fail.Exception):
            self._events.differs(name, str(error), **_without_traceback(self._events.facts(error)))
        else:
            self._events.failed(name, error)


def _cause(error: BaseException) -> BaseException:
    """Return the exception that a file raised. pytest tells only its text, in an exception of its own."""
    return (error.__cause__ or error.__context__ or error) if type(error).__name__ == "CollectError" else error


def _file_of(collector: Any) -> str:
    return os.path.basename(collector.nodeid.partition("::")[0]) or "tests"


def _is_expected_to_fail(item: Any) -> bool:
    return item.get_closest_marker("xfail") is not None


def _without_traceback(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("values", "line") if name in facts}


def name_of(node_id: str) -> str:
    """Return the name of a test as the student reads it."""
    return node_id.partition("::")[2].replace("::", ".") or node_id
