"""The known errors of a document: the editor's diagnostics, our own, its syntax error and its last crash."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from lsprotocol import types
from pygls.workspace import ServerTextPosition, ServerTextRange

from tutor_lsp.capture.crashes import KnownCrashes
from tutor_lsp.capture.test_reports import KnownReports
from tutor_lsp.capture.wire_text import MAX_MESSAGE_CHARACTERS, valid
from tutor_lsp.protocol import DIAGNOSTIC_SOURCE
from tutor_pedagogy.problem.syntax_tree import syntax_tree
from tutor_protocol import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_lsp.capture.document import Window
    from tutor_lsp.capture.mark import Mark
    from tutor_lsp.lsp.text_document import EditedDocument

MAX_DIAGNOSTICS = 50

_ERROR, _WARNING = types.DiagnosticSeverity.Error, types.DiagnosticSeverity.Warning

MAX_COMPILED_CHARACTERS = 64 * 1024
"""The maximum length in characters of code that is compiled in the event loop. Longer code would block the editor."""


class KnownDiagnostics:
    """Remembers the diagnostics of a document for as long as its text stays the same.

    An editor sends only the diagnostics under the cursor. With the remembered ones, a student can also ask about an
    error elsewhere on the cursor's line.
    """

    def __init__(self) -> None:
        self.crashes = KnownCrashes()
        self.reports = KnownReports()
        self._heard: WeakKeyDictionary[EditedDocument, tuple[int, list[types.Diagnostic]]] = WeakKeyDictionary()
        self._told: WeakKeyDictionary[EditedDocument, list[types.Diagnostic]] = WeakKeyDictionary()
        self._found: WeakKeyDictionary[EditedDocument, list[Mark]] = WeakKeyDictionary()
        self._compiled: WeakKeyDictionary[EditedDocument, tuple[int, types.Diagnostic | None]] = WeakKeyDictionary()

    def add_from_editor(self, document: EditedDocument, diagnostics: Iterable[types.Diagnostic]) -> None:
        """Add diagnostics that the editor sends. Our own are left out, since the server knows them already."""
        heard = self._of_this_text(document)
        heard += [item for item in diagnostics if item.source != DIAGNOSTIC_SOURCE and item not in heard]
        del heard[:-MAX_DIAGNOSTICS]
        self._heard[document] = (document.revision, heard)

    def replace_from_editor(self, document: EditedDocument, diagnostics: Iterable[types.Diagnostic]) -> None:
        """Replace the remembered diagnostics of other checkers by all that these report now."""
        told = [item for item in diagnostics if item.source != DIAGNOSTIC_SOURCE]
        self._told[document] = told
        self._heard[document] = (document.revision, told[-MAX_DIAGNOSTICS:])

    def set_own(self, document: EditedDocument, marks: list[Mark]) -> None:
        """Replace the language server's own findings in a document."""
        self._found[document] = marks

    def own(self, document: EditedDocument) -> list[Mark]:
        """Return our own findings, except those on lines that have been edited since."""
        return [mark for mark in self._found.get(document, ()) if mark.is_current(document)]

    def is_reported(self, document: EditedDocument, line: int) -> bool:
        """Return whether another checker reports an error or a warning on a line. Style remarks do not count."""
        said = [*self._told.get(document, ()), *self._of_this_text(document)]
        return any(_touches(item, line, line) and (item.severity or _ERROR) <= _WARNING for item in said)

    def from_editor_on_lines(self, document: EditedDocument, first: int, last: int) -> list[types.Diagnostic]:
        """Return the editor's diagnostics on lines `first` to `last`."""
        return [item for item in self._of_this_text(document) if _touches(item, first, last)]

    def own_on_lines(self, document: EditedDocument, first: int, last: int) -> list[types.Diagnostic]:
        """Return the language server's own findings on lines `first` to `last`."""
        return [mark.diagnostic(document) for mark in self.own(document) if first <= mark.line <= last]

    def compiled_on_lines(self, document: EditedDocument, first: int, last: int) -> list[types.Diagnostic]:
        """Return the syntax error if it touches lines `first` to `last`. The document is compiled if necessary."""
        error = self.syntax_error(document)
        return [error] if error is not None and _touches(error, first, last) else []

    def syntax_error(self, document: EditedDocument) -> types.Diagnostic | None:
        """Return the document's syntax error, or None. The document is compiled once for each revision of its text."""
        revision, found = self._compiled.get(document, (None, None))
        if revision != document.revision:
            found = compile_error(document)
            self._compiled[document] = (document.revision, found)
        return found

    def _of_this_text(self, document: EditedDocument) -> list[types.Diagnostic]:
        revision, heard = self._heard.get(document, (None, []))
        return heard if revision == document.revision else []


def compile_error(document: EditedDocument) -> types.Diagnostic | None:
    """Return the document's syntax error, or None. The code is compiled but not run; long code is not compiled."""
    if document.length > MAX_COMPILED_CHARACTERS:
        return None
    try:
        syntax_tree(document.source.removeprefix("\ufeff"))
    except SyntaxError as error:
        return _as_diagnostic(error, document)
    # `compile` raises these for NUL characters, lone surrogates and code that is nested too deeply.
    except (ValueError, MemoryError, RecursionError):
        return None
    return None


def to_wire(
    diagnostics: Iterable[types.Diagnostic], document: EditedDocument, window: Window, cursor_line: int
) -> tuple[Diagnostic, ...]:
    """Return the diagnostics within the window, in code points of its code, nearest to the cursor first."""
    found: list[tuple[int, int, int, Diagnostic]] = []
    for item in diagnostics:
        place = document.range_from_client_units(item.range)
        if place.end.line not in window and place.start.line not in window:
            continue
        start = window.place(place.start.line, place.start.character)
        end = window.place(place.end.line, place.end.character)
        wire = Diagnostic(
            line=start.line,
            character=start.character,
            end_line=end.line,
            end_character=end.character,
            message=valid(str(item.message))[:MAX_MESSAGE_CHARACTERS],
            severity=item.severity.value if item.severity else types.DiagnosticSeverity.Error.value,
            source=valid(item.source or "")[:MAX_MESSAGE_CHARACTERS],
            code="" if item.code is None else valid(str(item.code))[:MAX_MESSAGE_CHARACTERS],
        )
        found.append((abs(place.start.line - cursor_line), wire.severity, len(found), wire))
    return tuple(wire for *_, wire in sorted(found)[:MAX_DIAGNOSTICS])


def _touches(diagnostic: types.Diagnostic, first: int, last: int) -> bool:
    start, end = sorted((diagnostic.range.start.line, diagnostic.range.end.line))
    return start <= last and end >= first


def _as_diagnostic(error: SyntaxError, document: EditedDocument) -> types.Diagnostic:
    """Return CPython's syntax error as a diagnostic. CPython counts from 1; unknown positions are 0 or None."""
    line = min(max((error.lineno or 1) - 1, 0), len(document.lines) - 1)
    start = ServerTextPosition(line, max((error.offset or 1) - 1, 0))
    end = ServerTextPosition(max((error.end_lineno or 0) - 1, line), max((error.end_offset or 0) - 1, 0))
    place = ServerTextRange(start, max(start, end))
    return types.Diagnostic(
        range=document.range_to_client_units(place),
        message=str(error.msg),
        severity=types.DiagnosticSeverity.Error,
        source=DIAGNOSTIC_SOURCE,
    )
