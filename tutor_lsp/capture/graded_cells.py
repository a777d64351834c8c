"""Failing tests of a notebook: an assertion of a test cell, as nbgrader has them, or the report of Otter's grader."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from lsprotocol import types

from tutor_lsp.capture import notebook
from tutor_lsp.capture.test_reports import KnownReport, bare, unit_of
from tutor_lsp.runner.tested_place import functions_of
from tutor_pedagogy.failure_reports import called_names, read_report
from tutor_pedagogy.problem.identity import identify
from tutor_protocol import FirstFailure, Position, TestReport
from tutor_protocol.submission import MAX_FAILURE_CHARACTERS, MAX_TEST_NAME_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_lsp.lsp.pygls_remedies.open_documents import OpenDocuments
    from tutor_lsp.lsp.text_document import EditedDocument
    from tutor_pedagogy.failure_reports import Report

_FAILED_EXAMPLE = "Failed example:"
_CASE_PASSED, _CASE_FAILED = "Test case passed", "Test case failed"
_ARROW = re.compile(r"^-+> ?\d+ (?P<code>.*)$", re.MULTILINE)
_TESTS_OF = re.compile(r"^(?P<name>\S+) results:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class GradedFailure:
    """A failing test of a notebook, and the place of the student's code that it calls."""

    document: EditedDocument
    position: types.Position
    report: KnownReport


@dataclass(frozen=True, slots=True)
class _Failure:
    report: Report
    name: str
    passed: int = 0
    failed: int = 1


def graded_failure(documents: OpenDocuments, uri: str) -> GradedFailure | None:
    """Return the failing test that the output of a notebook cell shows, if an earlier cell has what it calls."""
    cell = notebook.notebook_cell(documents, uri)
    document = documents.open_document(uri)
    if cell is None or document is None:
        return None
    output = notebook.output_of(cell)
    failure = _of_assertion(output.error, document.source) if output.error else _of_otter(output.text)
    if failure is None or failure.report.call is None:
        return None
    names = called_names(failure.report.call)
    for code in _earlier_cells(documents, uri):
        functions = functions_of(code.source)
        line = next((functions[name] for name in names if name in functions), None)
        if line is not None:
            run = f"{uri} {cell.execution_summary and cell.execution_summary.execution_order} {failure}"
            return _at(code, line, failure, run)
    return None


def _at(document: EditedDocument, line: int, failure: _Failure, run: str) -> GradedFailure:
    text = document.lines[line]
    indent = len(text) - len(text.lstrip())
    report = TestReport(
        passed=failure.passed,
        failed=failure.failed,
        errors=0,
        first_failure=FirstFailure(
            name=failure.name[:MAX_TEST_NAME_CHARACTERS],
            message=_message(failure.report)[:MAX_FAILURE_CHARACTERS],
        ),
    )
    unit = unit_of(identify(document.source, Position(line, indent), "cell"))
    # The same output is the same run, so that asking about it again is no effort.
    known = KnownReport(bare(document.lines), report, uuid5(NAMESPACE_URL, run), unit)
    return GradedFailure(document, types.Position(line, indent), known)


def _message(report: Report) -> str:
    lines = [f"Test failed: {report.call}"]
    lines += [f"Expected: {report.expected}"] if report.expected is not None else []
    lines += [f"Got: {report.got}"] if report.got is not None else []
    return "\n".join([*lines, report.message] if report.message else lines)


def _of_assertion(error: str, source: str) -> _Failure | None:
    """Return the failure of an assertion in the cell itself, from a traceback of IPython."""
    arrows = _ARROW.findall(error)
    statement = arrows[-1].strip() if arrows else ""
    last = error.rstrip().rpartition("\nAssertionError")[2].partition("\n")[0] if "AssertionError" in error else None
    if last is None or not statement.startswith("assert ") or statement not in source:
        return None
    report = read_report(f"    {statement}\nAssertionError{last}")
    return None if report is None else _Failure(report, statement)


def _of_otter(text: str) -> _Failure | None:
    """Return the first failure in the text of Otter's grader, which has the form of doctest's reports."""
    start = text.find(_FAILED_EXAMPLE)
    if start < 0:
        return None
    start = text.rfind("\n", 0, start) + 1
    report = read_report(textwrap.dedent(text[start:]))
    name = _TESTS_OF.search(text)
    if report is None:
        return None
    return _Failure(
        report,
        name["name"] if name is not None else "test",
        passed=text.count(_CASE_PASSED),
        failed=max(text.count(_CASE_FAILED), 1),
    )


def _earlier_cells(documents: OpenDocuments, uri: str) -> Iterator[EditedDocument]:
    """Yield the documents of the code cells before this one, the nearest first."""
    found = documents.get_notebook_document(cell_uri=uri)
    cells = list(found.cells) if found else []
    own = next((n for n, cell in enumerate(cells) if notebook.is_document_of(cell, uri)), 0)
    for cell in reversed(cells[:own]):
        document = documents.open_document(cell.document)
        if cell.kind == types.NotebookCellKind.Code and document is not None:
            yield document
