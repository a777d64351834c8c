"""Run the first failing test once more, alone, and record its steps in the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_lsp.runner.tests import CouldNotTest, TimeLimits, run_tests

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor_lsp.runner.found_tests import FoundTests
    from tutor_lsp.runner.results import RunOfTests
    from tutor_pedagogy.run_trace.steps import Trace

LIMITS = TimeLimits(run=20.0, test=3.0)
"""The bounds of a traced run. The tracer ends the test after a second of steps, of which one may take longer."""
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]+")


@dataclass(frozen=True, slots=True)
class TracedFailure:
    """The steps of a failing test. `trace` is None if the test passed this time.

    `is_repeated` is whether the test has failed as before.
    """

    trace: Trace | None
    is_repeated: bool


async def trace_failure(
    program: Path, tests: Sequence[FoundTests], run: RunOfTests, *, root: Path | None = None
) -> TracedFailure | None:
    """Return the steps of the first failing test of a run; None if nothing was recorded.

    The test runs in a fresh copy of the folder, as the tests did. If the task is cancelled, it ends.
    """
    first = run.first_failure
    if first is None or first.failure is None or run.missing:
        return None
    try:
        traced = await run_tests(program, tests, limits=LIMITS, root=root, traced=first.name)
    except CouldNotTest:
        return None
    if traced.trace is None:
        is_passing = bool(traced.cases) and traced.first_failure is None and traced.stopped is None
        return TracedFailure(None, is_repeated=False) if is_passing else None
    again = traced.first_failure
    is_same = (
        again is not None and again.failure is not None and _bare(again.failure.message) == _bare(first.failure.message)
    )
    return TracedFailure(traced.trace, is_repeated=bool(traced.trace.ended) or is_same)


def _bare(message: str) -> str:
    """Return a message without the addresses of objects, which differ from run to run."""
    return _ADDRESS.sub("0x", message)
