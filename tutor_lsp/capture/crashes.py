"""Where the last run of a document failed, remembered for as long as that line stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from lsprotocol import types
from pygls.workspace import ServerTextPosition, ServerTextRange

from tutor_lsp.capture.wire_text import MAX_MESSAGE_CHARACTERS
from tutor_lsp.protocol import DIAGNOSTIC_SOURCE
from tutor_lsp.text_document import without_line_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_lsp.python_traceback import Frame
    from tutor_lsp.text_document import Anchor, EditedDocument


@dataclass(frozen=True, slots=True)
class Crash:
    """What ended a run, and at which line: `columns` are code points of its text, `anchor` moves along with edits."""

    message: str
    traceback: str
    severity: types.DiagnosticSeverity
    anchor: Anchor
    text: str
    columns: tuple[int, int]

    def diagnostic(self, document: EditedDocument) -> types.Diagnostic:
        """Say it as an editor shows it, where the line is now."""
        line, (start, end) = self.anchor.line, self.columns
        place = ServerTextRange(ServerTextPosition(line, start), ServerTextPosition(line, end))
        return types.Diagnostic(
            range=document.range_to_client_units(place),
            message=self.message[:MAX_MESSAGE_CHARACTERS],
            severity=self.severity,
            source=DIAGNOSTIC_SOURCE,
        )


class KnownCrashes:
    """The crash of each open document whose last run had one."""

    def __init__(self) -> None:
        self._crashes: WeakKeyDictionary[EditedDocument, Crash] = WeakKeyDictionary()

    def note(
        self,
        document: EditedDocument,
        line: int,
        frame: Frame,
        *,
        message: str,
        traceback: str,
        severity: types.DiagnosticSeverity = types.DiagnosticSeverity.Error,
    ) -> Crash:
        """Take note of a crash in line `line` of the document as it is now, which is the line of `frame`."""
        text = without_line_end(document.lines[line])
        anchor = document.anchor(types.Position(line, 0))
        crash = Crash(message, traceback, severity, anchor, text, _columns(text, frame))
        self._crashes[document] = crash
        return crash

    def forget(self, document: EditedDocument) -> None:
        """Take note that the last run went well, or was the last of this document."""
        self._crashes.pop(document, None)

    def of(self, document: EditedDocument) -> Crash | None:
        """Give the crash. Once its line has been edited, there is none."""
        crash = self._crashes.get(document)
        if crash is not None and without_line_end(document.lines[crash.anchor.line]) != crash.text:
            self.forget(document)
            return None
        return crash

    def on_lines(self, document: EditedDocument, first: int, last: int) -> Crash | None:
        """Give the crash if it is on one of the lines `first` to `last`."""
        crash = self.of(document)
        return crash if crash is not None and first <= crash.anchor.line <= last else None


def line_now(then: Sequence[str], now: Sequence[str], line: int) -> int | None:
    """Find a line of a text after edits above it or below it; None after edits on it, or on both sides."""
    if line >= len(then):
        return None
    if then[: line + 1] == now[: line + 1]:
        return line
    below = len(then) - line
    return len(now) - below if then[line:] == now[-below:] else None


def _columns(text: str, frame: Frame) -> tuple[int, int]:
    """Give what to underline: the expression that the traceback marks, else all that stands on the line.

    Beside characters that are wider than one column CPython's marker is not where the expression is.
    """
    start, end = min(len(text) - len(text.lstrip()), len(text.rstrip())), len(text.rstrip())
    if frame.marked is None or text.strip() != frame.source or not text.isascii():
        return start, end
    first, last = start + frame.marked[0], min(start + frame.marked[1], end)
    return (first, last) if first < last else (start, end)  # CPython may mark the place after the last character
