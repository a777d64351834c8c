"""Run a language server over the standard streams of this process, for as long as its editor lives."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tutor_lsp.lsp.editor_process import watch
from tutor_lsp.lsp.framing import FrameParser, Malformed

if TYPE_CHECKING:
    from tutor_lsp.lsp.pygls_remedies.language_server import RobustLanguageServer

_CHUNK_BYTES = 64 * 1024
_CHUNKS_IN_FLIGHT = 64
"""The maximum number of chunks that are read but not yet handled. It bounds the memory for unhandled input."""


@dataclass(frozen=True, slots=True)
class Streams:
    """The file descriptors of the pipes to the editor."""

    read_fd: int
    write_fd: int


def take_over_standard_streams() -> Streams:
    """Reserve stdin and stdout for the protocol, and return their file descriptors.

    Other output to stdout, by this process or its children, goes to stderr instead, since a single stray byte would
    break the connection. Reading stdin returns end of file.
    """
    streams = Streams(os.dup(0), os.dup(1))
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return streams


class FrameWriter:
    """Writes whole messages, from any thread. Write errors are ignored: the editor is gone, so the server will end."""

    def __init__(self, write_fd: int) -> None:
        self._fd = write_fd
        self._lock = threading.Lock()

    def write(self, data: bytes) -> None:
        """Write all of `data` without another thread's message in between."""
        rest = memoryview(data)
        with self._lock:
            try:
                while rest:
                    rest = rest[os.write(self._fd, rest) :]
            except OSError:
                return

    def close(self) -> None:
        """Do nothing: the descriptor stays open until the process ends."""


async def serve(server: RobustLanguageServer, streams: Streams) -> int:
    """Serve the editor until it sends `exit`, closes the stream or dies. Return the exit status (LSP 3.17 "Exit")."""
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue()
    slots = threading.Semaphore(_CHUNKS_IN_FLIGHT)

    def read() -> None:
        chunk = b"more"
        while chunk:
            try:
                chunk = os.read(streams.read_fd, _CHUNK_BYTES)
            except OSError:
                chunk = b""
            slots.acquire()
            try:
                loop.call_soon_threadsafe(chunks.put_nowait, chunk)
            except RuntimeError:  # The event loop is closed, because the server has ended.
                return

    server.protocol.set_writer(FrameWriter(streams.write_fd))
    threading.Thread(target=read, name="editor-input", daemon=True).start()
    conversation = asyncio.create_task(_converse(server, chunks, slots))
    server.protocol.exit = conversation.cancel
    server.protocol.watch_process = partial(watch, on_death=conversation.cancel)
    await asyncio.wait([conversation])
    if not conversation.cancelled():
        conversation.result()
    return server.exit_status


async def _converse(server: RobustLanguageServer, chunks: asyncio.Queue[bytes], slots: threading.Semaphore) -> None:
    frames = FrameParser()
    while chunk := await chunks.get():
        slots.release()
        for frame in frames.feed(chunk):
            if isinstance(frame, Malformed):
                server.protocol.refuse_frame(frame.reason)
            else:
                server.protocol.receive(frame)
            # Let the handler start: it reads the document before its first await, and the next message may change it.
            await asyncio.sleep(0)
