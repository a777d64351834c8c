"""Remedies for faults of pygls 2.1.1, each with a test that fails once the fault is gone upstream.

Positions and line ends have a module of their own, `text_document`; reading frames has `framing`; keeping other output
off stdout has `stdio`. What needs no code: the server asks for incremental sync only, since pygls' full sync destroys
edited notebook cells, and every handler of ours is `async def`, since a synchronous one blocks all messages behind it.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote
from uuid import uuid4

from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcServerNotInitialized,
)
from pygls.lsp.server import LanguageServer
from pygls.progress import Progress
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.workspace import TextDocument, Workspace

from tutor_lsp.lsp.failures import INTERNAL_FAILURE, log_failure
from tutor_lsp.lsp.text_document import EditedDocument, LineCodec

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from concurrent.futures import Future

MessageId = str | int


class Refused(JsonRpcException):
    """An error reply whose text is ours and meant for the student."""

    def __init__(self, message: str, code: int = JsonRpcInvalidParams.CODE) -> None:
        super().__init__(message, code)


class OpenDocuments(Workspace):
    """Only what the editor has opened. Upstream reads any other document from disk, whatever its URI says."""

    def __init__(self, params: types.InitializeParams) -> None:
        encoding = ServerCapabilitiesBuilder.choose_position_encoding(params.capabilities)
        super().__init__(params.root_uri, workspace_folders=params.workspace_folders, position_encoding=encoding)
        self._position_codec = LineCodec(encoding)

    def open_document(self, uri: str) -> EditedDocument | None:
        """Give the document, or None where the editor has not opened it."""
        document = self._text_documents.get(unquote(uri))
        return document if isinstance(document, EditedDocument) else None

    def detached(self, uri: str, text: str) -> EditedDocument:
        """Build a Python document that is not open, with positions in the client's encoding as those that are."""
        document = self._create_text_document(uri, text, language_id="python")
        assert isinstance(document, EditedDocument)  # noqa: S101 - for the type checker
        return document

    def get_text_document(self, doc_uri: str) -> TextDocument:
        """Give the document. Raises `Refused` where the editor has not opened it."""
        document = self.open_document(doc_uri)
        if document is None:
            raise Refused("Open the file in the editor first.")
        return document

    def update_text_document(
        self, text_doc: types.VersionedTextDocumentIdentifier, change: types.TextDocumentContentChangeEvent
    ) -> None:
        """Apply an edit; one to a document that is not open is left out, where upstream fails."""
        if self.open_document(text_doc.uri) is not None:
            super().update_text_document(text_doc, change)

    def update_notebook_document(self, params: types.DidChangeNotebookDocumentParams) -> None:
        """Apply a change; one to a notebook that is not open is left out, where upstream fails."""
        if self.get_notebook_document(notebook_uri=params.notebook_document.uri) is not None:
            super().update_notebook_document(params)

    def _create_text_document(
        self, doc_uri: str, source: str | None = None, version: int | None = None, language_id: str | None = None
    ) -> TextDocument:
        codec = self._position_codec
        assert isinstance(codec, LineCodec)  # noqa: S101 - set in __init__; upstream's annotation is wider
        return EditedDocument(doc_uri, source, version, language_id, codec)


class ForgettingProgress(Progress):
    """Upstream keeps the token of every progress for ever."""

    def end(self, token: types.ProgressToken, value: types.WorkDoneProgressEnd) -> None:
        """Notify the end of work and forget the token."""
        super().end(token, value)
        self.tokens.pop(token, None)


