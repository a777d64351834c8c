"""JSON-RPC with a child process, such as the language server, which may fail."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from tutor_lsp.lsp.stdio_rpc import Notification, RequestFailed, ServerStopped, StdioServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PRELUDE = """
import json, sys

def read():
    length = 0
    while (line := sys.stdin.buffer.readline().strip()):
        length = int(line.partition(b":")[2])
    return json.loads(sys.stdin.buffer.read(length)) if length else sys.exit(0)

def write(**message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
    sys.stdout.buffer.flush()

def serve():
    while True:
        message = read()
        if message["method"] == "exit":
            sys.exit(0)
        if "id" in message:
            write(id=message["id"], result=message.get("params"))

"""


@asynccontextmanager
async def running(program: str) -> AsyncIterator[StdioServer]:
    """Run a small server program in a child process."""
    server = await StdioServer.start(sys.executable, "-c", PRELUDE + program)
    try:
        yield server
    finally:
        await server.close()
        assert server._process.returncode is not None


async def test_requests_find_their_answers() -> None:
    """Replies are matched to their requests, in whatever order they arrive."""
    program = "one, two = read(), read()\nwrite(id=two['id'], result=2)\nwrite(id=one['id'], result=1)\nserve()\n"
    async with running(program) as server:
        answers = await asyncio.gather(server.request("first"), server.request("second"))
        assert list(answers) == [1, 2]


async def test_text_of_any_script_survives() -> None:
    """The length of a message is counted in bytes of UTF-8, so that any text arrives unchanged."""
    async with running("serve()") as server:
        assert await server.request("echo", {"text": "é 😀 \u2028"}) == {"text": "é 😀 \u2028"}


async def test_error_answer_is_raised_with_its_message() -> None:
    """An error reply is raised as an exception with the server's message."""
    program = "write(id=read()['id'], error={'code': -32602, 'message': 'No such file.'})\nserve()\n"
    async with running(program) as server:
        with pytest.raises(RequestFailed, match=r"^No such file\.$"):
            await server.request("open")


async def test_notifications_are_kept_in_order_to_the_end() -> None:
    """Notifications are kept in order, and None marks the end of the connection."""
    program = "write(method='one', params={'n': 1})\nwrite(method='two')\n"
    async with running(program) as server:
        said = [await server.notifications.get() for _ in range(3)]
    assert said == [Notification("one", {"n": 1}), Notification("two", {}), None]


async def test_request_of_the_server_is_answered() -> None:
    """A request from the server is refused at once, since the client supports none."""
    program = "write(id=7, method='window/showDocument', params={})\nwrite(method='got', params=read())\nserve()\n"
    async with running(program) as server:
        said = await server.notifications.get()
    assert said is not None
    assert said.params["id"] == 7
    assert said.params["error"]["code"] == -32601


async def test_server_that_dies_fails_what_waits_and_what_comes_later() -> None:
    """If the server dies, open and later requests fail with the last line of the server's stderr."""
    async with running("read()\nraise SystemExit('No module named pygls')\n") as server:
        for _ in range(2):
            with pytest.raises(ServerStopped, match=r"^The language server stopped\. No module named pygls$"):
                await server.request("initialize")


async def test_server_that_does_not_answer_is_given_up() -> None:
    """A request that gets no reply fails after a timeout."""
    async with running("serve_nothing = read()\nread()\nread()\n") as server:
        server._answer_seconds = 0.05
        with pytest.raises(ServerStopped, match="does not answer"):
            await server.request("initialize")


async def test_noise_on_stdout_is_passed_over() -> None:
    """Text that the server prints between its messages is ignored."""
    program = "print('hello', flush=True)\nwrite(id=read()['id'], result=1)\nserve()\n"
    async with running(program) as server:
        assert await server.request("first") == 1


async def test_server_that_stays_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing the connection kills a server that does not exit by itself."""
    monkeypatch.setattr("tutor_lsp.lsp.stdio_rpc.EXIT_SECONDS", 0.05)
    async with running("import time\ntime.sleep(60)\n"):
        pass


async def test_program_that_is_not_there_is_said_so() -> None:
    """If the server's program does not exist, the error is a sentence."""
    with pytest.raises(ServerStopped, match="could not be started"):
        await StdioServer.start("/nowhere/tutor-lsp")
