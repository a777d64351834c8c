"""The line at which a document's last run failed. It is remembered until the student edits that line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from lsprotocol import types

from tutor_lsp.capture.mark import Mark
from tutor_lsp.lsp.text_document import without_line_end

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor_lsp.lsp.pygls_remedies.open_documents import OpenDocuments
    from tutor_lsp.lsp.text_document import EditedDocument
    from tutor_lsp.runner.traceback import Frame

MAX_COPIES = 8
"""The maximum number of files not open in the editor whose text is kept after a run has failed in them."""


@dataclass(frozen=True, slots=True)
class Crash:
    """The exception or timeout that ended a run, with a mark on the line where it happened."""

    mark: Mark
    traceback: str
    origin: str | None = None
    """The URI of the student's other file in which the exception was raised, or None if it was raised in this one."""
    run_id: UUID = field(default_factory=uuid4)
    """The id of the run, by which the service tells a new run from one that it knows."""
    program: Path | None = None
    """The file that was run."""


class KnownCrashes:
    """The crashes of open documents whose last run failed."""

    def __init__(self) -> None:
        self._crashes: WeakKeyDictionary[EditedDocument, Crash] = WeakKeyDictionary()
        self._copies: dict[str, EditedDocument] = {}

    def keep_copy(self, document: EditedDocument) -> None:
        """Keep the text of a file that a run executed but the editor has not opened, so that asks can include it.

        Asks never read a file. The text is the one that the program ran with.
        """
        self._copies.pop(unquote(document.uri), None)
        self._copies[unquote(document.uri)] = document
        if len(self._copies) > MAX_COPIES:
            del self._copies[next(iter(self._copies))]

    def opened(self, document: EditedDocument) -> None:
        """Move a crash in a file that was not open to its document, which the editor has just opened.

        The crash is dropped if its line differs between the text that was run and the document.
        """
        copy = self._copies.pop(unquote(document.uri), None)
        crash = None if copy is None else self.of(copy)
        if copy is None or crash is None:
            return
        line = line_now(bare_lines(copy.lines), bare_lines(document.lines), crash.mark.line)
        if line is not None:
            mark = crash.mark
            moved = Mark.at(document, line, mark.columns, mark.message, mark.severity)
            self._crashes[document] = replace(crash, mark=replace(moved, detail=mark.detail))

    def origin(self, crash: Crash | None, documents: OpenDocuments) -> EditedDocument | None:
        """Return the other file in which the exception was raised, or None if its line has been edited since."""
        if crash is None or crash.origin is None:
            return None
        document = documents.open_document(crash.origin) or self._copies.get(unquote(crash.origin))
        return document if document is not None and self.of(document) is not None else None

    def remember(
        self,
        document: EditedDocument,
        line: int,
        frame: Frame,
        *,
        message: str,
        traceback: str,
        values: str | None = None,
        severity: types.DiagnosticSeverity = types.DiagnosticSeverity.Error,
        origin: str | None = None,
        program: Path | None = None,
    ) -> Crash:
        """Remember a crash at the document's present line number `line`, which is the line of `frame`.

        `values` are the values of the line's variables, such as `total = 3, n = 0`.
        """
        columns = _columns(without_line_end(document.lines[line]), frame)
        mark = Mark.at(document, line, columns, message, severity)
        mark = replace(mark, detail=f"Values on this line: {values}") if values else mark
        crash = Crash(mark, traceback, origin, program=program)
        self._crashes[document] = crash
        return crash

    def forget(self, document: EditedDocument) -> None:
        """Forget the crash of a document."""
        self._crashes.pop(document, None)

    def of(self, document: EditedDocument) -> Crash | None:
        """Return the crash of a document, or None if it has no crash or the line of the crash has been edited."""
        crash = self._crashes.get(document)
        if crash is not None and not crash.mark.is_current(document):
            self.forget(document)
            return None
        return crash

    def on_lines(self, document: EditedDocument, first: int, last: int) -> Crash | None:
        """Return the crash if it is on one of the lines `first` to `last` (inclusive)."""
        crash = self.of(document)
        return crash if crash is not None and first <= crash.mark.line <= last else None


def bare_lines(lines: Sequence[str]) -> list[str]:
    """Return the lines without line ends and byte order mark, because an editor and a file may differ in those."""
    bare = [without_line_end(line) for line in lines]
    return [bare[0].removeprefix("\ufeff"), *bare[1:]]


def line_now(then: Sequence[str], now: Sequence[str], line: int) -> int | None:
    """Return the line number in the text `now` of the line that had the number `line` in the text `then`.

    Return None if the line itself was edited, or if lines both above and below it were edited.
    """
    if line >= len(then):
        return None
    if then[: line + 1] == now[: line + 1]:
        return line
    below = len(then) - line
    return len(now) - below if then[line:] == now[-below:] else None


def _columns(text: str, frame: Frame) -> tuple[int, int]:
    """Return the columns to underline: the expression that the traceback marks, else the whole text of the line.

    The traceback's `^^^` markers are ignored on lines with wide characters, where CPython misplaces them.
    """
    start, end = min(len(text) - len(text.lstrip()), len(text.rstrip())), len(text.rstrip())
    if frame.marked is None or text.strip() != frame.source or not text.isascii():
        return start, end
    first, last = start + frame.marked[0], min(start + frame.marked[1], end)
    return (first, last) if first < last else (start, end)  # CPython may mark the column after the last character.
