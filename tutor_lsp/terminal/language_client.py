"""A client of the language server, for the terminal: it opens a file, runs "Ask tutor", and receives the answer."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from tutor_lsp.lsp.stdio_rpc import RequestFailed, ServerStopped, StdioServer
from tutor_lsp.protocol_texts import CELL_METADATA
from tutor_lsp.terminal.place import lines_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence
    from types import TracebackType

    from tutor_protocol import Position

COMMAND = (sys.executable, "-I", "-X", "utf8", str(Path(__file__).resolve().parents[1] / "__main__.py"))
"""The command that starts the language server. With -I, no `random.py` in the student's folder is imported."""
ACTION_TITLE = "Ask tutor"
CODE_CELL = 2
"""LSP 3.17 NotebookCellKind."""
CODE_ACTION_INVOKED = 1
"""LSP 3.17 CodeActionTriggerKind for actions that the student requests, which the server offers on any line."""
SILENCE_SECONDS = 360.0
"""Seconds without a message after which an answer fails: 305 s at the service, 30 s to reconnect, and a margin."""


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """A code cell. `outputs` have the shape of `protocol.CELL_METADATA`."""

    uri: str
    source: str
    outputs: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Started:
    """The ask was accepted. The heading is the number and name of the hint's level, with why the ask did not climb.

    `uri` and `line` (from 0) are the place that the answer is about, which may be another than the one asked about.
    """

    heading: str
    uri: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """The ask's place in the queue for the model, in words; empty once the wait is over."""

    place: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The next part of the answer, in Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The answer has ended. `message`, `retry_after` (seconds) and `code` say why it was refused or failed.

    `answer_id` is that of a complete answer, for questions about it. `is_ai`: words of a model are in the answer.
    """

    reason: str
    message: str = ""
    retry_after: int | None = None
    code: str | None = None
    answer_id: str | None = None
    is_ai: bool = False


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The state of the language server's connection has changed."""

    state: str
    message: str


Event = Started | Waiting | Piece | Ended | ConnectionChanged


