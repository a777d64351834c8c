"""The selection of quick tests: those whose code and fixtures start no program and run no service.

A test's calls are followed through the functions and classes of `tests`, `testing` and `tutor_analysis`.
Running a student's program, or a scripted service on loopback, also makes a test slow.
"""

from __future__ import annotations

import sys
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING

import pytest

from testing.each_case import MANY

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = 15
"""The number of examples that Hypothesis tries for each property in a quick run; a full run tries 100."""

_STARTING = frozenset(
    {
        *("subprocess", "create_subprocess_exec", "create_subprocess_shell", "run_program"),
        *("build_app", "postgres_server", "redis_server", "FakeUpstream", "ScriptedService"),
    }
)
"""The names of functions, classes and fixtures that start a program or a service."""
_FOLLOWED = ("tests.", "testing.", "benchmarks.", "tutor_analysis.")


def is_quick(item: pytest.Item) -> bool:
    """Return whether neither a test nor its fixtures start a program or a service."""
    if not isinstance(item, pytest.Function):
        return True
    fixtures = (used[-1].func for used in item._fixtureinfo.name2fixturedefs.values())
    return not any(map(_starts, (item.function, *fixtures)))


def spare_parameters(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the tests to leave out: all but every tenth parameter set of tests with many of them."""
    by_test: dict[str, list[pytest.Item]] = {}
    for item in items:
        by_test.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return [item for same in by_test.values() if len(same) > MANY for number, item in enumerate(same) if number % 10]


def _starts(root: object) -> bool:
    """Return whether a function or class uses one of the names in `_STARTING`, directly or indirectly."""
    met, waiting = set[int](), [root]
    while waiting:
        thing = waiting.pop()
        if id(thing) in met:
            continue
        met.add(id(thing))
        if _names(thing) & _STARTING:
            return True
        waiting += _reached(thing)
    return False


def _reached(thing: object) -> Iterator[object]:
    """Yield the project's functions and classes that an object uses."""
    known = vars(sys.modules[thing.__module__]) if isinstance(thing, FunctionType | type) else {}
    for name in _names(thing):
        found = known.get(name)
        # The attribute `__wrapped__` leads to the function behind a decorator such as `asynccontextmanager`.
        found = getattr(found, "__wrapped__", found)
        if not isinstance(found, ModuleType) and str(getattr(found, "__module__", "")).startswith(_FOLLOWED):
            yield found
    if isinstance(thing, type):
        yield from (base for base in thing.__bases__ if base.__module__.startswith(_FOLLOWED))


def _names(thing: object) -> frozenset[str]:
    """Return the names that a function, or the methods of a class, use."""
    if isinstance(thing, type):
        return frozenset().union(*map(_names, vars(thing).values()))
    thing = getattr(thing, "__wrapped__", getattr(thing, "__func__", thing))
    return _names_in(thing.__code__) if isinstance(thing, FunctionType) else frozenset()


@cache
def _names_in(code: CodeType) -> frozenset[str]:
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    texts = (constant for constant in code.co_consts if isinstance(constant, str))
    return frozenset((*code.co_names, *texts)).union(*map(_names_in, inner))
