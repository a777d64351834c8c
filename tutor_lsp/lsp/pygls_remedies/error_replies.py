"""Error replies without tracebacks. Upstream sends tracebacks, and shows the exception's text in a pop-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.protocol import LanguageServerProtocol

from tutor_lsp.lsp.error_log import INTERNAL_ERROR_MESSAGE, log_exception
from tutor_lsp.lsp.refused import Refused

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pygls.exceptions import JsonRpcException

MessageId = str | int


class ErrorReplies(LanguageServerProtocol):
    """Logs an unexpected exception, and replies with a sentence for the student."""

    def _refuse(self, message_id: MessageId | None, refusal: JsonRpcException | Refused) -> None:
        error = {"code": refusal.code, "message": refusal.message}
        self._send_data({"jsonrpc": self.VERSION, "id": message_id, "error": error})

    def _send_handler_result(self, future: Future[Any], *, msg_id: MessageId) -> None:
        if future.cancelled():
            self._refuse(msg_id, Refused("Cancelled.", types.LSPErrorCodes.RequestCancelled))
            return
        error = future.exception()
        if error is None:
            self._send_response(msg_id, future.result())
        elif isinstance(error, Refused):
            self._refuse(msg_id, error)
        else:
            log_exception("a request", error)
            self._refuse(msg_id, Refused(INTERNAL_ERROR_MESSAGE, types.ErrorCodes.InternalError))

    def _check_notification_result(self, method: str, future: Future[Any]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:
            log_exception(method, error)
            self.notify(
                types.WINDOW_LOG_MESSAGE, types.LogMessageParams(types.MessageType.Error, INTERNAL_ERROR_MESSAGE)
            )
