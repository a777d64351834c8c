"""The certain errors that the offline tutor finds in a document, as marks on its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tutor_lsp.capture.document import window
from tutor_lsp.capture.mark import Mark
from tutor_lsp.lsp.text_document import without_line_end
from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_analysis.analyst import Analyst
    from tutor_lsp.capture.document import Window
    from tutor_lsp.lsp.text_document import EditedDocument
    from tutor_pedagogy.offline import SureMistake
    from tutor_protocol import Kind

MAX_FINDINGS = 50
OF_DOCUMENTS = "documents"
"""The owner of calls that check whole documents. Calls of different owners run in parallel, so asks need not wait."""


async def find_certain_errors(analyst: Analyst, shown: Window, kind: Kind) -> list[SureMistake]:
    """Return the certain errors in the code of a whole document."""
    submission = Submission(code=shown.code, cursor=Position(0, 0), kind=kind)
    return (await analyst.sure_mistakes(OF_DOCUMENTS, submission))[:MAX_FINDINGS]


def whole_window(document: EditedDocument) -> Window:
    """Return the window of a document, which contains all of it if it fits."""
    return window(document.lines, Position(0, 0))


def marks(document: EditedDocument, shown: Window, found: Iterable[SureMistake]) -> list[Mark]:
    """Return marks for the findings. The document must not have changed since the analysis."""
    put = []
    for one in found:
        before = shown.first_character if one.line == 0 else 0
        columns = (one.start + before, one.end + before)
        is_syntax = one.error_type == "syntax"
        severity = types.DiagnosticSeverity.Error if is_syntax else types.DiagnosticSeverity.Warning
        if without_line_end(document.lines[one.line]).strip():
            put.append(Mark.at(document, one.line, columns, one.message, severity))
    return put
