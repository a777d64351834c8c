"""Tests of the remedies for pygls' and lsprotocol's faults.

Each `test_…_upstream` fails once the fault is gone there: then its remedy can go, too.
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
    """Put a message into its frame."""
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def messages_in(data: bytes) -> list[Json]:
    """Read the messages of a stream."""
    return [json.loads(frame) for frame in FrameParser().feed(data) if isinstance(frame, bytes)]


class Upstream:
    """pygls as it comes."""

    def __init__(self) -> None:
        self.server = LanguageServer("upstream", "0")
        self._written = io.BytesIO()
        self.server.protocol.set_writer(StdoutWriter(self._written))

    async def talk(self, *messages: Json) -> list[Json]:
        """Send messages after `initialize`; gives all that has come back, but for the first reply."""
        reader = asyncio.StreamReader()
        for message in (INITIALIZE, *messages):
            reader.feed_data(framed(message))
        reader.feed_eof()
        report = self.server.report_server_error
        await run_async(threading.Event(), reader, self.server.protocol, error_handler=report)
        for _ in range(20):  # handlers that wait for nothing come to their end
            await asyncio.sleep(0)
        return messages_in(self._written.getvalue())[1:]


@pytest.fixture
async def upstream() -> Upstream:
    """Return a pygls server without any remedy."""
    return Upstream()


class TestLinesAndPositions:
    """1: Lines are split where LSP splits none, and positions past a line's end are misplaced. See test_positions."""

    def test_lines_upstream(self) -> None:
        """A form feed ends a line."""
        assert len(TextDocument("file:///x.py", "a\x0cb\n").lines) == 2

    def test_positions_upstream(self) -> None:
        """A position past the end falls short of it, and the caller's object is changed."""
        codec, asked = PositionCodec(), types.Position(0, 99)

        assert codec.position_from_client_units(["abc"], asked).character == 2
        assert asked.character == 2


class TestMalformedRequest:
    """2: A malformed request gets no answer, nor does one after `shutdown`. See test_lifecycle, E1."""

    async def test_no_answer_upstream(self, upstream: Upstream) -> None:
        """The client waits for ever."""
        bad = {"id": 7, "method": "textDocument/codeAction", "params": {"range": 1}}
        late = {"id": 9, "method": "workspace/executeCommand", "params": {"command": "x"}}

        said = await upstream.talk(bad, {"id": 8, "method": "shutdown"}, late)

        assert [message["id"] for message in said if "id" in message] == [8]


class TestNoParams:
    """3: A custom message without `params` is an error pop-up."""

    async def test_popup_upstream(self, upstream: Upstream) -> None:
        """The student sees a TypeError."""
        said = await upstream.talk({"method": "tutor/answer/cancel"})

        assert [message["method"] for message in said] == ["window/showMessage"]

    async def test_remedy(self, editor: Editor) -> None:
        """It is taken as one with empty params; an unknown one is ignored."""
        await editor.notify("tutor/answer/cancel")
        await editor.notify("other/message")
        await editor.execute("tutor.status")

        assert {heard.method for heard in editor.heard} == {"tutor/status/didChange"}


class TestCancelledCommand:
    """4: `$/cancelRequest` on a command leaves its coroutine running."""

    async def test_goes_on_upstream(self, upstream: Upstream) -> None:
        """The request is answered as cancelled, the work goes on."""
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
        """The command's coroutine is cancelled, and the request answered so."""
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
    """5: Futures, result types and progress tokens are kept for ever."""

    async def test_kept_upstream(self, upstream: Upstream) -> None:
        """Each notification leaves a future, each failed request a result type, each progress a token."""
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
        """After a busy session nothing is left."""
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
        """The wait has an end, and a reply that comes later does no harm."""
        protocol = server.language_server.protocol
        await conversation.editor.initialize()

        with pytest.raises(TimeoutError):
            await protocol.request("workspace/applyEdit", None, seconds=0)
        await conversation.editor.send({"id": "late", "result": None})
        await conversation.editor.execute("tutor.status")

        assert (protocol._request_futures, protocol._result_types) == ({}, {})


