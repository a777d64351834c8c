"""The results of the last test runs. An ask about the code that was tested carries them until the code is edited."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tutor_lsp.capture.crashes import bare_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from tutor_lsp.lsp.text_document import EditedDocument
    from tutor_lsp.runner.trials import TestTrial
    from tutor_pedagogy.problem.identity import Problem
    from tutor_protocol import FoundEdit, RunTrace, TestReport

MAX_REPORTS = 16


@dataclass(frozen=True, slots=True)
class KnownReport:
    """The report of a test run, with the traceback of its first failure and the unit of code that this is about."""

    lines: tuple[str, ...]
    """The program's lines when the tests ran."""
    report: TestReport
    run_id: UUID
    unit: tuple[str, str]
    traceback: str | None = None
    trace: RunTrace | None = None
    found_edit: FoundEdit | None = None
    """The edit with which all tests pass, once it has been found."""
    trial: TestTrial | None = None
    """The tests, with which an edit can be tried."""


class KnownReports:
    """The reports of the last test runs, by the program's URI."""

    def __init__(self) -> None:
        self._reports: OrderedDict[str, KnownReport] = OrderedDict()

    def remember(self, uri: str, report: KnownReport) -> None:
        """Remember the report of a test run, in place of the program's last one."""
        self._reports.pop(unquote(uri), None)
        self._reports[unquote(uri)] = report
        if len(self._reports) > MAX_REPORTS:
            self._reports.popitem(last=False)

    def complete(self, uri: str, run_id: UUID, found: FoundEdit) -> None:
        """Add the edit that was found for a run of tests, if no later run has taken its place."""
        known = self._reports.get(unquote(uri))
        if known is not None and known.run_id == run_id:
            self._reports[unquote(uri)] = replace(known, found_edit=found)

    def add_trace(self, uri: str, run_id: UUID, trace: RunTrace) -> None:
        """Add the trace of a test run to its report, unless the program was tested again."""
        known = self._reports.get(unquote(uri))
        if known is not None and known.run_id == run_id:
            self._reports[unquote(uri)] = replace(known, trace=trace)

    def forget(self, uri: str) -> None:
        """Forget the report of a program."""
        self._reports.pop(unquote(uri), None)

    def about(self, document: EditedDocument, problem: Problem) -> KnownReport | None:
        """Return the report if the document is as it was tested, and the problem's unit is the one that it is about."""
        known = self._reports.get(unquote(document.uri))
        if known is None or known.unit != unit_of(problem) or known.lines != bare(document.lines):
            return None
        return known


def unit_of(problem: Problem) -> tuple[str, str]:
    """Return the unit of code that a problem is in."""
    return problem.unit.kind, problem.unit.qualified_name


def bare(lines: Sequence[str]) -> tuple[str, ...]:
    """Return lines as they are compared: without line ends, and without empty lines at the end."""
    found = bare_lines(lines)
    while found and not found[-1]:
        found.pop()
    return tuple(found)
