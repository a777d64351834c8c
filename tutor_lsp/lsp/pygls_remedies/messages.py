"""Every request gets exactly one reply, whatever the client sends.

Upstream leaves malformed requests without a reply, ignores requests after `shutdown`, accepts them before `initialize`,
and fails at a custom message without `params`.
"""

from __future__ import annotations

import contextvars
import json
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import lsp_method

from tutor_lsp.lsp.error_log import log_exception
from tutor_lsp.lsp.pygls_remedies.error_replies import MessageId
from tutor_lsp.lsp.pygls_remedies.lifecycle import Lifecycle
from tutor_lsp.lsp.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pygls.lsp.server import LanguageServer


class Messages(Lifecycle):
    """Parses the client's messages and runs their handlers."""

    def __init__(self, server: LanguageServer, converter: Any) -> None:
        super().__init__(server, converter)
        self.custom_params: Mapping[str, type[Any]] = {}
        """The class of each custom method's params."""
        self.command_arguments: Mapping[str, type[Any]] = {}
        """The class of each command's one argument."""

    def refuse_frame(self, reason: str) -> None:
        """Send the error reply to a frame without a readable body."""
        self._refuse(None, JsonRpcParseError(reason))

    def receive(self, body: bytes) -> None:
        """Handle the body of one frame."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            self._refuse(None, JsonRpcParseError("The message is not valid JSON."))
            return
        message_id = message.get("id") if isinstance(message, dict) else None
        if isinstance(message_id, bool) or not isinstance(message_id, MessageId):
            message_id = None
        if not isinstance(message, dict) or message.get("jsonrpc") != self.VERSION:
            self._refuse(message_id, JsonRpcInvalidRequest("The message is not a JSON-RPC 2.0 object."))
            return
        run = contextvars.copy_context().run
        method = message.get("method")
        if isinstance(method, str) and "id" not in message:
            run(self._take_notification, method, message.get("params"))
        elif isinstance(method, str) and message_id is not None:
            run(self._take_request, message_id, method, message.get("params"))
        elif message_id is not None and ("result" in message or "error" in message):
            run(self._take_response, message_id, message)
        else:
            self._refuse(message_id, JsonRpcInvalidRequest("The message is neither a request nor a response."))

    def structure(self, what: str, raw: Any, expected: type[Any]) -> Any:
        """Return params, or a command's argument, as an object of the `expected` class. Raise `Refused` if invalid."""
        if isinstance(raw, dict):
            try:
                return self._converter.structure(raw, expected)
            except Exception:  # noqa: BLE001, S110 - cattrs raises any exception for a malformed value
                pass
        raise Refused(f"The parameters of {what} are not valid.")

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]  # pygls accepts any kind of function
        self, params: types.ExecuteCommandParams
    ) -> Any:
        """Run a command with its one argument, a JSON object.

        It is a coroutine, so that `$/cancelRequest` can cancel the command. Upstream also counts the arguments, ignores
        defaults and requires the first parameter to be named `ls`.
        """
        handler = self.fm.commands.get(params.command)
        if handler is None:
            raise Refused(f"There is no command {params.command[:100]}.")
        argument = params.arguments[0] if params.arguments else {}
        return await handler(self.structure(params.command, argument, self.command_arguments[params.command]))

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    async def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Call the handler, also for progress that has just ended. Upstream prints a warning in that case."""
        if (user_handler := self.fm.features.get(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)) is not None:
            await user_handler(params)

    def _take_request(self, message_id: MessageId, method: str, raw_params: Any) -> None:
        try:
            self._check_lifecycle(method)
            handler = self._get_handler(method)
            params = self._structure_params(method, raw_params)
        except (JsonRpcException, Refused) as refusal:
            self._refuse(message_id, refusal)
            return
        self._ctx_msg_id.set(message_id)
        callback = partial(self._send_handler_result, msg_id=message_id)
        self._execute_handler(message_id, handler, callback, args=(params,))

    def _take_notification(self, method: str, raw_params: Any) -> None:
        if method != types.EXIT and not self.is_in_use:
            return
        try:
            handler = None if method == types.CANCEL_REQUEST else self._get_handler(method)
            params = self._structure_params(method, raw_params)
        except JsonRpcMethodNotFound:  # LSP 3.17 "$ Notifications and Requests": a server may ignore unknown ones.
            return
        except (JsonRpcException, Refused) as refusal:
            log_exception(method, refusal)
            return
        if handler is None:
            self._handle_cancel_notification(params.id)
        else:
            callback = partial(self._check_notification_result, method)
            self._execute_handler(str(uuid4()), handler, callback, args=(params,))

    def _check_lifecycle(self, method: str) -> None:
        if self.was_shut_down:
            raise JsonRpcInvalidRequest("The language server has been shut down.")
        if (method == types.INITIALIZE) == (not self.was_initialized):
            return
        if not self.was_initialized:
            raise JsonRpcServerNotInitialized("The language server has not been initialized.")
        raise JsonRpcInvalidRequest("The language server has been initialized already.")

    def _structure_params(self, method: str, raw_params: Any) -> Any:
        known = types.METHOD_TO_TYPES.get(method)
        expected: Any = self.custom_params.get(method) or (known and known[2])
        if expected is None:
            return None
        return self.structure(method, {} if raw_params is None else raw_params, expected)