class TestWriting:
    """6: Messages sent from several threads are spliced, where stdout is unbuffered."""

    WHOLE = re.compile(rb"<(?:a{50000}|b{50000}|c{50000})>")

    def spliced(self, write: Callable[[bytes], object], read_fd: int, close: Callable[[], object]) -> bool:
        """Write from three threads into a pipe of one page, read once all of them write; gives whether any was torn."""
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
        """With `PYTHONUNBUFFERED`, say, messages mix."""
        read_fd, write_fd = os.pipe()
        stdout = os.fdopen(write_fd, "wb", buffering=0)

        assert self.spliced(StdoutWriter(stdout).write, read_fd, stdout.close)

    def test_remedy(self) -> None:
        """Each message is written whole."""
        read_fd, write_fd = os.pipe()

        assert not self.spliced(FrameWriter(write_fd).write, read_fd, lambda: os.close(write_fd))

    def test_an_editor_that_has_gone_is_no_error(self) -> None:
        """Writing into a closed pipe does nothing."""
        read_fd, write_fd = os.pipe()
        os.close(read_fd)

        FrameWriter(write_fd).write(b"hello")
        os.close(write_fd)


class TestFailingHandlers:
    """7: Error replies carry tracebacks, and a failing notification pops up with the exception's text."""

    SECRET = "/home/student/secret.py"

    async def test_traceback_upstream(self, upstream: Upstream) -> None:
        """Path, text and traceback reach the editor."""

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
        """E2: A failing handler gives one clean sentence; the log has frames and type, and no text of the student."""
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
    """8: `exit` without `shutdown` ends with status 0. See test_lifecycle."""

    async def test_status_upstream(self) -> None:
        """The exit status 1 that LSP 3.17 asks for is swallowed."""
        server = LanguageServer("upstream", "0")

        await asyncio.to_thread(server.start_io, io.BytesIO(framed({"method": "exit"})), io.BytesIO())


class TestFullSync:
    """9: Full sync destroys edited notebook cells."""

    def test_cells_upstream(self) -> None:
        """Only the inserted text is left."""
        workspace = Workspace(None, types.TextDocumentSyncKind.Full)
        workspace.put_text_document(types.TextDocumentItem("cell:/1", "python", 1, "print(x)"))
        edit = types.TextDocumentContentChangePartial(types.Range(types.Position(0, 6), types.Position(0, 7)), "y")

        workspace.update_text_document(types.VersionedTextDocumentIdentifier(2, "cell:/1"), edit)

        assert workspace.get_text_document("cell:/1").source == "y"

    async def test_remedy(self, conversation: Conversation) -> None:
        """The server asks for incremental sync."""
        result = await conversation.editor.initialize()

        sync = result["capabilities"]["textDocumentSync"]
        assert (sync["openClose"], sync["change"]) == (True, types.TextDocumentSyncKind.Incremental.value)


class TestDisk:
    """10: Documents that were never opened are read from disk. See test_code_action, E4."""

    def test_read_upstream(self, tmp_path: Path) -> None:
        """Any path that a client names."""
        (tmp_path / "secret.py").write_text("x = 1")

        assert Workspace(None).get_text_document((tmp_path / "secret.py").as_uri()).source == "x = 1"


class TestLogging:
    """11: The `pygls` logger prints whole bodies at INFO. See test_lifecycle: a session leaves stderr empty."""

    async def test_bodies_upstream(self, upstream: Upstream, caplog: pytest.LogCaptureFixture) -> None:
        """Sent messages are logged."""
        with caplog.at_level(logging.INFO, "pygls"):
            await upstream.talk()

        assert "Sending data: {" in caplog.text