class RobustProtocol(LanguageServerProtocol):
    """Answers every request exactly once, whatever came in, and forgets what it has answered."""

    _server: RobustLanguageServer

    def __init__(self, server: RobustLanguageServer, converter: Any) -> None:
        super().__init__(server, converter)
        self.progress = ForgettingProgress(self)
        self._documents: OpenDocuments | None = None

    # Reading. Upstream leaves a malformed request without an answer, ignores one after `shutdown`, takes one before
    # `initialize`, and fails on a custom message that has no `params`.

    def refuse_frame(self, reason: str) -> None:
        """Answer a frame that has no readable body."""
        self._refuse(None, JsonRpcParseError(reason))

    def receive(self, body: bytes) -> None:
        """Take the body of one frame."""
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

    def _take_request(self, message_id: MessageId, method: str, raw_params: Any) -> None:
        try:
            self._check_lifecycle(method)
            handler = self._get_handler(method)
            params = self._structure_params(method, raw_params)
        except JsonRpcException as refusal:
            self._refuse(message_id, refusal)
            return
        self._ctx_msg_id.set(message_id)
        callback = partial(self._send_handler_result, msg_id=message_id)
        self._execute_handler(message_id, handler, callback, args=(params,))

    def _take_notification(self, method: str, raw_params: Any) -> None:
        is_exit = method == types.EXIT
        if not is_exit and (self._documents is None or self._shutdown):
            return
        try:
            handler = None if method == types.CANCEL_REQUEST else self._get_handler(method)
            params = self._structure_params(method, raw_params)
        except JsonRpcMethodNotFound:  # LSP 3.17 "$ Notifications and Requests": what is not known may be ignored
            return
        except JsonRpcException as refusal:
            log_failure(method, refusal)
            return
        if handler is None:
            self._handle_cancel_notification(params.id)
        else:
            callback = partial(self._check_notification_result, method)
            self._execute_handler(str(uuid4()), handler, callback, args=(params,))

    def _take_response(self, message_id: MessageId, message: dict[str, Any]) -> None:
        """Settle a request of ours. Upstream keeps the result type of one that fails for ever."""
        result_type = self._result_types.pop(message_id, None)
        future = self._request_futures.pop(message_id, None)
        if future is None or future.done():
            return
        try:
            if isinstance(message.get("error"), dict):
                error = self._converter.structure(message["error"], types.ResponseError)
                raise JsonRpcException.from_error(error)  # noqa: TRY301 - one way out for both kinds of failure
            result = self._converter.structure(message, result_type).result if result_type else message.get("result")
        except JsonRpcException as error:
            future.set_exception(error)
        except Exception:  # noqa: BLE001 - the edge: cattrs raises whatever a malformed value provokes
            future.set_exception(Refused("The editor's reply is not valid."))
        else:
            future.set_result(result)

    def _check_lifecycle(self, method: str) -> None:
        if self._shutdown:
            raise JsonRpcInvalidRequest("The language server has been shut down.")
        if (method == types.INITIALIZE) == (self._documents is None):
            return
        if self._documents is None:
            raise JsonRpcServerNotInitialized("The language server has not been initialized.")
        raise JsonRpcInvalidRequest("The language server has been initialized already.")

    def _structure_params(self, method: str, raw_params: Any) -> Any:
        known = types.METHOD_TO_TYPES.get(method)
        expected: Any = self._server.custom_params.get(method) or (known and known[2])
        if expected is None:
            return None
        return self.structure(method, {} if raw_params is None else raw_params, expected)

    def structure(self, what: str, raw: Any, expected: type[Any]) -> Any:
        """Read a value that the client sent as an object of the `expected` class. Raises `Refused`."""
        if isinstance(raw, dict):
            try:
                return self._converter.structure(raw, expected)
            except Exception:  # noqa: BLE001, S110 - the edge: cattrs raises whatever a malformed value provokes
                pass
        raise Refused(f"The parameters of {what} are not valid.")

    # Running. Upstream keeps the futures of notifications and inner handlers for ever, and cancels only the outer part
    # of a command.

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

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]  # pygls runs any kind of function
        self, params: types.ExecuteCommandParams
    ) -> Any:
        """Run a command with its one argument, an object.

        A coroutine, so that `$/cancelRequest` reaches it. Upstream also counts the arguments, ignores defaults and
        wants the first parameter to be named `ls`.
        """
        handler = self.fm.commands.get(params.command)
        if handler is None:
            raise Refused(f"There is no command {params.command[:100]}.")
        argument = params.arguments[0] if params.arguments else {}
        return await handler(self.structure(params.command, argument, self._server.command_arguments[params.command]))

    @lsp_method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    async def lsp_work_done_progress_cancel(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Pass it on. Upstream warns on stderr where the work has just ended, which is no fault of anybody."""
        if (user_handler := self.fm.features.get(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)) is not None:
            await user_handler(params)

    async def request(self, method: str, params: Any, *, seconds: float) -> Any:
        """Ask the client and wait for at most so long. Raises `TimeoutError` or `JsonRpcException`.

        Upstream keeps a request that is never answered for ever.
        """
        message_id = str(uuid4())
        try:
            async with asyncio.timeout(seconds):
                return await self.send_request_async(method, params, message_id)
        finally:
            self._request_futures.pop(message_id, None)
            self._result_types.pop(message_id, None)

    # Failing. Upstream sends tracebacks in error replies and shows the exception's text as a pop-up.

    def _refuse(self, message_id: MessageId | None, refusal: JsonRpcException) -> None:
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
            log_failure("a request", error)
            self._refuse(msg_id, Refused(INTERNAL_FAILURE, types.ErrorCodes.InternalError))

    def _check_notification_result(self, method: str, future: Future[Any]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:
            log_failure(method, error)
            self.notify(types.WINDOW_LOG_MESSAGE, types.LogMessageParams(types.MessageType.Error, INTERNAL_FAILURE))

    # Lifecycle. Upstream makes its own workspace, cancels while it iterates, and exits with 0 where LSP wants 1.

    @property
    def workspace(self) -> OpenDocuments:
        """The documents that the editor has opened. Raises `Refused` before `initialize`."""
        if self._documents is None:
            raise Refused("The language server has not been initialized.")
        return self._documents

    @property
    def was_shut_down(self) -> bool:
        """Whether `shutdown` has come."""
        return self._shutdown

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Initialize, with a workspace that never reads from disk."""
        self._documents = OpenDocuments(params)
        if params.process_id is not None:
            self._server.watch_process(params.process_id)
        return (yield from super().lsp_initialize(params))

    @lsp_method(types.SHUTDOWN)
    async def lsp_shutdown(self, *_: Any) -> None:  # type: ignore[override]  # likewise
        """Stop every running request but this one, and take no more."""
        self._shutdown = True
        for message_id, future in list(self._request_futures.items()):
            if message_id != self.msg_id:
                future.cancel()
        if (user_handler := self.fm.features.get(types.SHUTDOWN)) is not None:
            await user_handler(None)

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> None:  # type: ignore[override]  # likewise
        """End the process; its status is `RobustLanguageServer.exit_status`."""
        self._server.exit()


class RobustLanguageServer(LanguageServer):
    """A pygls server with the remedies in place, that is run by `stdio.serve`."""

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
        """Take the class of the params of each custom method, and of the one argument of each command."""
        self.custom_params = custom_params
        self.command_arguments = command_arguments
        self.exit: Callable[[], object] = lambda: None
        """Ends the conversation; set by whoever runs it."""
        self.watch_process: Callable[[int], object] = lambda _: None
        """Called with the editor's process id; set by whoever runs the conversation."""
        super().__init__(name, version, notebook_document_sync=notebook_document_sync, protocol_cls=RobustProtocol)

    @property
    def documents(self) -> OpenDocuments:
        """What the editor has opened."""
        return self.protocol.workspace

    @property
    def exit_status(self) -> Literal[0, 1]:
        """0 if `shutdown` came before the end, else 1 (LSP 3.17 "Exit")."""
        return 0 if self.protocol.was_shut_down else 1

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log it; upstream shows it to the student with the exception's text."""
        log_failure(getattr(source, "__name__", "a message"), error)
