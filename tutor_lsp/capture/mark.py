"""A message about a line of a document. It is valid until that line is edited."""

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
    """A message about a range of columns (code points) in a line. `anchor` follows the line when others are edited.

    `detail` is shown to the student only, on its own line below the message.
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
        """Return a mark on a line of the document as it is now."""
        anchor = document.anchor(types.Position(line, 0))
        return cls(message, severity, anchor, without_line_end(document.lines[line]), columns)

    @property
    def line(self) -> int:
        """The current number of the line."""
        return self.anchor.line

    def is_current(self, document: EditedDocument) -> bool:
        """Return whether the line still has the text that the mark was made for."""
        return without_line_end(document.lines[self.line]) == self.text

    def shown(self, document: EditedDocument) -> types.Diagnostic:
        """Return the diagnostic to show in the editor, with the detail, at the line's current position."""
        diagnostic = self.diagnostic(document)
        if self.detail:
            diagnostic.message += f"\n{self.detail}"
        return diagnostic

    def diagnostic(self, document: EditedDocument) -> types.Diagnostic:
        """Return the diagnostic to send with an ask, without the detail, at the line's current position."""
        start, end = self.columns
        place = ServerTextRange(ServerTextPosition(self.line, start), ServerTextPosition(self.line, end))
        return types.Diagnostic(
            range=document.range_to_client_units(place),
            message=self.message[:MAX_MESSAGE_CHARACTERS],
            severity=self.severity,
            source=DIAGNOSTIC_SOURCE,
        )
