"""A workspace of open documents only. Upstream reads any other document from disk, whatever its URI is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from pygls.capabilities import ServerCapabilitiesBuilder
from pygls.workspace import Workspace

from tutor_lsp.lsp.refused import Refused
from tutor_lsp.lsp.text_document import EditedDocument, LineCodec

if TYPE_CHECKING:
    from lsprotocol import types
    from pygls.workspace import TextDocument


class OpenDocuments(Workspace):
    """The documents and notebooks that the editor has opened."""

    def __init__(self, params: types.InitializeParams) -> None:
        encoding = ServerCapabilitiesBuilder.choose_position_encoding(params.capabilities)
        super().__init__(params.root_uri, workspace_folders=params.workspace_folders, position_encoding=encoding)
        self._position_codec = LineCodec(encoding)

    def open_document(self, uri: str) -> EditedDocument | None:
        """Return the document, or None if the editor has not opened it."""
        document = self._text_documents.get(unquote(uri))
        return document if isinstance(document, EditedDocument) else None

    def detached(self, uri: str, text: str) -> EditedDocument:
        """Return a Python document that the editor has not opened. Its positions use the client's encoding, too."""
        document = self._create_text_document(uri, text, language_id="python")
        assert isinstance(document, EditedDocument)  # noqa: S101 - tells the type checker the class
        return document

    def get_text_document(self, doc_uri: str) -> TextDocument:
        """Return the document. Raise `Refused` if the editor has not opened it."""
        document = self.open_document(doc_uri)
        if document is None:
            raise Refused("Open the file in the editor first.")
        return document

    def update_text_document(
        self, text_doc: types.VersionedTextDocumentIdentifier, change: types.TextDocumentContentChangeEvent
    ) -> None:
        """Apply an edit. Ignore edits of documents that are not open; upstream raises an exception."""
        if self.open_document(text_doc.uri) is not None:
            super().update_text_document(text_doc, change)

    def update_notebook_document(self, params: types.DidChangeNotebookDocumentParams) -> None:
        """Apply a change. Ignore changes of notebooks that are not open; upstream raises an exception."""
        if self.get_notebook_document(notebook_uri=params.notebook_document.uri) is not None:
            super().update_notebook_document(params)

    def _create_text_document(
        self, doc_uri: str, source: str | None = None, version: int | None = None, language_id: str | None = None
    ) -> TextDocument:
        codec = self._position_codec
        assert isinstance(codec, LineCodec)  # noqa: S101 - `__init__` sets a LineCodec, but pygls annotates a wider type
        return EditedDocument(doc_uri, source, version, language_id, codec)
