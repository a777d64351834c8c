"""The script that a test run starts: `python …/start.py PLAN`, in the copy of the student's folder.

`PLAN` is the path of a JSON file (`Plan`).
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from typing import Any

PACKAGE = "_ask_tutor_tests"


class Files(TypedDict):
    """Tests of one kind (`pytest`, `unittest`, `doctest` or `cases`), as absolute paths in the copy."""

    kind: str
    files: list[str]


class Plan(TypedDict):
    """What to run. `seconds` is the time limit of one test."""

    program: str
    """The student's file that is tested."""
    root: str
    """The copy of the student's folder."""
    events: str
    """The file to which events are written, as JSON lines."""
    seconds: float
    tests: list[Files]
    traced: str | None
    """The name of the test of which the steps in the program are recorded. No other test runs then."""


def load(name: str) -> Any:
    """Return a module of the package beside this file. The package gets a name that no module of a student has."""
    if PACKAGE not in sys.modules:
        folder = os.path.dirname(os.path.abspath(__file__))
        spec = importlib.util.spec_from_file_location(
            PACKAGE,
            os.path.join(folder, "__init__.py"),
            submodule_search_locations=[folder],
        )
        assert spec is not None  # noqa: S101 - the file exists
        assert spec.loader is not None  # noqa: S101 - the file exists
        sys.modules[PACKAGE] = package = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(package)
    return importlib.import_module(PACKAGE + "." + name)


def main() -> None:
    """Run the tests of the plan, and end the process at once, whatever the student's threads do."""
    with open(sys.argv[1], encoding="utf-8") as file:
        plan: Plan = json.load(file)
    leave = os._exit  # A test may replace it.
    events = load("events").Events(plan)
    sys.argv = [plan["program"]]
    sys.path[0] = os.path.dirname(plan["program"])
    try:
        for tests in plan["tests"]:
            load("with_" + tests["kind"]).run(tests["files"], plan, events)
        events.finished()
    except BaseException as error:
        events.interrupted(error)
    finally:
        leave(0)


if __name__ == "__main__":
    main()
