"""A pygls server with all remedies in place."""

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
    """Forgets the token of a progress that has ended. Upstream keeps it for ever."""

    def end(self, token: types.ProgressToken, value: types.WorkDoneProgressEnd) -> None:
        """Notify the client that the work has ended, and forget the token."""
        super().end(token, value)
        self.tokens.pop(token, None)


class RobustProtocol(Messages):
    """The protocol object of the server: all remedies, one on top of the other."""

    def __init__(self, server: LanguageServer, converter: Any) -> None:
        super().__init__(server, converter)
        self.progress = ForgettingProgress(self)


class RobustLanguageServer(LanguageServer):
    """A pygls server with the remedies in place. `stdio.serve` runs it."""

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

        `custom_params` has the class of the params of each custom method, `command_arguments` the class of the one
        argument of each command.
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
        """0 if the client has sent `shutdown`, else 1 (LSP 3.17 "Exit")."""
        return 0 if self.protocol.was_shut_down else 1

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log the exception. Upstream shows its text to the student."""
        log_exception(getattr(source, "__name__", "a message"), error)
