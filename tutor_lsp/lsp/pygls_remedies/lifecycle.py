"""The requests `initialize` and `shutdown`, and the notification `exit`.

Upstream builds its own workspace, changes the dict of requests while iterating over it, and exits with 0 where LSP
requires 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.protocol import lsp_method

from tutor_lsp.lsp.pygls_remedies.open_documents import OpenDocuments
from tutor_lsp.lsp.pygls_remedies.pending_requests import PendingRequests
from tutor_lsp.lsp.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pygls.lsp.server import LanguageServer


class Lifecycle(PendingRequests):
    """Keeps track of whether the client has sent `initialize` and `shutdown`, and calls `exit`."""

    _documents: OpenDocuments | None = None  # The constructor of pygls reads `workspace` before this class can set it.

    def __init__(self, server: LanguageServer, converter: Any) -> None:
        super().__init__(server, converter)
        self.exit: Callable[[], object] = lambda: None
        """The callback for `exit`; `stdio.serve` sets it."""
        self.watch_process: Callable[[int], object] = lambda _: None
        """The callback that gets the editor's process id; `stdio.serve` sets it."""

    @property
    def workspace(self) -> OpenDocuments:
        """The documents that the editor has opened. Raise `Refused` before `initialize`."""
        if self._documents is None:
            raise Refused("The language server has not been initialized.")
        return self._documents

    @property
    def was_initialized(self) -> bool:
        """Whether the client has sent `initialize`."""
        return self._documents is not None

    @property
    def was_shut_down(self) -> bool:
        """Whether the client has sent `shutdown`."""
        return self._shutdown

    @property
    def is_in_use(self) -> bool:
        """Whether the client has sent `initialize` and not yet `shutdown`."""
        return self.was_initialized and not self.was_shut_down

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Initialize with a workspace that never reads from disk."""
        self._documents = OpenDocuments(params)
        if params.process_id is not None:
            self.watch_process(params.process_id)
        return (yield from super().lsp_initialize(params))

    @lsp_method(types.SHUTDOWN)
    async def lsp_shutdown(self, *_: Any) -> None:  # type: ignore[override]  # pygls accepts any kind of function
        """Cancel every running request except this one, and accept no more."""
        self._shutdown = True
        for message_id, future in list(self._request_futures.items()):
            if message_id != self.msg_id:
                future.cancel()
        if (user_handler := self.fm.features.get(types.SHUTDOWN)) is not None:
            await user_handler(None)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> None:  # type: ignore[override]  # pygls accepts any kind of function
        """End the process. Its exit status is `RobustLanguageServer.exit_status`."""
        self.exit()
