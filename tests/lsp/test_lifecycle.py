"""Whole sessions: malformed input, the order of lifecycle messages, and the end of real processes."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lsprotocol import types

import tutor_lsp
from testing.editor_side.editor import WAIT_SECONDS, ErrorReply
from testing.editor_side.server_process import LANGUAGE_SERVER, SCRIPTED_SERVER, process, stderr_of
from tutor_lsp.lsp.framing import MAX_BODY_BYTES, FrameParser, Malformed
from tutor_lsp.protocol import COMMAND_ARGUMENTS
from tutor_lsp.server import AskTutorServer
from tutor_lsp.settings import Settings

if TYPE_CHECKING:
    from testing.editor_side.editor import Conversation, Editor, Json
    from testing.editor_side.scripted_tutor import ScriptedTutor

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS, NOT_INITIALIZED = -32700, -32600, -32601, -32602, -32002


class TestMalformed:
    """E1: malformed input gets an error reply, and the server continues."""

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b"Content-Length: 3\r\n\r\n{x}", PARSE_ERROR),
            (b"Content-Length: 0\r\n\r\n", PARSE_ERROR),
            (b"Content-Length: 2\r\n\r\n\xff\xfe", PARSE_ERROR),
            (b"Content-Length: -5\r\n\r\n", PARSE_ERROR),
            (b"Content-Length: five\r\n\r\n", PARSE_ERROR),
            (b"Content-Type: text/plain\r\n\r\n", PARSE_ERROR),
            (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", PARSE_ERROR),
            (b"\x00\x01\x02" * 20_000 + b"\r\n\r\n", PARSE_ERROR),
            (b"Content-Length: %d\r\n\r\n" % 100_001 + b"[" * 100_001, PARSE_ERROR),
            (b"Content-Length: 5001\r\n\r\n" + b"9" * 5001, PARSE_ERROR),
            (b"Content-Length: 2\r\n\r\n[]", INVALID_REQUEST),
            (b"Content-Length: 2\r\n\r\n{}", INVALID_REQUEST),
            (b"Content-Length: 4\r\n\r\nnull", INVALID_REQUEST),
            (b'content-length: 17\r\n\r\n{"jsonrpc":"2.0"}', INVALID_REQUEST),
        ],
        ids=lambda value: str(value)[:30],
    )
    async def test_e1_a_malformed_frame(self, editor: Editor, raw: bytes, code: int) -> None:
        """E1: a frame that cannot be read gets an error without an id."""
        await editor.send_raw(raw)
        reply = await editor.until(lambda: editor.raw_replies)

        assert [(message["id"], message["error"]["code"]) for message in reply] == [(None, code)]
        assert (await editor.execute("tutor.status"))["state"] == "local"

    @pytest.mark.parametrize(
        ("message", "code"),
        [
            ({"id": 99, "method": "textDocument/codeAction"}, INVALID_PARAMS),
            ({"id": 99, "method": "textDocument/codeAction", "params": [1]}, INVALID_PARAMS),
            ({"id": 99, "method": "textDocument/codeAction", "params": {"textDocument": None}}, INVALID_PARAMS),
            ({"id": 99, "method": "workspace/executeCommand", "params": {"command": None}}, INVALID_PARAMS),
            ({"id": 99, "method": "workspace/executeCommand", "params": "tutor.ask"}, INVALID_PARAMS),
            ({"id": 99, "method": "textDocument/unknown", "params": {}}, METHOD_NOT_FOUND),
            ({"id": 99, "method": "$/unknown", "params": {}}, METHOD_NOT_FOUND),
            ({"id": 99, "method": "initialize", "params": {"capabilities": {}}}, INVALID_REQUEST),
            ({"id": 99, "method": 7, "params": {}}, INVALID_REQUEST),
            ({"id": 99, "jsonrpc": "1.0", "method": "shutdown"}, INVALID_REQUEST),
            ({"id": 99}, INVALID_REQUEST),
            ({"id": "99", "method": "textDocument/codeAction", "params": {}}, INVALID_PARAMS),
            ({"id": [99], "method": "shutdown"}, INVALID_REQUEST),
            ({"id": True, "method": "shutdown"}, INVALID_REQUEST),
            ({"id": None, "method": "shutdown"}, INVALID_REQUEST),
        ],
        ids=str,
    )
    async def test_e1_a_malformed_request(self, editor: Editor, message: Json, code: int) -> None:
        """E1: A request that cannot be served gets one clean error with its id."""
        await editor.send(message)
        (reply,) = await editor.until(lambda: editor.raw_replies)

        is_id = isinstance(message["id"], int | str) and message["id"] is not True
        assert reply["id"] == (message["id"] if is_id else None)
        assert reply["error"]["code"] == code
        assert set(reply["error"]) == {"code", "message"}
        assert "\n" not in reply["error"]["message"]
        assert (await editor.execute("tutor.status"))["state"] == "local"

    @pytest.mark.parametrize(
        "message",
        [
            {"method": "textDocument/didOpen"},
            {"method": "textDocument/didChange", "params": {"textDocument": 1, "contentChanges": 2}},
            {"method": "notebookDocument/didOpen", "params": {"notebookDocument": {}}},
            {"method": "notebookDocument/didChange", "params": {"notebookDocument": {"uri": "x", "version": 1}}},
            {"method": "$/cancelRequest", "params": {"id": 12345}},
            {"method": "$/cancelRequest"},
            {"method": "window/workDoneProgress/cancel", "params": {"token": "unknown"}},
            {"method": "tutor/answer/cancel", "params": {"askId": "unknown"}},
            {"method": "tutor/answer/cancel", "params": [1]},
            {"method": "initialized"},
            {"method": "unknown", "params": None},
            {"id": 12345, "result": None},
            {"id": "unknown", "error": {"code": 1, "message": "x"}},
        ],
        ids=str,
    )
    async def test_e1_a_malformed_notification(self, editor: Editor, message: Json) -> None:
        """E1: a malformed notification is ignored, and nothing pops up."""
        await editor.send(message)

        assert (await editor.execute("tutor.status"))["state"] == "local"
        assert editor.raw_replies == []
        assert editor.all_heard("window/showMessage") == []

    async def test_e1_before_initialize(self, conversation: Conversation) -> None:
        """E1: before `initialize`, requests are refused and notifications dropped (LSP 3.17 "Initialize Request")."""
        editor = conversation.editor
        await editor.open("x = 1\n")
        with pytest.raises(ErrorReply) as refused:
            await editor.execute("tutor.status")
        await editor.initialize()

        assert refused.value.code == NOT_INITIALIZED
        assert await editor.code_actions("file:///work/fact.py", {"start": {"line": 0, "character": 0}} | END) == []

    async def test_e1_after_shutdown(self, editor: Editor, tutor: ScriptedTutor) -> None:
        """E1: After `shutdown` requests are refused, and the tutor is closed."""
        await editor.answer(await editor.ask(await editor.open("x = 1\n")))
        result = await editor.request("shutdown")
        with pytest.raises(ErrorReply) as refused:
            await editor.execute("tutor.status")

        assert (result, refused.value.code, tutor.is_closed) == (None, INVALID_REQUEST, True)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
methods = st.sampled_from(sorted(types.METHOD_TO_TYPES)) | st.sampled_from(["tutor/answer/cancel", "x/y"])
commands = st.fixed_dictionaries({"command": st.sampled_from(sorted(COMMAND_ARGUMENTS)), "arguments": anything})


@given(messages=st.lists(st.tuples(methods, commands | anything), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_e1_every_request_gets_exactly_one_reply(messages: list[tuple[str, Any]], tmp_path: Path) -> None:
    """E1: any method with any params gets exactly one reply, and the server continues."""

    async def converse() -> list[Json]:
        server = AskTutorServer(Settings(own_data_dir=tmp_path), "0")
        written: list[bytes] = []
        server.language_server.protocol.set_writer(SimpleNamespace(write=written.append))
        first: tuple[str, Any] = ("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        last = ("workspace/executeCommand", {"command": "tutor.status"})
        for number, (method, params) in enumerate([first, *messages, last]):
            message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            server.language_server.protocol.receive(json.dumps(message).encode())
            await asyncio.sleep(0)
        for _ in range(20):  # Some handlers need a few iterations of the event loop.
            await asyncio.sleep(0)
        await server.close()
        return [json.loads(body) for body in FrameParser().feed(b"".join(written)) if isinstance(body, bytes)]

    replies = [message for message in asyncio.run(converse()) if "method" not in message]

    assert sorted(reply["id"] for reply in replies) == list(range(len(messages) + 2))
    was_shut_down = any(method == "shutdown" for method, _ in messages)
    assert was_shut_down or replies[-1]["result"]["state"] == "local"


END = {"end": {"line": 0, "character": 0}}


class TestFrames:
    """The parser of message frames, tested alone."""

    @given(
        bodies=st.lists(st.binary(max_size=50), max_size=6), cuts=st.lists(st.integers(1, 9), min_size=1, max_size=9)
    )
    @settings(max_examples=200, deadline=None)
    def test_frames_survive_any_chunking(self, bodies: list[bytes], cuts: list[int]) -> None:
        """The parsed bodies do not depend on how the stream is split into chunks."""
        stream = b"".join(b"Content-Length: %d\r\nX: y\r\n\r\n" % len(body) + body for body in bodies)
        frames, at = FrameParser(), 0
        found: list[bytes | Malformed] = []

        for number in range(len(stream)):
            size = cuts[number % len(cuts)]
            found += frames.feed(stream[at : at + size])
            at += size

        assert found == bodies

    def test_after_garbage_it_goes_on_at_the_next_frame(self) -> None:
        """After a frame with a wrong `Content-Length`, at most this message and the next one are lost."""
        good = b"Content-Length: 2\r\n\r\n{}"
        stream = b"Content-Length: 2\r\n\r\n{'too': 'long'}" + good + good

        assert list(FrameParser().feed(stream)) == [b"{'", b"{}", b"{}"]

    def test_a_huge_frame_is_skipped(self) -> None:
        """A message over the size limit is rejected, and its bytes are skipped without being stored."""
        frames = FrameParser()
        head = b"Content-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1)

        found = list(frames.feed(head))
        for _ in range(MAX_BODY_BYTES // (1 << 20)):
            found += frames.feed(b"x" * (1 << 20))
        found += frames.feed(b"xContent-Length: 2\r\n\r\n{}")

        assert found == [Malformed("The message is over 128 MiB."), b"{}"]


class TestEnd:
    """The end of a session, by the protocol or by the end of the editor."""

    async def test_exit_after_shutdown_is_success(self, conversation: Conversation) -> None:
        """`exit` after `shutdown` ends the process with status 0 (LSP 3.17 "Exit Notification")."""
        await conversation.editor.initialize()
        await conversation.editor.request("shutdown")
        await conversation.editor.notify("exit")

        assert await conversation.serving == 0

    @pytest.mark.parametrize("is_initialized", [True, False])
    async def test_exit_without_shutdown_is_failure(self, conversation: Conversation, *, is_initialized: bool) -> None:
        """`exit` without `shutdown` ends the process with status 1."""
        if is_initialized:
            await conversation.editor.initialize()
        await conversation.editor.notify("exit")

        assert await conversation.serving == 1

    async def test_e11_the_end_of_the_stream_ends_all(
        self, conversation: Conversation, editor: Editor, tutor: ScriptedTutor
    ) -> None:
        """E11: if the editor closes its end during an answer, the server ends."""
        tutor.script = tutor.half_then_wait
        await editor.ask(await editor.open("x = 1\n"))
        await editor.hear("tutor/answer/didUpdate")

        conversation.hang_up()

        assert await conversation.serving == 1

    async def test_e11_the_death_of_the_editor_ends_all(self, conversation: Conversation) -> None:
        """E11: the server ends when the process in `processId` ends, even if another process keeps the pipe open."""
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=subprocess.PIPE)
        await conversation.editor.initialize(processId=process.pid)
        assert await conversation.editor.execute("tutor.status")

        await process.communicate(b"\n")

        async with asyncio.timeout(WAIT_SECONDS):
            assert await conversation.serving == 1

    @pytest.mark.parametrize("process_id", [2**22 + 1, 2**40, os.getpid()], ids=["unknown", "huge", "another"])
    async def test_an_editor_out_of_sight_is_not_watched(self, conversation: Conversation, process_id: int) -> None:
        """If the server cannot see the process in `processId`, for example outside its container, it continues."""
        await conversation.editor.initialize(processId=process_id)

        assert await conversation.editor.execute("tutor.status")


async def test_a_whole_session_is_quiet(tmp_path: Path) -> None:
    """A session with every kind of message writes nothing to stderr, exits with 0 and saves the hint levels."""
    environment = {**os.environ, "TUTOR_DATA_DIR": str(tmp_path / "data")}
    async with process(*LANGUAGE_SERVER, env=environment) as (server, editor):
        await editor.initialize()
        uri = await editor.open("def f(n)\n    return n\n")
        answer = await editor.answer(await editor.ask(uri, 0, 8))
        await editor.notify("$/cancelRequest", {"id": 1})
        await editor.notify("window/workDoneProgress/cancel", {"token": "unknown"})
        await editor.notify("workspace/didChangeWatchedFiles", {"changes": []})
        await editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        with pytest.raises(ErrorReply):
            await editor.request("textDocument/unknown", {})
        await editor.request("shutdown")
        await editor.notify("exit")

        assert (answer.ended["reason"], answer.ended["provider"]) == ("completed", "offline")
        assert await stderr_of(server) == ""
        assert await server.wait() == 0
    assert (tmp_path / "data").is_dir()


async def test_e1_a_process_that_hears_nonsense_lives_on(tmp_path: Path) -> None:
    """E1: the real process answers malformed, early, wrong and late requests with one error each, and logs nothing."""
    environment = {**os.environ, "TUTOR_DATA_DIR": str(tmp_path / "data")}
    async with process(*LANGUAGE_SERVER, env=environment) as (server, editor):
        codes = []
        for raw in (b"GET / HTTP/1.1\r\n\r\n", b"Content-Length: 3\r\n\r\n{x}", b"\xff" * 100_000 + b"\r\n\r\n"):
            editor.raw_replies.clear()
            await editor.send_raw(raw)
            (reply,) = await editor.until(lambda: editor.raw_replies)
            codes.append(reply["error"]["code"])
        with pytest.raises(ErrorReply) as early:
            await editor.execute("tutor.status")
        await editor.initialize()
        with pytest.raises(ErrorReply) as wrong:
            await editor.execute("tutor.ask", {"uri": 1})
        state = (await editor.execute("tutor.status"))["state"]
        await editor.request("shutdown")
        with pytest.raises(ErrorReply) as late:
            await editor.execute("tutor.status")
        await editor.notify("exit")

        assert codes == [PARSE_ERROR] * 3
        assert [error.value.code for error in (early, wrong, late)] == [
            NOT_INITIALIZED,
            INVALID_PARAMS,
            INVALID_REQUEST,
        ]
        assert state == "local"
        assert await stderr_of(server) == ""
        assert await server.wait() == 0


async def test_it_starts_among_a_students_modules(tmp_path: Path) -> None:
    """The server starts in a folder with `random.py`, `types.py` and `tutor_lsp.py`, and imports none of them."""
    for name in ("random", "types", "json", "tutor_lsp", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("open('ran.txt', 'w').close()\nraise SystemExit(name)\n")
    async with process(*LANGUAGE_SERVER, cwd=tmp_path) as (server, editor):
        result = await editor.initialize()
        await editor.request("shutdown")
        await editor.notify("exit")

        assert result["serverInfo"] == {"name": "Ask Tutor", "version": tutor_lsp.__version__}
        assert await server.wait() == 0
    assert not (tmp_path / "ran.txt").exists()


async def test_e9_printing_does_no_harm(tmp_path: Path) -> None:
    """E9: the output of a library, of a write to file descriptor 1 or of a child process goes to stderr."""
    async with process(*SCRIPTED_SERVER, "prints", env={**os.environ, "TUTOR_DATA_DIR": str(tmp_path)}) as (
        server,
        editor,
    ):
        await editor.initialize()
        answer = await editor.answer(await editor.ask(await editor.open("x = 1\n")))
        await editor.request("shutdown")
        await editor.notify("exit")

        assert answer.text == "Look at line 1."
        assert (await stderr_of(server)).split() == ["printed", "written", "child"]


@pytest.mark.parametrize("how", ["closes", "exits"])
async def test_e11_no_process_is_left(tmp_path: Path, how: str) -> None:
    """E11: the process ends if the editor closes the pipe or sends `exit` during an answer."""
    async with process(*SCRIPTED_SERVER, "waits", env={**os.environ, "TUTOR_DATA_DIR": str(tmp_path)}) as (
        server,
        editor,
    ):
        await editor.initialize()
        await editor.ask(await editor.open("x = 1\n"))
        await editor.hear("tutor/answer/didUpdate")
        if how == "exits":
            await editor.notify("exit")
        else:
            assert server.stdin is not None
            server.stdin.close()

        async with asyncio.timeout(WAIT_SECONDS):
            assert await server.wait() == 1
        assert await stderr_of(server) == ""


def test_17_the_start_loads_nothing_heavy() -> None:
    """17: the server does not import libraries at the start that only an answer needs."""
    heavy = ["aiohttp", "sqlite3", "pydantic", "sqlalchemy", "rich", "yaml", "platformdirs", "http.client"]
    code = f"import sys, json, tutor_lsp.server; json.dump([m for m in {heavy} if m in sys.modules], sys.stdout)"

    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True).stdout

    assert json.loads(found) == []


def test_the_version_is_the_distributions() -> None:
    """The server's version is the version in `pyproject.toml`."""
    pyproject = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")

    assert f'\nversion = "{tutor_lsp.__version__}"\n' in pyproject
