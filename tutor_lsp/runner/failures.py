"""Why a test has failed, in plain words, read from the event of its end."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tutor_lsp.runner.traceback import exception_line, find_traceback
from tutor_pedagogy.failure_reports import Report, read_report
from tutor_pedagogy.problem.syntax_tree import syntax_tree
from tutor_protocol.submission import MAX_FAILURE_CHARACTERS, MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST_PART = 600
"""The maximum number of characters of the expected and of the actual result in a message."""
_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError)
_OF_PYTHON = frozenset(("print", "len", "list", "str", "int", "sorted", "abs", "sum", "set", "tuple", "dict", "repr"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a test has failed.

    `message` is for the student and for an ask. `line`, from 1, is the program's innermost line when an exception came
    through the program. `traceback` is that of such an exception. `report` has what is known of the failing call.
    """

    message: str
    line: int | None = None
    values: tuple[str, ...] = ()
    traceback: str | None = None
    report: Report = field(default_factory=Report)


def read_failure(
    name: str, event: Mapping[str, Any], bounds: Mapping[str, Any], restored: Callable[[str], str]
) -> Failure:
    """Return why a test has failed, from the event of its end. The arguments are those of `read_results`."""
    traceback, text = (restored(str(event.get(part) or "")) for part in ("traceback", "text"))
    line = event.get("line")
    values = event.get("values")
    stderr = restored(str(event.get("stderr") or ""))
    case = event.get("case")
    is_raised = event.get("outcome") == "error"
    if isinstance(case, dict):
        traceback = find_traceback(stderr) or ""
        message, report = _message_of_case(event, case, traceback, bounds), Report()
        is_raised = bool(traceback)
    else:
        message, report = _message(name, event, text, traceback, bounds)
    return Failure(
        message=message[:MAX_FAILURE_CHARACTERS],
        line=line if isinstance(line, int) and line > 0 else None,
        values=tuple(map(str, values[:MAX_VALUES])) if isinstance(values, list) else (),
        traceback=traceback if is_raised and traceback and not event.get("is_slow") else None,
        report=report,
    )


def _message(
    name: str, event: Mapping[str, Any], text: str, traceback: str, bounds: Mapping[str, Any]
) -> tuple[str, Report]:
    """Return the message about a failed test, and what is known of the call that the test makes."""
    if event.get("is_slow"):
        call = _first_call(traceback)
        return f"Test failed: {name}\nIt did not finish in {_seconds(bounds)}: {call or name}", Report(call)
    if event.get("outcome") == "error":
        call = _first_call(traceback) or _first_call(text)
        doing = "could not be loaded" if event.get("is_loading") else "raised an exception"
        said = exception_line(traceback) or str(event.get("raised"))
        return f"Test failed: {call or name}\nIt {doing}: {said}", Report(call)
    report = read_report(text) or Report()
    if text.startswith("Failed example:"):
        return text, report
    report = replace(report, call=report.call or _first_call(traceback))
    return f"Test failed: {report.call or name}\n{_told(report, text)}", report


def _told(report: Report, text: str) -> str:
    """Return the results that an assertion names; all of its text if it names none."""
    if report.expected is None and report.got is None:
        return text
    lines = [f"Expected: {report.expected[:LONGEST_PART]}"] if report.expected is not None else []
    lines += [f"Got: {report.got[:LONGEST_PART]}"] if report.got is not None else []
    told = report.message.partition(" : ")[2] or ("" if " != " in report.message else report.message)
    return "\n".join([*lines, told] if told and (report.got or "") not in told else lines)


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
            tree = syntax_tree(line.lstrip("> ").strip())
        except _NOT_PARSED:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in _OF_PYTHON:
                return ast.unparse(node)
    return None


def _seconds(bounds: Mapping[str, Any]) -> str:
    seconds = bounds["test_seconds"]
    return "1 second" if seconds == 1 else f"{seconds:g} seconds"
