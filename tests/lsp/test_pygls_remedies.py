"""Tests of workarounds for faults of pygls and lsprotocol.

Each `test_…_upstream` fails once its fault is fixed upstream: then the workaround can be removed.
"""

from __future__ import annotations

import asyncio
import fcntl
import inspect
import io
import json
import logging
import os
import re
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types
from pygls.io_ import StdoutWriter, run_async
from pygls.lsp.server import LanguageServer
from pygls.protocol import JsonRPCNotification, default_converter
from pygls.workspace import PositionCodec, TextDocument, Workspace

from testing.editor_side.editor import ErrorReply, diagnostic, place, span
from tutor_lsp.lsp.error_log import INTERNAL_ERROR_MESSAGE
from tutor_lsp.lsp.framing import FrameParser
from tutor_lsp.lsp.stdio import FrameWriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from testing.editor_side.editor import Conversation, Editor, Json
    from tutor_lsp.server import AskTutorServer

INITIALIZE = {"id": 0, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}}


def framed(message: Json) -> bytes:
    """Encode a message as a frame."""
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def messages_in(data: bytes) -> list[Json]:
    """Return the messages of a byte stream."""
    return [json.loads(frame) for frame in FrameParser().feed(data) if isinstance(frame, bytes)]


class Upstream:
    """A pygls server without our workarounds."""

    def __init__(self) -> None:
        self.server = LanguageServer("upstream", "0")
        self._written = io.BytesIO()
        self.server.protocol.set_writer(StdoutWriter(self._written))

    async def talk(self, *messages: Json) -> list[Json]:
        """Send messages after `initialize`; return all messages of the server except its first reply."""
        reader = asyncio.StreamReader()
        for message in (INITIALIZE, *messages):
            reader.feed_data(framed(message))
        reader.feed_eof()
        report = self.server.report_server_error
        await run_async(threading.Event(), reader, self.server.protocol, error_handler=report)
        for _ in range(20):  # Some handlers need a few iterations of the event loop.
            await asyncio.sleep(0)
        return messages_in(self._written.getvalue())[1:]


@pytest.fixture
async def upstream() -> Upstream:
    """Return a pygls server without our workarounds."""
    return Upstream()


class TestLinesAndPositions:
    """1: pygls splits lines at characters that do not end a line in LSP, and misplaces positions past the end.

    The workaround is tested in test_positions.
    """

    def test_lines_upstream(self) -> None:
        """Unpatched pygls ends a line at a form feed."""
        assert len(TextDocument("file:///x.py", "a\x0cb\n").lines) == 2

    def test_positions_upstream(self) -> None:
        """Unpatched pygls places a position past the end one character too early, and changes the argument."""
        codec, asked = PositionCodec(), types.Position(0, 99)

        assert codec.position_from_client_units(["abc"], asked).character == 2
        assert asked.character == 2


class TestMalformedRequest:
    """2: a malformed request, or one after `shutdown`, gets no answer. Workaround: see test_lifecycle, E1."""

    async def test_no_answer_upstream(self, upstream: Upstream) -> None:
        """Unpatched pygls does not reply, so the client would wait for ever."""
        bad = {"id": 7, "method": "textDocument/codeAction", "params": {"range": 1}}
        late = {"id": 9, "method": "workspace/executeCommand", "params": {"command": "x"}}

        said = await upstream.talk(bad, {"id": 8, "method": "shutdown"}, late)

        assert [message["id"] for message in said if "id" in message] == [8]


class TestNoParams:
    """3: a custom message without `params` causes an error pop-up."""

    async def test_popup_upstream(self, upstream: Upstream) -> None:
        """Unpatched pygls shows the student a pop-up with a `TypeError`."""
        said = await upstream.talk({"method": "tutor/answer/cancel"})

        assert [message["method"] for message in said] == ["window/showMessage"]

    async def test_remedy(self, editor: Editor) -> None:
        """A custom notification without `params` is handled as with empty ones; an unknown one is ignored."""
        await editor.notify("tutor/answer/cancel")
        await editor.notify("other/message")
        await editor.execute("tutor.status")

        assert {heard.method for heard in editor.heard} == {"tutor/status/didChange"}


