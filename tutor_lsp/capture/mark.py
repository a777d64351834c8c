"""A remark about a line of a document, good for as long as that line stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from lsprotocol import types
from pygls.workspace import ServerTextPosition, ServerTextRange

from tutor_lsp.capture.wire_text import MAX_MESSAGE_CHARACTERS
from tutor_lsp.lsp.text_document import without_line_end
from tutor_lsp.protocol import DIAGNOSTIC_SOURCE

if TYPE_CHECKING:
    from tutor_lsp.lsp.text_document import Anchor, EditedDocument


@dataclass(frozen=True, slots=True)
class Mark:
    """What to say at a line: `columns` are code points of its text, `anchor` moves along with edits elsewhere.

    `detail` is for the student's eyes alone, on a line of its own below the message.
    """

    message: str
    severity: types.DiagnosticSeverity
    anchor: Anchor
    text: str
    columns: tuple[int, int]
    detail: str = ""

    @classmethod
    def at(
        cls,
        document: EditedDocument,
        line: int,
        columns: tuple[int, int],
        message: str,
        severity: types.DiagnosticSeverity,
    ) -> Self:
        """Mark a line of the document as it is now."""
        anchor = document.anchor(types.Position(line, 0))
        return cls(message, severity, anchor, without_line_end(document.lines[line]), columns)

    @property
    def line(self) -> int:
        """Where the line is now."""
        return self.anchor.line

    def is_current(self, document: EditedDocument) -> bool:
        """Say whether the line is still as it was."""
        return without_line_end(document.lines[self.line]) == self.text

    def shown(self, document: EditedDocument) -> types.Diagnostic:
        """Say it as an editor shows it, where the line is now."""
        diagnostic = self.diagnostic(document)
        if self.detail:
            diagnostic.message += f"\n{self.detail}"
        return diagnostic

    def diagnostic(self, document: EditedDocument) -> types.Diagnostic:
        """Say it as it goes along with an ask, where the line is now."""
        start, end = self.columns
        place = ServerTextRange(ServerTextPosition(self.line, start), ServerTextPosition(self.line, end))
        return types.Diagnostic(
            range=document.range_to_client_units(place),
            message=self.message[:MAX_MESSAGE_CHARACTERS],
            severity=self.severity,
            source=DIAGNOSTIC_SOURCE,
        )
