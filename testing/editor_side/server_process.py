"""A language server in a process of its own, connected to a test's editor by pipes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tutor_lsp
from testing.editor_side.editor import WAIT_SECONDS, Editor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LANGUAGE_SERVER = (sys.executable, "-I", "-X", "utf8", str(Path(tutor_lsp.__file__).with_name("__main__.py")))
SCRIPTED_SERVER = (sys.executable, str(Path(__file__).with_name("scripted_server.py")))


@asynccontextmanager
async def process(*command: str, **options: Any) -> AsyncIterator[tuple[asyncio.subprocess.Process, Editor]]:
    """Start a language server in a process of its own. On exit, kill it if it is still running."""
    server = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )
    assert server.stdin is not None
    assert server.stdout is not None
    loop, stdin, stdout = asyncio.get_running_loop(), server.stdin, server.stdout
    editor = Editor(lambda data: loop.call_soon_threadsafe(stdin.write, data))

    async def read() -> None:
        chunk = b"more"
        while chunk:
            chunk = await stdout.read(1 << 16)
            editor.receive(chunk)

    reading = asyncio.create_task(read())
    try:
        yield server, editor
        stdin.close()
        async with asyncio.timeout(WAIT_SECONDS):
            await reading
            await server.wait()
    finally:
        if server.returncode is None:
            server.kill()
            await server.wait()


async def stderr_of(server: asyncio.subprocess.Process) -> str:
    """Return everything that an ended server has written to stderr."""
    assert server.stderr is not None
    return (await server.stderr.read()).decode()
