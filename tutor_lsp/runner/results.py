"""The results of a test run: what became of each test, and the first failure in plain words."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tutor_lsp.runner.failures import Failure, read_failure
from tutor_pedagogy.run_trace.steps import read_trace
from tutor_protocol import FirstFailure, KnownCase, TestReport
from tutor_protocol.submission import (
    MAX_FAILURE_CHARACTERS,
    MAX_TEST_NAME_CHARACTERS,
    MAX_VALUE_CHARACTERS,
    MAX_VALUES,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor_lsp.runner import supervisor
    from tutor_pedagogy.run_trace.steps import Trace

Outcome = Literal["passed", "failed", "error", "skipped"]

MAX_CASES = 1_000
_EXCEEDED = {
    "seconds": "did not end in {seconds:g} seconds, and was stopped",
    "output_bytes": "printed more than {output_mb} MB, and was stopped",
    "memory_bytes": "took more than {memory_mb} MB of memory, and was stopped",
    "tasks": "started more than {tasks} processes and threads, and was stopped",
    "folder_bytes": "wrote more than {folder_mb} MB of files, and was stopped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test and what became of it: `failed` by an assertion, or `error` by another exception or a bound."""

    name: str
    outcome: Outcome
    failure: Failure | None = None
    seconds: float = field(default=0.0, compare=False)
    """How long the test ran, as its process tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOfTests:
    """A test run. `cases` are the tests in their order.

    `missing` is the module that the student's Python lacks, such as `pytest`. `stopped` says why the run ended before
    all tests were done, as the end of a sentence. `means` are the means of `confinement` that held.
    """

    cases: tuple[Case, ...]
    missing: str | None = None
    stopped: str | None = None
    output: str = ""
    means: tuple[str, ...] = ()
    trace: Trace | None = None
    """The recorded steps of the traced test, if it has failed again."""
    started_at: float | None = None
    """The time of day, in seconds, at which the first test began, as its process tells."""
    known: tuple[KnownCase, ...] = ()
    """Some of the cases, with what was given and what came of it."""

    def count(self, outcome: Outcome) -> int:
        """Return the number of tests with an outcome."""
        return sum(case.outcome == outcome for case in self.cases)

    @property
    def is_green(self) -> bool:
        """Whether tests have run, and all of them have passed."""
        is_failed = any(case.failure is not None for case in self.cases)
        return not (is_failed or self.missing or self.stopped) and self.count("passed") > 0

    @property
    def first_failure(self) -> Case | None:
        """The first test that has failed."""
        return next((case for case in self.cases if case.failure is not None), None)

    @property
    def summary(self) -> str:
        """What became of the tests, as a sentence for the student."""
        failing, all_ = self.count("failed") + self.count("error"), len(self.cases) - self.count("skipped")
        if self.is_green:
            return "The test passes." if all_ == 1 else f"All {all_} tests pass."
        if not all_ and self.stopped:
            return f"The test run {self.stopped}."
        if not all_:
            return "No test has run."
        some = "The test fails" if all_ == failing == 1 else f"{failing} of {all_} tests {_verb(failing)}"
        return f"{some}." if not self.stopped else f"{some}. The test run {self.stopped}."

    def report(self) -> TestReport:
        """Return the report that goes with an ask."""
        first = self.first_failure
        return TestReport(
            passed=self.count("passed"),
            failed=self.count("failed"),
            errors=self.count("error"),
            first_failure=None if first is None or first.failure is None else _on_the_wire(first.name, first.failure),
            cases=self.known,
        )


def read_results(
    events: Iterator[Mapping[str, Any]],
    report: supervisor.Report,
    bounds: Mapping[str, Any],
    restored: Callable[[str], str],
) -> RunOfTests:
    """Return the results from the events of a test run and the supervisor's report on it.

    `bounds` are those of the supervisor, and `restored` puts the student's own paths into a text.
    """
    cases: list[Case] = []
    last: dict[str, str | None] = {}
    trace: Trace | None = None
    started_at: float | None = None
    for event in events:
        match event.get("event"):
            case "ended":
                cases.append(_case(event, bounds, restored))
                last["started"] = None
            case "trace":
                trace = read_trace(event)
            case "loading" | "started" as kind:
                last[kind] = str(event.get("name"))
                at = event.get("at")
                started_at = at if started_at is None and isinstance(at, float) else started_at
            case "missing" | "interrupted" | "finished" as kind:
                last[kind] = str(event.get("module") or event.get("raised") or "KeyboardInterrupt")
    stopped = _why_stopped(last, report, bounds)
    unfinished = last.get("started") or (None if cases else last.get("loading"))
    if stopped is not None and unfinished is not None:
        message = f"Test failed: {unfinished}\nIt {stopped}."
        cases.append(Case(name=unfinished, outcome="error", failure=Failure(message=message)))
    return RunOfTests(
        cases=tuple(cases[:MAX_CASES]),
        missing=last.get("missing"),
        stopped=stopped,
        output=report["stdout"],
        trace=trace,
        started_at=started_at,
    )


def read_events(lines: Iterator[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the events in the lines of a file. Lines that the student's program may have written are skipped."""
    for line in lines:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            yield event


def _case(event: Mapping[str, Any], bounds: Mapping[str, Any], restored: Callable[[str], str]) -> Case:
    name, outcome = str(event.get("name"))[:MAX_TEST_NAME_CHARACTERS], event.get("outcome")
    if outcome == "passed":
        return Case(name=name, outcome="passed")
    if outcome == "skipped":
        return Case(name=name, outcome="skipped")
    failure = read_failure(name, event, bounds, restored)
    ran = event.get("seconds")
    seconds = ran if isinstance(ran, int | float) else 0.0
    return Case(name=name, outcome="failed" if outcome == "failed" else "error", failure=failure, seconds=seconds)


def _why_stopped(last: Mapping[str, str | None], report: supervisor.Report, bounds: Mapping[str, Any]) -> str | None:
    """Return why a run ended before its tests were done, as the end of a sentence about it; None if they were done.

    `last` are the last events of each kind, by the name that they tell.
    """
    interrupted = last.get("interrupted") or (last.get("started") and last.get("finished"))
    if interrupted:
        return f"was interrupted by {interrupted}"
    if last.keys() & {"finished", "missing"}:
        return None
    if exceeded := report["exceeded"]:
        sizes = {f"{kind}_mb": bounds.get(f"{kind}_bytes", 0) // 1024**2 for kind in ("output", "memory", "folder")}
        return _EXCEEDED[exceeded].format(seconds=bounds["seconds"], tasks=bounds.get("tasks"), **sizes)
    status = report["exit_status"]
    if status < 0:
        return f"crashed Python itself ({_signal_name(-status)}), and ended there"
    return f"ended Python itself (exit status {status}), before all tests were done"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _verb(count: int) -> str:
    return "fails" if count == 1 else "fail"


def _on_the_wire(name: str, failure: Failure) -> FirstFailure:
    return FirstFailure(
        name=name[:MAX_TEST_NAME_CHARACTERS],
        message=failure.message[:MAX_FAILURE_CHARACTERS],
        line=failure.line,
        values=tuple(value[:MAX_VALUE_CHARACTERS] for value in failure.values[:MAX_VALUES]),
    )