class TestCancelledCommand:
    """4: `$/cancelRequest` for a command does not stop the command's coroutine."""

    async def test_goes_on_upstream(self, upstream: Upstream) -> None:
        """Unpatched pygls reports the request as cancelled, but the coroutine continues."""
        outcome: list[str] = []

        @upstream.server.command("work")
        async def work(ls: LanguageServer) -> None:
            try:
                for _ in range(10):
                    await asyncio.sleep(0)
                outcome.append("finished")
            except asyncio.CancelledError:
                outcome.append("cancelled")

        command = {"id": 1, "method": "workspace/executeCommand", "params": {"command": "work"}}
        await upstream.talk(command, {"method": "$/cancelRequest", "params": {"id": 1}})

        assert outcome == ["finished"]

    async def test_remedy(self, conversation: Conversation, server: AskTutorServer) -> None:
        """Cancelling the request cancels the command's coroutine, and the reply is the error for this case."""
        outcome: list[str] = []
        started = asyncio.Event()

        async def work(_: Any) -> None:
            started.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                outcome.append("cancelled")
                raise

        server.language_server.protocol.fm.commands["tutor.status"] = work
        await conversation.editor.initialize()
        number, reply = await conversation.editor.begin("workspace/executeCommand", {"command": "tutor.status"})
        await started.wait()
        await conversation.editor.notify("$/cancelRequest", {"id": number})

        with pytest.raises(ErrorReply) as cancelled:
            await reply
        assert (cancelled.value.code, outcome) == (-32800, ["cancelled"])


class TestForgetting:
    """5: futures, result types and progress tokens are never removed, so that memory grows."""

    async def test_kept_upstream(self, upstream: Upstream) -> None:
        """Unpatched pygls keeps all futures of notifications, result types of failed requests, and progress tokens."""
        server = upstream.server
        opened = {"uri": "file:///x.py", "languageId": "python", "version": 1, "text": ""}
        asked = server.protocol.send_request(types.WORKSPACE_CONFIGURATION, types.ConfigurationParams([]), msg_id="q")
        refused = {"id": "q", "error": {"code": 1, "message": "no"}}

        await upstream.talk({"method": "textDocument/didOpen", "params": {"textDocument": opened}}, refused)
        server.work_done_progress.begin("token", types.WorkDoneProgressBegin("x"))
        server.work_done_progress.end("token", types.WorkDoneProgressEnd())

        assert asked.done()
        assert server.protocol._request_futures
        assert "q" in server.protocol._result_types
        assert server.work_done_progress.tokens

    async def test_remedy(self, conversation: Conversation, server: AskTutorServer) -> None:
        """After many messages the server keeps no future, result type or progress token."""
        editor, protocol = conversation.editor, server.language_server.protocol
        editor.replies["window/workDoneProgress/create"] = lambda _: None
        await editor.initialize({"window": {"workDoneProgress": True}, "workspace": {"configuration": True}})
        uri = await editor.open("x = 1\n")
        for version in range(20):
            await editor.change(uri, "1", span(0, 4, 5), version=version)
            await editor.ask(uri)
        await editor.until(lambda: len(editor.all_heard("window/showMessage")) == 20)
        await editor.execute("tutor.status")
        progress = server.language_server.work_done_progress
        progress.begin("token", types.WorkDoneProgressBegin("x"))
        progress.end("token", types.WorkDoneProgressEnd())

        assert (protocol._request_futures, protocol._result_types, progress.tokens) == ({}, {}, {})

    async def test_a_request_that_is_never_answered_is_forgotten(
        self, conversation: Conversation, server: AskTutorServer
    ) -> None:
        """A request that the editor never answers times out and is removed, and a late reply is ignored."""
        protocol = server.language_server.protocol
        await conversation.editor.initialize()

        with pytest.raises(TimeoutError):
            await protocol.request("workspace/applyEdit", None, seconds=0)
        await conversation.editor.send({"id": "late", "result": None})
        await conversation.editor.execute("tutor.status")

        assert (protocol._request_futures, protocol._result_types) == ({}, {})


class TestWriting:
    """6: with an unbuffered stdout, messages from several threads are interleaved."""

    WHOLE = re.compile(rb"<(?:a{50000}|b{50000}|c{50000})>")

    def spliced(self, write: Callable[[bytes], object], read_fd: int, close: Callable[[], object]) -> bool:
        """Write messages from three threads into a pipe of one page; return whether any message was damaged."""
        got = bytearray()
        fcntl.fcntl(read_fd, fcntl.F_SETPIPE_SZ, 4096)

        def read() -> None:
            while chunk := os.read(read_fd, 1 << 16):
                got.extend(chunk)
            os.close(read_fd)

        def write_many(letter: bytes) -> None:
            for _ in range(60):
                write(b"<" + letter * 50_000 + b">")

        reader = threading.Thread(target=read)
        writers = [threading.Thread(target=write_many, args=(letter,)) for letter in (b"a", b"b", b"c")]
        for thread in (*writers, reader):
            thread.start()
        for thread in writers:
            thread.join()
        close()
        reader.join()
        return len(self.WHOLE.findall(got)) != 180

    def test_spliced_upstream(self) -> None:
        """Unpatched pygls interleaves messages, for example under `PYTHONUNBUFFERED`."""
        read_fd, write_fd = os.pipe()
        stdout = os.fdopen(write_fd, "wb", buffering=0)

        assert self.spliced(StdoutWriter(stdout).write, read_fd, stdout.close)

    def test_remedy(self) -> None:
        """Our writer writes each message as a whole."""
        read_fd, write_fd = os.pipe()

        assert not self.spliced(FrameWriter(write_fd).write, read_fd, lambda: os.close(write_fd))

    def test_an_editor_that_has_gone_is_no_error(self) -> None:
        """Writing into a pipe that the editor has closed raises nothing."""
        read_fd, write_fd = os.pipe()
        os.close(read_fd)

        FrameWriter(write_fd).write(b"hello")
        os.close(write_fd)


