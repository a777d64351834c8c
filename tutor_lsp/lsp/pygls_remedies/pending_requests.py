"""Futures of requests are forgotten once they are done. Upstream keeps those of unanswered requests for ever."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from tutor_lsp.lsp.pygls_remedies.error_replies import ErrorReplies

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from tutor_lsp.lsp.pygls_remedies.error_replies import MessageId


class PendingRequests(ErrorReplies):
    """Keeps one future for each request, in either direction, until it is answered, cancelled or timed out."""

    async def request(self, method: str, params: Any, *, seconds: float) -> Any:
        """Send a request to the client and return the result.

        Raise `TimeoutError` after `seconds`, or `JsonRpcException` if the client replies with an error. Upstream keeps
        the future of an unanswered request for ever.
        """
        message_id = str(uuid4())
        try:
            async with asyncio.timeout(seconds):
                return await self.send_request_async(method, params, message_id)
        finally:
            self._request_futures.pop(message_id, None)
            self._result_types.pop(message_id, None)

    def _take_response(self, message_id: MessageId, message: dict[str, Any]) -> None:
        """Complete a request that this server sent. Upstream keeps the result type of a failed request for ever."""
        result_type = self._result_types.pop(message_id, None)
        future = self._request_futures.pop(message_id, None)
        if future is None or future.done():
            return
        try:
            if isinstance(message.get("error"), dict):
                error = self._converter.structure(message["error"], types.ResponseError)
                raise JsonRpcException.from_error(error)  # noqa: TRY301 - the handlers below also cover an invalid reply
            result = self._converter.structure(message, result_type).result if result_type else message.get("result")
        except JsonRpcException as error:
            future.set_exception(error)
        except Exception:  # noqa: BLE001 - cattrs raises any exception for a malformed value
            future.set_exception(JsonRpcInvalidParams("The editor's reply is not valid."))
        else:
            future.set_result(result)

    def _execute_handler(
        self,
        msg_id: MessageId,
        handler: Callable[[Any], Any],
        callback: Callable[[Future[Any]], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        super()._execute_handler(msg_id, handler, callback, args, kwargs)
        future = self._request_futures.get(msg_id)
        if future is not None:
            future.add_done_callback(lambda done: self._forget(msg_id, done))

    def _forget(self, message_id: MessageId, done: Future[Any]) -> None:
        if self._request_futures.get(message_id) is done:
            del self._request_futures[message_id]

    def _handle_cancel_notification(self, msg_id: MessageId) -> None:
        future = self._request_futures.pop(msg_id, None)
        if future is not None:
            future.cancel()
