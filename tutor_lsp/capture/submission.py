"""Build an ask, and keep track of the place that it is about while the student edits the document."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve
from lsprotocol import types
from pygls.workspace import ServerTextPosition, ServerTextRange

from tutor_lsp.capture import diagnostics, notebook
from tutor_lsp.capture.document import Window, is_python, window
from tutor_lsp.capture.graded_cells import graded_failure
from tutor_lsp.capture.wire_text import traceback_text, valid
from tutor_lsp.capture.workspace_module import workspace_place
from tutor_lsp.lsp.refused import Refused
from tutor_lsp.lsp.text_document import without_line_end
from tutor_lsp.protocol import DIAGNOSTIC_SOURCE
from tutor_lsp.runner.trials import RunTrial
from tutor_pedagogy.problem.identity import identify
from tutor_protocol import MAX_CODE_BYTES, MAX_QUESTION_CHARACTERS, Ask, Position

if TYPE_CHECKING:
    from tutor_lsp.capture.crashes import Crash
    from tutor_lsp.capture.graded_cells import GradedFailure
    from tutor_lsp.lsp.pygls_remedies.open_documents import OpenDocuments
    from tutor_lsp.lsp.text_document import Anchor, EditedDocument
    from tutor_lsp.protocol import AskArgument
    from tutor_lsp.runner.trials import Trial
    from tutor_pedagogy.problem.identity import Problem
    from tutor_protocol import Cell, Kind

_ROOM = 8 * 1024
"""Bytes of the code limit that are reserved, because placeholders may be longer than the values they replace."""


@dataclass(frozen=True, slots=True)
class Captured:
    """An ask, and the place that it is about. `range` is in the client's units, in the text at the time of the ask."""

    ask: Ask
    range: types.Range
    uri: str
    """The URI of the document: the other file of the student's if a run failed there, else the argument's URI."""
    document: EditedDocument
    problem: Problem
    anchor: Anchor
    revision: int
    lines: tuple[str, ...] = ()
    """The lines of the document at the time of the ask."""
    trial: Trial | None = None
    """How an edit can be tried: with the tests or the run that the ask is about."""

    def is_stale(self) -> bool:
        """Return whether the code that the ask is about has been edited since, judging by the problem's fingerprint."""
        if self.document.revision == self.revision:
            return False
        return self.problem.fingerprint != fingerprint_at(self.document, self.anchor, self.ask.kind)

    def is_about_the_place_of(self, earlier: Captured) -> bool:
        """Return whether an earlier ask was about the same unit (such as a function), even if edits have moved it."""
        unit = self.problem.unit
        place = earlier.anchor.line - self.ask.first_line
        is_same_unit = (unit.kind, unit.name) == (earlier.problem.unit.kind, earlier.problem.unit.name)
        return self.document is earlier.document and is_same_unit and unit.start_line <= place < unit.end_line


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """The range of lines that may be sent with the ask, and the notebook cells before them."""

    kind: Kind
    start: int
    end: int
    cells: tuple[Cell, ...] = ()
    traceback: str | None = None


def capture(
    argument: AskArgument,
    documents: OpenDocuments,
    known: diagnostics.KnownDiagnostics,
    request_id: UUID,
) -> Captured:
    """Build the ask. Raise `Refused` if the document is not open or not Python, or if the question is too long.

    Private values are kept here, because local mode may use them. `RedactingTutor` replaces them for a service.
    """
    document = documents.open_document(argument.uri)
    if document is None:
        raise Refused("Open the file in the editor first, then ask again.")
    if not is_python(document):
        raise Refused("The tutor explains Python code only.")
    question = valid(argument.question or "").strip()
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise Refused(f"A question can have at most {MAX_QUESTION_CHARACTERS} characters.")
    crash = known.crashes.on_lines(document, argument.position.line, argument.position.line)
    origin = None if question else known.crashes.origin(crash, documents)
    if origin is not None:
        argument, document = _at_origin(argument, origin, known), origin
    graded = None if question else graded_failure(documents, argument.uri)
    if graded is not None:
        known.reports.remember(graded.document.uri, graded.report)
        argument, document = _at_tested_code(argument, graded), graded.document
    anchor = document.anchor(argument.position)
    around = _surroundings(documents, document, anchor.line)
    shown = _window(document, anchor, around)
    crash = known.crashes.on_lines(document, anchor.line, anchor.line)
    said = [_as_said(item, crash, document) for item in argument.diagnostics or ()]
    if argument.diagnostics is None:
        said = [] if crash is None else [crash.mark.diagnostic(document)]
        said += known.from_editor_on_lines(document, anchor.line, anchor.line)
    place = workspace_place(argument.uri)
    cursor = shown.place(anchor.line, anchor.character)
    problem = identify(shown.code, cursor, around.kind)
    is_reported = bool(argument.traceback or around.traceback or crash)
    known_report = None if is_reported else known.reports.about(document, problem)
    ask = Ask(
        request_id=request_id,
        code=shown.code,
        cursor=cursor,
        kind=around.kind,
        first_line=shown.first_line,
        diagnostics=diagnostics.to_wire(said, document, shown, anchor.line),
        traceback=traceback_text(
            known_report.traceback
            if known_report
            else argument.traceback or around.traceback or (crash.traceback if crash else None)
        ),
        run_id=known_report.run_id if known_report else _run_id(argument, around, crash),
        test_report=known_report.report if known_report else None,
        trace=known_report.trace if known_report else None,
        found_edit=known_report.found_edit if known_report else None,
        cells=around.cells,
        question=question or None,
        module_id=place.module,
        course_id=place.course,
        follow_up_to=argument.follow_up_to,
        document_id=_document_id(document.uri),
    )
    return Captured(
        ask=ask,
        range=_range(document, anchor.line, said),
        uri=argument.uri,
        document=document,
        problem=problem,
        anchor=anchor,
        revision=document.revision,
        lines=tuple(document.lines),
        trial=known_report.trial if known_report else _run_trial(argument, around, crash),
    )


