"""The editor's capabilities, and the messages that features send to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tutor_lsp import protocol

if TYPE_CHECKING:
    from pathlib import Path

    from tutor_lsp.lsp.pygls_remedies.language_server import RobustLanguageServer
    from tutor_lsp.lsp.pygls_remedies.open_documents import OpenDocuments

_KEEPS_OLD_TEXT = re.compile(r"helix|eglot|emacs", re.IGNORECASE)
"""The names of editors that go on showing the old text of an open file, or ask what to do about it."""
REPLY_SECONDS = 10.0
"""The timeout in seconds of requests that the editor answers without asking the student."""


class Editor:
    """Sends messages to the editor. No method raises if the editor does not reply."""

    def __init__(self, server: RobustLanguageServer) -> None:
        self._server = server
        self.name = "an editor"
        self.speaks_tutor = False
        """Whether the editor supports the custom messages of `protocol`."""
        self.shows_documents = False
        self.shows_progress = False
        self.hovers = False
        """Whether the editor says that it shows hovers."""
        self.hovers_markdown = True
        """Whether a hover may be Markdown."""
        self.has_configuration = False
        """Whether the editor answers `workspace/configuration`."""
        self.registers_configuration = False
        """Whether the editor lets the server register for `workspace/didChangeConfiguration`."""

    @property
    def documents(self) -> OpenDocuments:
        """The documents that the editor has opened."""
        return self._server.documents

    def learn(self, params: types.InitializeParams) -> None:
        """Read the editor's capabilities from `initialize`."""
        capabilities = params.capabilities
        if params.client_info is not None and params.client_info.name:
            self.name = params.client_info.name
        experimental = capabilities.experimental
        self.speaks_tutor = isinstance(experimental, dict) and bool(experimental.get("tutor"))
        hover = capabilities.text_document.hover if capabilities.text_document is not None else None
        self.hovers = hover is not None
        if hover is not None and hover.content_format:
            self.hovers_markdown = types.MarkupKind.Markdown in hover.content_format
        if (window := capabilities.window) is not None:
            self.shows_documents = window.show_document is not None and bool(window.show_document.support)
            self.shows_progress = bool(window.work_done_progress)
        if (workspace := capabilities.workspace) is not None:
            self.has_configuration = bool(workspace.configuration)
            changes = workspace.did_change_configuration
            self.registers_configuration = changes is not None and bool(changes.dynamic_registration)

    @property
    def rereads_files(self) -> bool:
        """Whether the editor shows a file anew that another program has changed, without asking the student."""
        return not _KEEPS_OLD_TEXT.match(self.name)

    def notify(self, method: str, params: Any) -> None:
        """Send a notification. Those of `protocol` require `speaks_tutor`, or the setting `notifications`."""
        self._server.protocol.notify(method, params)

    def show_message(self, text: str, kind: types.MessageType) -> None:
        """Show a message of one or more lines."""
        self.notify(types.WINDOW_SHOW_MESSAGE, types.ShowMessageParams(type=kind, message=text))

    def publish(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        """Publish our own diagnostics of a document, which replace those published before."""
        params = types.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics)
        self.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)

    async def show_document(self, path: Path) -> bool:
        """Show a file next to the student's own in the editor. Return whether it was shown."""
        # `takeFocus` is left out, which means false (LSP 3.17): Emacs 30's eglot reads an explicit false as true.
        return await self._show(types.ShowDocumentParams(uri=path.as_uri(), external=False))

    async def open_in_browser(self, url: str) -> bool:
        """Open a page in the browser of the computer where the editor's window is. Return whether it was opened."""
        return await self._show(types.ShowDocumentParams(uri=url, external=True))

    async def configuration(self) -> Any:
        """Return the section `tutor` of the editor's settings, or None if the editor sends none."""
        params = types.ConfigurationParams([types.ConfigurationItem(section=protocol.CONFIGURATION_SECTION)])
        result = await self._request(types.WORKSPACE_CONFIGURATION, params)
        return result[0] if isinstance(result, (list, tuple)) and result else None

    async def watch_configuration(self) -> None:
        """Register for changes of the settings."""
        options = {"section": protocol.CONFIGURATION_SECTION}
        change = types.WORKSPACE_DID_CHANGE_CONFIGURATION
        registration = types.Registration(id=change, method=change, register_options=options)
        await self._request(types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([registration]))

    async def begin_progress(self, token: str, title: str) -> bool:
        """Show cancellable progress. Return whether the editor accepted it."""
        params = types.WorkDoneProgressCreateParams(token)
        try:
            await self._server.protocol.request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params, seconds=REPLY_SECONDS)
        except (TimeoutError, JsonRpcException):
            return False
        begin = types.WorkDoneProgressBegin(title=title, cancellable=True)
        self._server.work_done_progress.begin(token, begin)
        return True

    def report_progress(self, token: str, message: str) -> None:
        """Update the text that the progress shows."""
        self._server.work_done_progress.report(token, types.WorkDoneProgressReport(message=message))

    def end_progress(self, token: str) -> None:
        """Remove the progress."""
        self._server.work_done_progress.end(token, types.WorkDoneProgressEnd())

    async def _show(self, params: types.ShowDocumentParams) -> bool:
        result = await self._request(types.WINDOW_SHOW_DOCUMENT, params) if self.shows_documents else None
        return isinstance(result, types.ShowDocumentResult) and result.success

    async def _request(self, method: str, params: Any) -> Any:
        try:
            return await self._server.protocol.request(method, params, seconds=REPLY_SECONDS)
        except (TimeoutError, JsonRpcException):
            return None
