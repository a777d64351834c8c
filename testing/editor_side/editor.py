"""A small editor for tests: it speaks JSON-RPC to a language server over pipes and remembers every message."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from tutor_lsp.lsp.framing import FrameParser, Malformed
from tutor_lsp.lsp.stdio import Streams, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor_lsp.lsp.pygls_remedies.language_server import RobustLanguageServer

WAIT_SECONDS = 20.0
"""Seconds after which a wait fails. They are far more than any wait should need, even on a busy machine."""

TUTOR_CLIENT = {"experimental": {"tutor": True}, "general": {"positionEncodings": ["utf-32"]}}

Json = dict[str, Any]


class ErrorReply(Exception):
    """The server answered a request with an error."""

    def __init__(self, error: Json) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.error = error


@dataclass
class Heard:
    """A notification or request that the server sent."""

    method: str
    params: Json


@dataclass
class Ending:
    """A complete answer: the params of `didStart` and `didEnd`, and the text that was sent between them."""

    started: Json | None
    text: str
    ended: Json
    seqs: list[int]


def place(line: int, character: int) -> Json:
    """Return an LSP position."""
    return {"line": line, "character": character}


def span(line: int, start: int, end: int) -> Json:
    """Return an LSP range within one line."""
    return {"start": place(line, start), "end": place(line, end)}


def diagnostic(line: int, start: int, end: int, message: str, **more: Any) -> Json:
    """Return an LSP diagnostic of severity error."""
    return {"range": span(line, start, end), "message": message, "severity": 1, **more}


@dataclass
class Editor:
    """The editor's end of the connection.

    `replies` maps the method of a server's request to a function that returns the result. Other requests get an error.
    """

    send_bytes: Callable[[bytes], object]
    replies: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    raw_replies: list[Json] = field(default_factory=list)
    """Replies whose id is missing or belongs to no pending request."""
    order: list[str] = field(default_factory=list)
    """The methods of all received messages, oldest first. A reply appears as "reply"."""

    def __post_init__(self) -> None:
        self._last_id = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._news = asyncio.Event()
        self._frames = FrameParser()
        self.is_closed = asyncio.Event()
        """An event that is set when the server has closed its end of the connection."""

    def receive(self, chunk: bytes) -> None:
        """Handle bytes from the server. An empty chunk means that the server has closed its end."""
        for frame in self._frames.feed(chunk):
            assert not isinstance(frame, Malformed), frame.reason
            self._take(json.loads(frame))
        if not chunk:
            self.is_closed.set()
            for waiting in self._waiting.values():
                waiting.cancel()
        self._news.set()

    async def send(self, message: Json | bytes) -> None:
        """Send one message. Bytes are sent unchanged as the body of a message."""
        body = message if isinstance(message, bytes) else json.dumps({"jsonrpc": "2.0", **message}).encode()
        await self.send_raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async def send_raw(self, data: bytes) -> None:
        """Send bytes unchanged, without adding a header."""
        await asyncio.to_thread(self.send_bytes, data)

    async def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        await self.send({"method": method} | ({} if params is None else {"params": params}))

    async def request(self, method: str, params: Any = None) -> Any:
        """Send a request and wait for the result. Raise `ErrorReply`."""
        return await (await self.begin(method, params))[1]

    async def begin(self, method: str, params: Any = None) -> tuple[int, asyncio.Future[Any]]:
        """Send a request. Return its id and a future for the result."""
        self._last_id += 1
        number = self._last_id
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        await self.send({"id": number, "method": method} | ({} if params is None else {"params": params}))
        return number, future

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Wait until the condition returns a true value, and return that. It is called after each received message."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not (value := condition()):
                self._news.clear()
                await self._news.wait()
        return value

    def all_heard(self, method: str) -> list[Json]:
        """Return the params of every message with this method, oldest first."""
        return [heard.params for heard in self.heard if heard.method == method]

    async def hear(self, method: str, **expected: Any) -> Json:
        """Wait for a message with this method whose params include these values. Return the params of the first one."""

        def found() -> Json | None:
            return next((p for p in self.all_heard(method) if expected.items() <= p.items()), None)

        params: Json = await self.until(found)
        return params

    # The methods below send the requests and notifications of an editor.

    async def initialize(self, capabilities: Json | None = None, **more: Any) -> Json:
        """Initialize the server, by default as an editor that supports the tutor's messages and UTF-32 positions."""
        capabilities = TUTOR_CLIENT if capabilities is None else capabilities
        params = {"processId": None, "rootUri": None, "capabilities": capabilities, **more}
        result: Json = await self.request("initialize", params)
        await self.notify("initialized", {})
        return result

    async def open(self, text: str, uri: str = "file:///work/fact.py", language: str = "python") -> str:
        """Open a document."""
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        await self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    async def change(self, uri: str, text: str, changed: Json | None = None, version: int = 2) -> None:
        """Replace a range of the document, or its whole text."""
        change: Json = {"text": text} if changed is None else {"text": text, "range": changed}
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
        await self.notify("textDocument/didChange", params)

    async def code_actions(
        self,
        uri: str,
        where: Json,
        *,
        diagnostics: Sequence[Json] = (),
        automatic: bool = False,
        only: Sequence[str] | None = None,
    ) -> list[Json]:
        """Request code actions at a range."""
        context: Json = {"diagnostics": list(diagnostics), "triggerKind": 2 if automatic else 1}
        if only is not None:
            context["only"] = list(only)
        params = {"textDocument": {"uri": uri}, "range": where, "context": context}
        return await self.request("textDocument/codeAction", params) or []

    async def execute(self, command: str, argument: Any = None) -> Any:
        """Execute a command with at most one argument."""
        params = {"command": command} | ({} if argument is None else {"arguments": [argument]})
        return await self.request("workspace/executeCommand", params)

    async def ask(self, uri: str, line: int = 0, character: int = 0, **more: Any) -> str:
        """Execute `tutor.ask` and return the ask's id."""
        result = await self.execute("tutor.ask", {"uri": uri, "position": place(line, character), **more})
        ask_id: str = result["askId"]
        return ask_id

    async def answer(self, ask_id: str) -> Ending:
        """Wait for the end of an answer and return the whole answer."""
        ended = await self.hear("tutor/answer/didEnd", askId=ask_id)
        started = [p for p in self.all_heard("tutor/answer/didStart") if p["askId"] == ask_id]
        updates = [p for p in self.all_heard("tutor/answer/didUpdate") if p["askId"] == ask_id]
        assert len(started) <= 1
        return Ending(
            started=started[0] if started else None,
            text="".join(update["delta"] for update in updates),
            ended=ended,
            seqs=[update["seq"] for update in updates],
        )

    def _take(self, message: Json) -> None:
        method = message.get("method")
        self.order.append(method or "reply")
        if method is not None and "id" in message:
            self.heard.append(Heard(method, message.get("params") or {}))
            self._reply(message)
        elif method is not None:
            self.heard.append(Heard(method, message.get("params") or {}))
        elif message.get("id") in self._waiting:
            waiting = self._waiting.pop(message["id"])
            if not waiting.done():
                if "error" in message:
                    waiting.set_exception(ErrorReply(message["error"]))
                else:
                    waiting.set_result(message["result"])
        else:
            self.raw_replies.append(message)

    def _reply(self, message: Json) -> None:
        reply = self.replies.get(message["method"])
        content: Json = {"error": {"code": -32601, "message": "not here"}}
        if reply is not None:
            content = {"result": reply(message.get("params"))}
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], **content}).encode()
        self.send_bytes(b"Content-Length: %d\r\n\r\n" % len(body) + body)


class Conversation:
    """A server and an editor in this process, with real pipes between them."""

    def __init__(self, server: RobustLanguageServer) -> None:
        self._server = server
        to_server, to_editor = os.pipe(), os.pipe()
        self._streams = Streams(to_server[0], to_editor[1])
        self._editor_reads, self._editor_writes = to_editor[0], to_server[1]
        self.editor = Editor(self._write)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self.serving = asyncio.create_task(serve(self._server, self._streams))
        """A task whose result is the server's exit status."""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.hang_up()
        async with asyncio.timeout(WAIT_SECONDS):
            await self.serving
            os.close(self._streams.write_fd)
            await self.editor.is_closed.wait()
        os.close(self._streams.read_fd)
        os.close(self._editor_reads)

    def hang_up(self) -> None:
        """Close the editor's end of the pipe to the server."""
        if self._editor_writes >= 0:
            os.close(self._editor_writes)
            self._editor_writes = -1

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest and self._editor_writes >= 0:
            rest = rest[os.write(self._editor_writes, rest) :]

    def _read(self) -> None:
        chunk = b"more"
        while chunk:
            chunk = os.read(self._editor_reads, 1 << 16)
            self._loop.call_soon_threadsafe(self.editor.receive, chunk)