class LanguageClient:
    """A client with one document and one answer at a time. The methods raise `ServerStopped` and `RequestFailed`."""

    def __init__(self, server: StdioServer) -> None:
        self._server = server
        self._encoding = "utf-16"
        self._open: dict[str, str] = {}

    @classmethod
    async def start(cls, env: Mapping[str, str] | None = None) -> Self:
        """Start `tutor-lsp` with this interpreter. `env` replaces the environment."""
        return cls(await StdioServer.start(*COMMAND, env=env))

    async def __aenter__(self) -> Self:
        try:
            result = await self._server.request(
                "initialize",
                {
                    "processId": os.getpid(),
                    "rootUri": None,
                    "clientInfo": {"name": "tutor"},
                    "capabilities": {
                        "general": {"positionEncodings": ["utf-32", "utf-16"]},
                        "textDocument": {
                            "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}
                        },
                        "notebookDocument": {"synchronization": {}},
                        "experimental": {"tutor": True},
                    },
                },
            )
            self._encoding = result["capabilities"].get("positionEncoding", "utf-16")
            await self._server.notify("initialized", {})
        except BaseException:
            await self._server.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.close()

    async def open(self, path: Path, text: str) -> str:
        """Open a Python file, at an absolute path, with this text. Return its URI."""
        uri = path.as_uri()
        self._open[uri] = text
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        await self._server.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    async def open_notebook(self, path: Path, cells: Sequence[NotebookCell]) -> None:
        """Open a notebook, at an absolute path, with these code cells and their outputs."""
        self._open.update({cell.uri: cell.source for cell in cells})
        described = [
            {"kind": CODE_CELL, "document": cell.uri, "metadata": {CELL_METADATA: {"outputs": list(cell.outputs)}}}
            for cell in cells
        ]
        documents = [{"uri": cell.uri, "languageId": "python", "version": 1, "text": cell.source} for cell in cells]
        notebook = {"uri": path.as_uri(), "notebookType": "jupyter-notebook", "version": 1, "cells": described}
        await self._server.notify(
            "notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": documents}
        )

    async def ask_action(self, uri: str, position: Position) -> dict[str, Any] | None:
        """Return the argument of the "Ask tutor" command that is offered at a position, or None."""
        place = self._on_the_wire(uri, position)
        actions = await self._server.request(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": uri},
                "range": {"start": place, "end": place},
                "context": {"diagnostics": [], "triggerKind": CODE_ACTION_INVOKED},
            },
        )
        for action in actions or ():
            if action.get("title") == ACTION_TITLE:
                argument: dict[str, Any] = action["command"]["arguments"][0]
                return argument
        return None

    async def ask(self, argument: Mapping[str, Any]) -> AsyncGenerator[Event, None]:
        """Execute "Ask tutor", and yield the server's events until the answer has ended.

        If the caller closes the generator early, the answer is cancelled at the server.
        """
        ask_id = str(uuid4())
        ended = False
        try:
            await self._server.request(
                "workspace/executeCommand", {"command": "tutor.ask", "arguments": [{**argument, "askId": ask_id}]}
            )
            while not ended:
                event = await self._next_event(ask_id)
                if event is not None:
                    ended = isinstance(event, Ended)
                    yield event
        except RequestFailed:
            ended = True
            raise
        finally:
            if not ended:
                await self._cancel(ask_id)

    async def test(self, uri: str) -> dict[str, Any]:
        """Run the tests of an open file, and return how they ended (`tutor_lsp.protocol.TestsEnded`)."""
        parameters = {"command": "tutor.test", "arguments": [{"uri": uri}]}
        ended: dict[str, Any] = await self._server.request("workspace/executeCommand", parameters)
        return ended

    async def status(self) -> ConnectionChanged:
        """Return the state of the connection to the tutor."""
        return _connection(await self._server.request("workspace/executeCommand", {"command": "tutor.status"}))

    async def _cancel(self, ask_id: str) -> None:
        try:
            async with asyncio.timeout(1):
                await self._server.notify("tutor/answer/cancel", {"askId": ask_id})
                while not isinstance(await self._next_event(ask_id), Ended):
                    pass
        except (ServerStopped, TimeoutError):
            pass

    async def _next_event(self, ask_id: str) -> Event | None:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                notification = await self._server.notifications.get()
        except TimeoutError:
            raise ServerStopped("The tutor fell silent.") from None
        if notification is None:
            self._server.notifications.put_nowait(None)
            raise ServerStopped("The language server stopped in the middle of the answer.")
        params = notification.params
        if notification.method == "tutor/status/didChange":
            return _connection(params)
        if params.get("askId") != ask_id:
            return None
        return _answer_event(notification.method, params)

    def _on_the_wire(self, uri: str, position: Position) -> dict[str, int]:
        """Return an LSP position in the encoding that the server chose (LSP 3.17 positionEncoding)."""
        if self._encoding == "utf-32":
            return {"line": position.line, "character": position.character}
        line = lines_of(self._open[uri])[position.line]
        before = line[: position.character].encode("utf-16-le", "surrogatepass")
        return {"line": position.line, "character": len(before) // 2}


def _connection(params: Mapping[str, Any] | None) -> ConnectionChanged:
    if not params:
        raise RequestFailed("The language server does not know its status.")
    return ConnectionChanged(str(params["state"]), str(params["message"]))


def _answer_event(method: str, params: Mapping[str, Any]) -> Event | None:
    """Return the event of a notification about the answer, or None if its method is another one."""
    match method:
        case "tutor/answer/didStart":
            heading = " · ".join(filter(None, (params["label"], params.get("levelNote"))))
            return Started(heading, params["uri"], params["range"]["start"]["line"])
        case "tutor/answer/didQueue":
            return Waiting(params.get("message") or "")
        case "tutor/answer/didUpdate":
            return Piece(params["delta"])
        case "tutor/answer/didEnd":
            return Ended(
                params["reason"],
                params.get("message") or "",
                params.get("retryAfter"),
                params.get("code"),
                params.get("answerId"),
                is_ai=bool(params.get("ai")),
            )
    return None
