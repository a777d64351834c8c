"""JSON-RPC 2.0 with a child process over its standard streams, in the frames of LSP 3.17 "Base Protocol"."""

from __future__ import annotations

import asyncio
import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from tutor_lsp.lsp.framing import FrameParser, Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping

METHOD_NOT_FOUND = -32601
CHUNK_BYTES = 64 * 1024
STDERR_BYTES = 4096
"""The maximum number of bytes of stderr that are kept, from its end, to explain why the server stopped."""

ANSWER_SECONDS = 30.0
"""Seconds before a request times out. The first request also waits for the server's start, which may be slow."""
EXIT_SECONDS = 3.0
"""Seconds that the server has to exit by itself before it is killed."""


class ServerStopped(Exception):
    """The child process has ended or does not reply. The message is one line for the user."""


class RequestFailed(Exception):
    """The server replied with an error. The message is from the server."""


@dataclass(frozen=True, slots=True)
class Notification:
    """A notification from the server."""

    method: str
    params: dict[str, Any]


class StdioServer:
    """A language server that runs as a child process.

    `notifications` holds the server's notifications, oldest first, followed by None once the server has stopped.
    """

    def __init__(self, process: asyncio.subprocess.Process, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self.notifications: asyncio.Queue[Notification | None] = asyncio.Queue()
        self._process = process
        self._answer_seconds = answer_seconds
        self._last_id = 0
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._stderr = bytearray()
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._read_stderr())]

    @classmethod
    async def start(cls, *command: str, env: Mapping[str, str] | None = None) -> Self:
        """Start the server in its own session, which the terminal's Ctrl-C does not reach. Raise `ServerStopped`."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=env,
                start_new_session=True,  # This has no effect on Windows, where `creationflags` does the same.
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            raise ServerStopped(f"The language server could not be started: {error.strerror}.") from error
        return cls(process)

    async def request(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        """Send a request and return the result. Raise `RequestFailed` or `ServerStopped`."""
        self._last_id += 1
        number = self._last_id
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            if self._tasks[0].done():
                raise ServerStopped(self._stop_reason())
            async with asyncio.timeout(self._answer_seconds):
                await self._send({"id": number, "method": method, "params": params})
                return await answer
        except TimeoutError:
            raise ServerStopped("The language server does not answer.") from None
        finally:
            del self._waiting[number]

    async def notify(self, method: str, params: Mapping[str, Any] | None = None) -> None:
        """Send a notification. Raise `ServerStopped`."""
        await self._send({"method": method, "params": params})

    async def close(self) -> None:
        """Ask the server to exit (LSP 3.17 "shutdown", "exit"), or kill it if it does not. No process remains."""
        try:
            async with asyncio.timeout(EXIT_SECONDS):
                await self.request("shutdown")
                await self.notify("exit")
        except (ServerStopped, RequestFailed, TimeoutError):
            pass
        stdin = self._process.stdin
        if stdin is not None:
            stdin.close()
        try:
            async with asyncio.timeout(EXIT_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send(self, message: dict[str, Any]) -> None:
        content = {"jsonrpc": "2.0", **{name: value for name, value in message.items() if value is not None}}
        body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
        stdin = self._process.stdin
        if stdin is None or stdin.is_closing():
            raise ServerStopped(self._stop_reason())
        try:
            stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            await stdin.drain()
        except ConnectionError as error:
            raise ServerStopped(self._stop_reason()) from error

    async def _read(self) -> None:
        stdout, frames = self._process.stdout, FrameParser()
        try:
            while stdout is not None and (chunk := await stdout.read(CHUNK_BYTES)):
                for body in frames.feed(chunk):
                    await self._dispatch(_parsed(body))
        except (ServerStopped, ConnectionError):
            pass
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ServerStopped(self._stop_reason()))
            self.notifications.put_nowait(None)

    async def _dispatch(self, message: dict[str, Any]) -> None:
        method, number = message.get("method"), message.get("id")
        if method is None:
            self._settle(message)
        elif number is None:
            self.notifications.put_nowait(Notification(method, message.get("params") or {}))
        else:
            error = {"code": METHOD_NOT_FOUND, "message": f"{method} is not declared by this client"}
            await self._send({"id": number, "error": error})

    def _settle(self, message: dict[str, Any]) -> None:
        answer = self._waiting.get(message.get("id", 0))
        if answer is None or answer.done():
            return
        if error := message.get("error"):
            answer.set_exception(RequestFailed(str(error.get("message", "")).strip() or "The language server failed."))
        else:
            answer.set_result(message.get("result"))

    async def _read_stderr(self) -> None:
        stderr = self._process.stderr
        while stderr is not None and (chunk := await stderr.read(STDERR_BYTES)):
            self._stderr += chunk
            del self._stderr[:-STDERR_BYTES]

    def _stop_reason(self) -> str:
        lines = self._stderr.decode("utf-8", "replace").split("\n")
        last_words = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return f"The language server stopped. {last_words}".strip()


def _parsed(body: bytes | Malformed) -> dict[str, Any]:
    """Return the message in a body as a dict, or an empty dict, which is ignored, if it is no JSON object."""
    try:
        message = json.loads(body) if isinstance(body, bytes) else None
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