class TestPrinting:
    """12: One `print` breaks the connection. See test_lifecycle, E9."""

    async def test_print_upstream(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It goes where the messages go."""
        written = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, write_through=True))
        server = LanguageServer("upstream", "0")

        @server.feature("initialized")
        async def initialized(ls: LanguageServer, params: Any) -> None:
            print("hello")  # noqa: T201 - the fault itself

        talk = framed(INITIALIZE) + framed({"method": "initialized", "params": {}})
        await asyncio.to_thread(server.start_io, io.BytesIO(talk))

        assert b"}hello\n" in written.getvalue()


class TestCommandArguments:
    """13: Commands count their arguments and ignore defaults, and the first must be named `ls`."""

    @pytest.mark.parametrize("arguments", [[1], [1, 2, 3]])
    async def test_counted_upstream(self, upstream: Upstream, arguments: list[int]) -> None:
        """One missing that has a default, or one more, is an error."""

        @upstream.server.command("add")
        async def add(ls: LanguageServer, one: int, two: int = 2) -> int:
            return one + two

        (said,) = await upstream.talk(
            {"id": 1, "method": "workspace/executeCommand", "params": {"command": "add", "arguments": arguments}}
        )

        assert said["error"]["message"].startswith("Invalid Params: Expected 2 arguments")

    @pytest.mark.parametrize("params", [{}, {"arguments": []}, {"arguments": [{}, 1, "more"]}, {"arguments": None}])
    async def test_remedy(self, editor: Editor, params: Json) -> None:
        """A command takes one object; what is missing has its default, what is too much is ignored."""
        status = await editor.request("workspace/executeCommand", {"command": "tutor.status", **params})

        assert status["state"] == "local"

    async def test_an_unknown_command_is_refused(self, editor: Editor) -> None:
        """With one sentence."""
        with pytest.raises(ErrorReply, match=r"There is no command tutor\.fly\.") as refused:
            await editor.execute("tutor.fly")

        assert refused.value.code == -32602


class TestSynchronousHandlers:
    """14: A synchronous handler blocks all messages behind it."""

    async def test_blocks_upstream(self, upstream: Upstream) -> None:
        """It runs inside the reading of its message."""
        running: list[bool] = []

        @upstream.server.feature("initialized")
        def initialized(ls: LanguageServer, params: Any) -> None:
            running.append(True)

        await upstream.talk()
        notification = JsonRPCNotification("initialized", "2.0", None)
        upstream.server.protocol.handle_message(notification)

        assert running == [True]

    async def test_remedy(self, server: AskTutorServer) -> None:
        """Every handler of ours is a coroutine function."""
        fm = server.language_server.protocol.fm

        handlers = [*fm.features.values(), *fm.commands.values()]
        assert all(inspect.iscoroutinefunction(handler) for handler in handlers)


def test_15_code_actions_are_misread_upstream() -> None:
    """15: lsprotocol reads a CodeAction with a `command` as a Command. So our tests read JSON."""
    action = {"title": "Ask tutor", "kind": "quickfix", "command": {"title": "Ask tutor", "command": "tutor.ask"}}

    converter = default_converter()  # type: ignore[no-untyped-call]  # upstream annotates it in part
    response = converter.structure({"jsonrpc": "2.0", "id": 1, "result": [action]}, types.CodeActionResponse)

    assert response.result
    assert isinstance(response.result[0], types.Command)


async def test_a_reply_of_another_shape_does_no_harm(conversation: Conversation) -> None:
    """What the editor answers may be anything: the server goes on."""
    editor = conversation.editor
    editor.replies["workspace/configuration"] = lambda _: {"no": "list"}
    editor.replies["window/showDocument"] = lambda _: 3
    await editor.initialize({"workspace": {"configuration": True}, "window": {"showDocument": {"support": True}}})
    uri = await editor.open("x = 1\n")

    await editor.ask(uri, diagnostics=[diagnostic(0, 0, 1, "Odd.")])

    assert (await editor.hear("window/showMessage"))["message"].startswith("**Hint 1 of 5**")
