"""The results of a test run: what became of each test, and the first failure in plain words."""

from __future__ import annotations

import ast
import json
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tutor_lsp.runner.traceback import exception_line, find_traceback
from tutor_pedagogy.failure_reports import read_report
from tutor_pedagogy.run_trace.steps import read_trace
from tutor_protocol import FirstFailure, TestReport
from tutor_protocol.submission import (
    MAX_FAILURE_CHARACTERS,
    MAX_TEST_NAME_CHARACTERS,
    MAX_VALUE_CHARACTERS,
    MAX_VALUES,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor_lsp.runner.supervisor import Report
    from tutor_pedagogy.run_trace.steps import Trace

Outcome = Literal["passed", "failed", "error", "skipped"]

MAX_CASES = 1_000
LONGEST_PART = 600
"""The maximum number of characters of the expected and of the actual result in a message."""
_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError)
_EXCEEDED = {
    "seconds": "did not end in {seconds:g} seconds, and was stopped",
    "output_bytes": "printed more than {output_mb} MB, and was stopped",
    "memory_bytes": "took more than {memory_mb} MB of memory, and was stopped",
    "tasks": "started more than {tasks} processes and threads, and was stopped",
    "folder_bytes": "wrote more than {folder_mb} MB of files, and was stopped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a test has failed.

    `message` is for the student and for an ask. `line`, from 1, is the program's innermost line when an exception came
    through the program. `traceback` is that of such an exception. `call` is the call that the test makes, if known.
    """

    message: str
    line: int | None = None
    values: tuple[str, ...] = ()
    traceback: str | None = None
    call: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test and what became of it: `failed` by an assertion, or `error` by another exception or a bound."""

    name: str
    outcome: Outcome
    failure: Failure | None = None


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
        )


def read_results(
    events: Iterator[Mapping[str, Any]], report: Report, bounds: Mapping[str, Any], restored: Callable[[str], str]
) -> RunOfTests:
    """Return the results from the events of a test run and the supervisor's report on it.

    `bounds` are those of the supervisor, and `restored` puts the student's own paths into a text.
    """
    cases: list[Case] = []
    last: dict[str, str | None] = {}
    trace: Trace | None = None
    for event in events:
        match event.get("event"):
            case "ended":
                cases.append(_case(event, bounds, restored))
                last["started"] = None
            case "trace":
                trace = read_trace(event)
            case "loading" | "started" as kind:
                last[kind] = str(event.get("name"))
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
    failure = _failure(name, event, bounds, restored)
    return Case(name=name, outcome="failed" if outcome == "failed" else "error", failure=failure)


def _failure(name: str, event: Mapping[str, Any], bounds: Mapping[str, Any], restored: Callable[[str], str]) -> Failure:
    traceback, text = (restored(str(event.get(part) or "")) for part in ("traceback", "text"))
    line = event.get("line")
    values = event.get("values")
    stderr = restored(str(event.get("stderr") or ""))
    case = event.get("case")
    is_raised = event.get("outcome") == "error"
    if isinstance(case, dict):
        traceback = find_traceback(stderr) or ""
        message, call = _message_of_case(event, case, traceback, bounds), None
        is_raised = bool(traceback)
    else:
        message, call = _message(name, event, text, traceback, bounds)
    return Failure(
        message=message[:MAX_FAILURE_CHARACTERS],
        line=line if isinstance(line, int) and line > 0 else None,
        values=tuple(map(str, values[:MAX_VALUES])) if isinstance(values, list) else (),
        traceback=traceback if is_raised and traceback and not event.get("is_slow") else None,
        call=call,
    )


def _message(
    name: str, event: Mapping[str, Any], text: str, traceback: str, bounds: Mapping[str, Any]
) -> tuple[str, str | None]:
    """Return the message about a failed test, and the call that the test makes, if it is known."""
    if event.get("is_slow"):
        call = _first_call(traceback)
        return f"Test failed: {name}\nIt did not finish in {_seconds(bounds)}: {call or name}", call
    if event.get("outcome") == "error":
        call = _first_call(traceback) or _first_call(text)
        doing = "could not be loaded" if event.get("is_loading") else "raised an exception"
        said = exception_line(traceback) or str(event.get("raised"))
        return f"Test failed: {call or name}\nIt {doing}: {said}", call
    report = read_report(text)
    if report is None or (report.expected is None and report.got is None):
        call = (report and report.call) or _first_call(traceback)
        return f"Test failed: {call or name}\n{text}", call
    if text.startswith("Failed example:"):
        return text, report.call
    call = report.call or _first_call(traceback)
    lines = [f"Test failed: {call or name}"]
    lines += [f"Expected: {report.expected[:LONGEST_PART]}"] if report.expected is not None else []
    lines += [f"Got: {report.got[:LONGEST_PART]}"] if report.got is not None else []
    told = report.message.partition(" : ")[2] or ("" if " != " in report.message else report.message)
    return "\n".join([*lines, told] if told and (report.got or "") not in told else lines), call


def _message_of_case(
    event: Mapping[str, Any], case: Mapping[str, Any], traceback: str, bounds: Mapping[str, Any]
) -> str:
    """Return the message about a program that printed something else for an input than it should."""
    entered, expected, got = (str(case.get(part) or "").rstrip("\n") for part in ("input", "expected", "got"))
    lines = [_labelled("Input", entered or "(nothing)"), _labelled("Expected", expected or "(nothing)")]
    if event.get("is_slow"):
        lines.append(f"The program did not finish in {_seconds(bounds)}.")
    elif traceback:
        lines.append(f"It raised an exception: {exception_line(traceback)}")
    else:
        lines.append(_labelled("Got", got or "(nothing)"))
        if event.get("exit_status"):
            lines.append(f"The program ended with exit status {event['exit_status']}.")
    return "\n".join(lines)


def _labelled(label: str, text: str) -> str:
    text = text[:LONGEST_PART]
    return f"{label}: {text}" if "\n" not in text else f"{label}:\n{text}"


def _first_call(text: str) -> str | None:
    """Return the first call of a function by its name in the first line of code that a traceback or report shows."""
    for line in text.split("\n"):
        if not line.startswith(("    ", ">")) or "(" not in line:
            continue
        try:
            tree = ast.parse(line.lstrip("> ").strip())
        except _NOT_PARSED:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in _OF_PYTHON:
                return ast.unparse(node)
    return None


_OF_PYTHON = frozenset(("print", "len", "list", "str", "int", "sorted", "abs", "sum", "set", "tuple", "dict", "repr"))


def _why_stopped(last: Mapping[str, str | None], report: Report, bounds: Mapping[str, Any]) -> str | None:
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


def _seconds(bounds: Mapping[str, Any]) -> str:
    seconds = bounds["test_seconds"]
    return "1 second" if seconds == 1 else f"{seconds:g} seconds"


def _verb(count: int) -> str:
    return "fails" if count == 1 else "fail"


def _on_the_wire(name: str, failure: Failure) -> FirstFailure:
    return FirstFailure(
        name=name[:MAX_TEST_NAME_CHARACTERS],
        message=failure.message[:MAX_FAILURE_CHARACTERS],
        line=failure.line,
        values=tuple(value[:MAX_VALUE_CHARACTERS] for value in failure.values[:MAX_VALUES]),
    )
