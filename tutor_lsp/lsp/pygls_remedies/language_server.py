"""A pygls server with all workarounds in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pygls.lsp.server import LanguageServer
from pygls.progress import Progress

from tutor_lsp.lsp.error_log import log_exception
from tutor_lsp.lsp.pygls_remedies.messages import Messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lsprotocol import types

    from tutor_lsp.lsp.pygls_remedies.open_documents import OpenDocuments


class ForgettingProgress(Progress):
    """Forgets the token of a progress once it has ended. Upstream keeps it for ever."""

    def end(self, token: types.ProgressToken, value: types.WorkDoneProgressEnd) -> None:
        """Notify the client that the work has ended, and forget the token."""
        super().end(token, value)
        self.tokens.pop(token, None)


class RobustProtocol(Messages):
    """The server's protocol object, which combines all workarounds."""

    def __init__(self, server: LanguageServer, converter: Any) -> None:
        super().__init__(server, converter)
        self.progress = ForgettingProgress(self)


class RobustLanguageServer(LanguageServer):
    """A pygls server with all workarounds. `stdio.serve` runs it."""

    protocol: RobustProtocol

    def __init__(
        self,
        name: str,
        version: str,
        *,
        notebook_document_sync: types.NotebookDocumentSyncOptions,
        custom_params: Mapping[str, type[Any]],
        command_arguments: Mapping[str, type[Any]],
    ) -> None:
        """Build a server.

        `custom_params` maps each custom method to the class of its params, `command_arguments` each command to the
        class of its one argument.
        """
        super().__init__(name, version, notebook_document_sync=notebook_document_sync, protocol_cls=RobustProtocol)
        self.protocol.custom_params = custom_params
        self.protocol.command_arguments = command_arguments

    @property
    def documents(self) -> OpenDocuments:
        """The documents that the editor has opened."""
        return self.protocol.workspace

    @property
    def exit_status(self) -> Literal[0, 1]:
        """The exit status: 0 if the client has sent `shutdown`, else 1 (LSP 3.17 "Exit")."""
        return 0 if self.protocol.was_shut_down else 1

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log the exception. Upstream would show its text to the student."""
        log_exception(getattr(source, "__name__", "a message"), error)
