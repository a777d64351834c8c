"""The editor at the other end: what it can do, and how a feature speaks to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tutor_lsp import protocol

if TYPE_CHECKING:
    from pathlib import Path

    from tutor_lsp.lsp.pygls_remedies.language_server import RobustLanguageServer
    from tutor_lsp.lsp.pygls_remedies.open_documents import OpenDocuments

REPLY_SECONDS = 10.0
"""How long an editor may take for what it does by itself."""


class Editor:
    """Says things to the editor. Nothing here raises because an editor does not answer."""

    def __init__(self, server: RobustLanguageServer) -> None:
        self._server = server
        self.name = "an editor"
        self.speaks_tutor = False
        """Whether it takes the messages of `protocol`."""
        self.shows_documents = False
        self.shows_progress = False
        self.has_configuration = False
        """Whether it answers `workspace/configuration`."""
        self.registers_configuration = False
        """Whether it wants to be asked to tell of changes to the configuration."""

    @property
    def documents(self) -> OpenDocuments:
        """What it has opened."""
        return self._server.documents

    def learn(self, params: types.InitializeParams) -> None:
        """Take note of what the editor says of itself in `initialize`."""
        capabilities = params.capabilities
        if params.client_info is not None and params.client_info.name:
            self.name = params.client_info.name
        experimental = capabilities.experimental
        self.speaks_tutor = isinstance(experimental, dict) and bool(experimental.get("tutor"))
        if (window := capabilities.window) is not None:
            self.shows_documents = window.show_document is not None and bool(window.show_document.support)
            self.shows_progress = bool(window.work_done_progress)
        if (workspace := capabilities.workspace) is not None:
            self.has_configuration = bool(workspace.configuration)
            changes = workspace.did_change_configuration
            self.registers_configuration = changes is not None and bool(changes.dynamic_registration)

    def notify(self, method: str, params: Any) -> None:
        """Send a notification, one of `protocol` only to an editor that takes it or was told to."""
        self._server.protocol.notify(method, params)

    def show_message(self, text: str, kind: types.MessageType) -> None:
        """Show a message of one or more lines."""
        self.notify(types.WINDOW_SHOW_MESSAGE, types.ShowMessageParams(type=kind, message=text))

    def publish(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        """Show our own diagnostics of a document, in place of those shown before."""
        params = types.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics)
        self.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)

    async def show_document(self, path: Path) -> bool:
        """Open a file beside the student's own. Gives whether it was shown."""
        # `takeFocus` is left out, which is false (LSP 3.17): Emacs 30's eglot takes the word "false" for true.
        return await self._show(types.ShowDocumentParams(uri=path.as_uri(), external=False))

    async def open_in_browser(self, url: str) -> bool:
        """Open a page where the student sits, which need not be on this computer. Gives whether it was opened."""
        return await self._show(types.ShowDocumentParams(uri=url, external=True))

    async def configuration(self) -> Any:
        """Give the section `tutor` of the editor's settings; None where it has none."""
        params = types.ConfigurationParams([types.ConfigurationItem(section=protocol.CONFIGURATION_SECTION)])
        result = await self._request(types.WORKSPACE_CONFIGURATION, params)
        return result[0] if isinstance(result, (list, tuple)) and result else None

    async def watch_configuration(self) -> None:
        """Ask to be told when the settings change."""
        options = {"section": protocol.CONFIGURATION_SECTION}
        change = types.WORKSPACE_DID_CHANGE_CONFIGURATION
        registration = types.Registration(id=change, method=change, register_options=options)
        await self._request(types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([registration]))

    async def begin_progress(self, token: str, title: str) -> bool:
        """Show that work goes on, with a way to cancel it. Gives whether the editor took it."""
        params = types.WorkDoneProgressCreateParams(token)
        try:
            await self._server.protocol.request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, params, seconds=REPLY_SECONDS)
        except (TimeoutError, JsonRpcException):
            return False
        begin = types.WorkDoneProgressBegin(title=title, cancellable=True)
        self._server.work_done_progress.begin(token, begin)
        return True

    def report_progress(self, token: str, message: str) -> None:
        """Say what goes on, in a few words."""
        self._server.work_done_progress.report(token, types.WorkDoneProgressReport(message=message))

    def end_progress(self, token: str) -> None:
        """Take the progress away."""
        self._server.work_done_progress.end(token, types.WorkDoneProgressEnd())

    async def _show(self, params: types.ShowDocumentParams) -> bool:
        result = await self._request(types.WINDOW_SHOW_DOCUMENT, params) if self.shows_documents else None
        return isinstance(result, types.ShowDocumentResult) and result.success

    async def _request(self, method: str, params: Any) -> Any:
        try:
            return await self._server.protocol.request(method, params, seconds=REPLY_SECONDS)
        except (TimeoutError, JsonRpcException):
            return None
