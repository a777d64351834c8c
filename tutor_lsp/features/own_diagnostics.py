"""The language server's own diagnostics: certain errors in a document, and the line where its last run failed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.capture.diagnostics import MAX_COMPILED_CHARACTERS
from tutor_lsp.capture.document import is_python
from tutor_lsp.capture.findings import find_certain_errors, marks, whole_window
from tutor_lsp.capture.notebook import notebook_cell
from tutor_lsp.features.base import Feature
from tutor_lsp.tutors.analysis import LazyAnalyst

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutor_lsp.capture.diagnostics import KnownDiagnostics
    from tutor_lsp.features.base import Handler
    from tutor_lsp.lsp.background_tasks import BackgroundTasks
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.lsp.text_document import EditedDocument
    from tutor_lsp.tutors.choice import TutorChoice

PAUSE_SECONDS = 0.3
"""Seconds without typing after which a document is checked, so that half-typed lines are not reported as errors."""


class OwnDiagnostics(Feature):
    """Feature: `textDocument/publishDiagnostics`, for students whose editor has no other checker for Python.

    The setting `tutor.diagnostics` turns off all of them except failures of runs, which only the student starts. A line
    on which another checker reports an error or a warning gets no diagnostic of ours.
    """

    def __init__(
        self,
        editor: Editor,
        choice: TutorChoice,
        known: KnownDiagnostics,
        background: BackgroundTasks,
        *,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._editor = editor
        self._choice = choice
        self._known = known
        self._background = background
        self._analysis = LazyAnalyst()
        self._pause = pause
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._shown: dict[str, list[types.Diagnostic]] = {}

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of LSP and custom methods."""
        return {
            types.TEXT_DOCUMENT_DID_OPEN: self.did_open,
            types.TEXT_DOCUMENT_DID_CHANGE: self.did_change,
            types.TEXT_DOCUMENT_DID_CLOSE: self.did_close,
            types.NOTEBOOK_DOCUMENT_DID_OPEN: self.notebook_did_open,
            types.NOTEBOOK_DOCUMENT_DID_CHANGE: self.notebook_did_change,
            types.NOTEBOOK_DOCUMENT_DID_CLOSE: self.notebook_did_close,
            protocol.DIAGNOSTICS_DID_CHANGE: self.others_did_change,
        }

    async def did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Show the crash that an earlier run had in this document, if any, and schedule a check."""
        document = self._editor.documents.open_document(params.text_document.uri)
        if document is not None:
            self._known.crashes.opened(document)
        self._changed([params.text_document.uri])

    async def did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Move each diagnostic with its line, or remove it if its line was edited, and schedule another check."""
        self._changed([params.text_document.uri])

    async def did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Remove the diagnostics of a closed document, because the editor reports no more edits of it."""
        self._closed([params.text_document.uri])

    async def notebook_did_open(self, params: types.DidOpenNotebookDocumentParams) -> None:
        """Schedule a check of each cell."""
        self._changed(cell.uri for cell in params.cell_text_documents)

    async def notebook_did_change(self, params: types.DidChangeNotebookDocumentParams) -> None:
        """Schedule checks of the new and edited cells."""
        cells = params.change.cells
        if cells is None:
            return
        self._changed(edited.document.uri for edited in cells.text_content or ())
        if cells.structure is not None:
            self._changed(cell.uri for cell in cells.structure.did_open or ())
            self._closed(cell.uri for cell in cells.structure.did_close or ())

    async def notebook_did_close(self, params: types.DidCloseNotebookDocumentParams) -> None:
        """Remove the diagnostics of all cells."""
        self._closed(cell.uri for cell in params.cell_text_documents)

    async def others_did_change(self, params: protocol.OtherDiagnostics) -> None:
        """Store the diagnostics of other checkers (notification `tutor/diagnostics/didChange`)."""
        document = self._editor.documents.open_document(params.uri)
        if document is not None:
            self._known.replace_from_editor(document, params.diagnostics)
            self.show(document)

    async def shutdown(self) -> None:
        """End the child process that checks large documents, if there is one."""
        await self._analysis.close()

    def refresh(self) -> None:
        """Check all open documents again, because the settings have changed."""
        self._changed(list(self._editor.documents.text_documents))

    def show(self, document: EditedDocument) -> None:
        """Publish the document's diagnostics, unless they are the same as those shown."""
        key, diagnostics = unquote(document.uri), self._of(document)
        if diagnostics != self._shown.get(key, []):
            self._shown[key] = diagnostics
            self._editor.publish(document.uri, diagnostics)

    def _of(self, document: EditedDocument) -> list[types.Diagnostic]:
        crash = self._known.crashes.of(document)
        ours = [] if crash is None else [crash.mark]
        if self._choice.settings.diagnostics:
            taken = {mark.line for mark in ours}
            ours += [
                mark
                for mark in self._known.own(document)
                if mark.line not in taken and not self._known.is_reported(document, mark.line)
            ]
        return [mark.shown(document) for mark in ours]

    def _changed(self, uris: Iterable[str]) -> None:
        for uri in uris:
            document = self._editor.documents.open_document(uri)
            if document is None:
                continue
            self.show(document)
            self._forget_looking(uri)
            is_looked_at = self._choice.settings.diagnostics and is_python(document)
            if is_looked_at and document.length <= MAX_COMPILED_CHARACTERS:
                self._looking[unquote(uri)] = self._background.run(self._look(document), "looking for errors")

    def _closed(self, uris: Iterable[str]) -> None:
        for uri in uris:
            self._forget_looking(uri)
            if self._shown.pop(unquote(uri), None):
                self._editor.publish(uri, [])

    def _forget_looking(self, uri: str) -> None:
        task = self._looking.pop(unquote(uri), None)
        if task is not None:
            task.cancel()

    async def _look(self, document: EditedDocument) -> None:
        await asyncio.sleep(self._pause)
        shown, revision = whole_window(document), document.revision
        is_cell = notebook_cell(self._editor.documents, document.uri) is not None
        found = await find_certain_errors(await self._analysis.analyst(), shown, "cell" if is_cell else "document")
        if document.revision == revision:
            self._known.set_own(document, marks(document, shown, found))
            self.show(document)