class TestFailingHandlers:
    """7: error replies contain tracebacks, and a failing notification shows the exception's text in a pop-up."""

    SECRET = "/home/student/secret.py"

    async def test_traceback_upstream(self, upstream: Upstream) -> None:
        """Unpatched pygls sends path, text and traceback to the editor."""

        @upstream.server.feature("textDocument/hover")
        async def hover(ls: LanguageServer, params: Any) -> None:
            raise ValueError(self.SECRET)

        @upstream.server.feature("textDocument/didSave")
        async def did_save(ls: LanguageServer, params: Any) -> None:
            raise ValueError(self.SECRET)

        at = {"textDocument": {"uri": "file:///x.py"}, "position": place(0, 0)}
        said = await upstream.talk(
            {"id": 1, "method": "textDocument/hover", "params": at},
            {"method": "textDocument/didSave", "params": {"textDocument": {"uri": "file:///x.py"}}},
        )

        shown, replied = sorted(said, key=lambda message: "id" in message)
        assert "traceback" in replied["error"]["data"]
        assert self.SECRET in replied["error"]["message"]
        assert (shown["method"], self.SECRET in shown["params"]["message"]) == ("window/showMessage", True)

    async def test_e2_remedy(
        self, conversation: Conversation, server: AskTutorServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        """E2: a failing handler gives one clear sentence; the log has frames and type, but no text of the student."""
        editor, fm = conversation.editor, server.language_server.protocol.fm

        async def fail(_: Any) -> None:
            raise ValueError(self.SECRET)

        fm.commands["tutor.status"] = fm.features["tutor/answer/cancel"] = fm.features["textDocument/didOpen"] = fail
        await editor.initialize()
        with pytest.raises(ErrorReply) as failed:
            await editor.execute("tutor.status")
        await editor.notify("tutor/answer/cancel", {})
        await editor.open("x = 1\n")
        await editor.until(lambda: len(editor.all_heard("window/logMessage")) == 2)

        assert failed.value.error == {"code": -32603, "message": INTERNAL_ERROR_MESSAGE}
        assert editor.all_heard("window/logMessage") == [{"type": 1, "message": INTERNAL_ERROR_MESSAGE}] * 2
        assert editor.all_heard("window/showMessage") == []
        assert self.SECRET not in caplog.text
        assert caplog.text.count("ValueError in fail (test_pygls_remedies.py:") == 3


class TestExitStatus:
    """8: `exit` without `shutdown` ends with status 0. The workaround is tested in test_lifecycle."""

    async def test_status_upstream(self) -> None:
        """Unpatched pygls does not pass on the exit status 1 that LSP 3.17 requires."""
        server = LanguageServer("upstream", "0")

        await asyncio.to_thread(server.start_io, io.BytesIO(framed({"method": "exit"})), io.BytesIO())


class TestFullSync:
    """9: with full synchronization, an edited notebook cell loses its other text."""

    def test_cells_upstream(self) -> None:
        """Unpatched pygls replaces the whole cell by the inserted text."""
        workspace = Workspace(None, types.TextDocumentSyncKind.Full)
        workspace.put_text_document(types.TextDocumentItem("cell:/1", "python", 1, "print(x)"))
        edit = types.TextDocumentContentChangePartial(types.Range(types.Position(0, 6), types.Position(0, 7)), "y")

        workspace.update_text_document(types.VersionedTextDocumentIdentifier(2, "cell:/1"), edit)

        assert workspace.get_text_document("cell:/1").source == "y"

    async def test_remedy(self, conversation: Conversation) -> None:
        """Our server requests incremental synchronization."""
        result = await conversation.editor.initialize()

        sync = result["capabilities"]["textDocumentSync"]
        assert (sync["openClose"], sync["change"]) == (True, types.TextDocumentSyncKind.Incremental.value)


class TestDisk:
    """10: documents that were never opened are read from disk. The workaround is tested in test_code_action, E4."""

    def test_read_upstream(self, tmp_path: Path) -> None:
        """Unpatched pygls reads any path that a client names."""
        (tmp_path / "secret.py").write_text("x = 1")

        assert Workspace(None).get_text_document((tmp_path / "secret.py").as_uri()).source == "x = 1"


class TestLogging:
    """11: the `pygls` logger prints whole messages at INFO. The workaround is tested in test_lifecycle."""

    async def test_bodies_upstream(self, upstream: Upstream, caplog: pytest.LogCaptureFixture) -> None:
        """Unpatched pygls logs the messages that it sends."""
        with caplog.at_level(logging.INFO, "pygls"):
            await upstream.talk()

        assert "Sending data: {" in caplog.text


class TestPrinting:
    """12: one `print` breaks the connection, since stdout carries the messages. Workaround: see test_lifecycle, E9."""

    async def test_print_upstream(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With pygls, printed text goes into the stream of messages."""
        written = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, write_through=True))
        server = LanguageServer("upstream", "0")

        @server.feature("initialized")
        async def initialized(ls: LanguageServer, params: Any) -> None:
            print("hello")  # noqa: T201 - this test is about `print`

        talk = framed(INITIALIZE) + framed({"method": "initialized", "params": {}})
        await asyncio.to_thread(server.start_io, io.BytesIO(talk))

        assert b"}hello\n" in written.getvalue()


class TestCommandArguments:
    """13: commands require an exact number of arguments, ignore defaults, and must name their first one `ls`."""

    @pytest.mark.parametrize("arguments", [[1], [1, 2, 3]])
    async def test_counted_upstream(self, upstream: Upstream, arguments: list[int]) -> None:
        """Unpatched pygls refuses one argument more, and also omitting an argument that has a default."""

        @upstream.server.command("add")
        async def add(ls: LanguageServer, one: int, two: int = 2) -> int:
            return one + two

        (said,) = await upstream.talk(
            {"id": 1, "method": "workspace/executeCommand", "params": {"command": "add", "arguments": arguments}}
        )

        assert said["error"]["message"].startswith("Invalid Params: Expected 2 arguments")

    @pytest.mark.parametrize("params", [{}, {"arguments": []}, {"arguments": [{}, 1, "more"]}, {"arguments": None}])
    async def test_remedy(self, editor: Editor, params: Json) -> None:
        """A command takes one object; it ignores further arguments, and missing fields have defaults."""
        status = await editor.request("workspace/executeCommand", {"command": "tutor.status", **params})

        assert status["state"] == "local"

    async def test_an_unknown_command_is_refused(self, editor: Editor) -> None:
        """An unknown command is refused with one sentence."""
        with pytest.raises(ErrorReply, match=r"There is no command tutor\.fly\.") as refused:
            await editor.execute("tutor.fly")

        assert refused.value.code == -32602


class TestSynchronousHandlers:
    """14: a synchronous handler blocks all messages after its own."""

    async def test_blocks_upstream(self, upstream: Upstream) -> None:
        """Unpatched pygls runs a synchronous handler while it reads the message, before the next one is read."""
        running: list[bool] = []

        @upstream.server.feature("initialized")
        def initialized(ls: LanguageServer, params: Any) -> None:
            running.append(True)

        await upstream.talk()
        notification = JsonRPCNotification("initialized", "2.0", None)
        upstream.server.protocol.handle_message(notification)

        assert running == [True]

    async def test_remedy(self, server: AskTutorServer) -> None:
        """All our handlers are coroutine functions."""
        fm = server.language_server.protocol.fm

        handlers = [*fm.features.values(), *fm.commands.values()]
        assert all(inspect.iscoroutinefunction(handler) for handler in handlers)


def test_15_code_actions_are_misread_upstream() -> None:
    """15: lsprotocol decodes a CodeAction with a `command` as a Command, so the tests of code actions read JSON."""
    action = {"title": "Ask tutor", "kind": "quickfix", "command": {"title": "Ask tutor", "command": "tutor.ask"}}

    converter = default_converter()  # type: ignore[no-untyped-call]  # the library lacks types
    response = converter.structure({"jsonrpc": "2.0", "id": 1, "result": [action]}, types.CodeActionResponse)

    assert response.result
    assert isinstance(response.result[0], types.Command)


async def test_a_reply_of_another_shape_does_no_harm(conversation: Conversation) -> None:
    """A reply of the wrong shape from the editor is ignored, and the server continues."""
    editor = conversation.editor
    editor.replies["workspace/configuration"] = lambda _: {"no": "list"}
    editor.replies["window/showDocument"] = lambda _: 3
    await editor.initialize({"workspace": {"configuration": True}, "window": {"showDocument": {"support": True}}})
    uri = await editor.open("x = 1\n")

    await editor.ask(uri, diagnostics=[diagnostic(0, 0, 1, "Odd.")])

    assert (await editor.hear("window/showMessage"))["message"].startswith("Hint 1 · question\n\n")