def _run_trial(argument: AskArgument, around: _Surroundings, crash: Crash | None) -> RunTrial | None:
    """Return the run whose traceback comes with the ask, if it was a run of a file on this computer."""
    if argument.traceback or around.traceback or around.kind == "cell" or crash is None or crash.program is None:
        return None
    return RunTrial(crash.program)


def _document_id(uri: str) -> str:
    """Return a digest that tells a document from others, so that its name and folder stay here."""
    return blake2b(uri.encode("utf-8", "surrogatepass"), digest_size=16, person=b"document").hexdigest()


def _run_id(argument: AskArgument, around: _Surroundings, crash: Crash | None) -> UUID | None:
    """Return the id of the run whose traceback comes with the ask. Raise `Refused` if the argument's is no UUID."""
    if argument.run_id is not None:
        try:
            return UUID(argument.run_id)
        except ValueError:
            raise Refused("runId is a UUID.") from None
    if argument.traceback or around.traceback or crash is None:
        return None
    return crash.run_id


def _at_origin(argument: AskArgument, origin: EditedDocument, known: diagnostics.KnownDiagnostics) -> AskArgument:
    """Return the argument, moved to the line of another of the student's files that raised the exception."""
    crash = known.crashes.of(origin)
    position = argument.position if crash is None else crash.mark.diagnostic(origin).range.start
    return evolve(argument, uri=origin.uri, position=position, diagnostics=None)


def _at_tested_code(argument: AskArgument, graded: GradedFailure) -> AskArgument:
    """Return the argument, moved from a failing test of a notebook to the code that it tests."""
    uri, position = graded.document.uri, graded.position
    return evolve(argument, uri=uri, position=position, diagnostics=None, traceback=None, run_id=None)


def fingerprint_at(document: EditedDocument, anchor: Anchor, kind: Kind) -> str:
    """Return the fingerprint of the problem at a place in the current text."""
    around = _file_surroundings(document, anchor.line)
    shown = _window(document, anchor, around)
    return identify(shown.code, shown.place(anchor.line, anchor.character), kind).fingerprint


def _as_said(diagnostic: types.Diagnostic, crash: Crash | None, document: EditedDocument) -> types.Diagnostic:
    """Return a diagnostic to send. The values of our own crash are left out, because the traceback contains them."""
    if crash is None or diagnostic.source != DIAGNOSTIC_SOURCE:
        return diagnostic
    is_crash = diagnostic.message == crash.mark.shown(document).message
    return crash.mark.diagnostic(document) if is_crash else diagnostic


def _surroundings(documents: OpenDocuments, document: EditedDocument, line: int) -> _Surroundings:
    cell = notebook.notebook_cell(documents, document.uri)
    if cell is None:
        return _file_surroundings(document, line)
    return _Surroundings(
        kind="cell",
        start=0,
        end=len(document.lines),
        cells=notebook.cells_before(documents, document.uri),
        traceback=notebook.output_of(cell).error,
    )


def _file_surroundings(document: EditedDocument, line: int) -> _Surroundings:
    cells = notebook.file_cells(document.lines)
    cell = next((cell for cell in cells if cell.start <= line < cell.end), None)
    if cell is None:
        return _Surroundings(kind="document", start=0, end=len(document.lines))
    return _Surroundings(
        kind="cell",
        start=cell.start,
        end=cell.end,
        cells=notebook.file_cells_before(document.lines, cells, cell.start),
    )


def _window(document: EditedDocument, anchor: Anchor, around: _Surroundings) -> Window:
    cursor = Position(anchor.line, anchor.character)
    return window(document.lines, cursor, start=around.start, end=around.end, budget=MAX_CODE_BYTES - _ROOM)


def _range(document: EditedDocument, line: int, said: list[types.Diagnostic]) -> types.Range:
    """Return the range of the most severe diagnostic that starts on the line, or of the line's text if none does."""
    on_line = [item for item in said if item.range.start.line == line]
    if on_line:
        return min(on_line, key=lambda item: item.severity or types.DiagnosticSeverity.Error).range
    content = without_line_end(document.lines[line])
    start = len(content) - len(content.lstrip())
    place = ServerTextRange(ServerTextPosition(line, start), ServerTextPosition(line, len(content)))
    return document.range_to_client_units(place)
