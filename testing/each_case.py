"""Tests of many cases in a few pytest items: setting up and reporting an item costs more than most cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, wraps
from inspect import Parameter, signature
from typing import Any, TypeVar
from zlib import crc32

import pytest

MANY = 200
"""The number of cases of a test above which a quick run takes every tenth case only."""
_DETAILED = 10
"""The number of failing cases that are shown with their tracebacks; of all others, the names are shown."""

_Case = TypeVar("_Case")
_Test = Callable[..., None]


def each_case(
    cases: Iterable[_Case], *, named: Callable[[_Case], str] = str, parts: int = 1
) -> Callable[[_Test], _Test]:
    """Return a decorator for a test that runs for every case. It fails after the last one, and names all that fail.

    The case is the test's first argument; the others are fixtures. `parts` is the number of pytest items that share the
    cases. A case is in the part of the same number in each test of a module, and these parts run one after another, so
    tests can share cached answers. With `--case TEXT` only cases run whose name contains the text.
    """
    known = list(cases)
    by_name = {named(case): case for case in known}
    if not known or len(by_name) != len(known):
        raise ValueError("cases need names that differ, and there must be one")

    def decorate(test: _Test) -> _Test:
        parameters = list(signature(test).parameters.values())
        at = next(number for number, each in enumerate(parameters) if each.name != "self")

        @wraps(test)
        def run(*self: object, request: pytest.FixtureRequest, part: int = 0, **fixtures: object) -> None:
            selected = _selected(by_name, request.config)
            chosen = [name for name in selected if crc32(name.encode()) % parts == part]
            if not chosen and request.config.getoption("--case"):
                pytest.skip("no case of this name")
            failures = {name: _failure(partial(test, *self, by_name[name], **fixtures)) for name in chosen}
            failed = {name: text for name, text in failures.items() if text is not None}
            if failed:
                pytest.fail(_told(failed, len(chosen)), pytrace=False)

        added = ["request", "part"] if parts > 1 else ["request"]
        names = [each.name for each in parameters[at + 1 :]]
        fixtures = (Parameter(name, Parameter.KEYWORD_ONLY) for name in dict.fromkeys([*added, *names]))
        shown = signature(test).replace(parameters=[*parameters[:at], *fixtures])
        vars(run)["__signature__"] = shown  # From this, pytest reads which fixtures the test needs.
        if parts == 1:
            return run
        names_of_parts = [f"part {number} of {parts}" for number in range(1, parts + 1)]
        marked: _Test = pytest.mark.parametrize("part", range(parts), ids=names_of_parts, scope="module")(run)
        return marked

    return decorate


def _selected(names: Iterable[str], config: pytest.Config) -> list[str]:
    """Return the cases that the options of this run ask for."""
    text = config.getoption("--case")
    selected = [name for name in names if not text or text in name]
    return selected[::10] if config.getoption("--quick") and len(selected) > MANY else selected


def _failure(check: Callable[[], Any]) -> str | None:
    """Run the test of one case. Return the text of its failure, or None; a case that is skipped has failed."""
    try:
        check()
    except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:  # noqa: BLE001 - any exception is the failure of this one case
        own = error.__traceback__ and error.__traceback__.tb_next
        found = pytest.ExceptionInfo.from_exception(error.with_traceback(own or error.__traceback__))
        return str(found.getrepr(style="short"))
    return None


def _told(failed: dict[str, str], number: int) -> str:
    names = "\n".join(f"  {name}" for name in failed)
    details = [f"--- {name}\n{text}" for name, text in list(failed.items())[:_DETAILED]]
    return "\n\n".join([f"{len(failed)} of {number} cases fail (`--case NAME` runs one):\n{names}", *details])
