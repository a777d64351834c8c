"""The command `tutor` as students run it: in a process of its own, with or without a terminal."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

TUTOR = str(Path(sys.executable).with_name("tutor"))
SECONDS = 30


class Result(NamedTuple):
    """The exit status and output of a command."""

    status: int
    stdout: str
    stderr: str


class Tutor:
    """Runs `tutor` in a folder. It is in local mode unless the environment variables say otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
        self.environment = {**kept, "HOME": str(folder), "TUTOR_DATA_DIR": str(folder / "data")}

    async def run(self, *arguments: str, typed: str = "", **environment: str) -> Result:
        """Run a command to its end, without a terminal. `typed` is the text of its stdin."""
        process = await self.start(*arguments, stdin=subprocess.PIPE, **environment)
        async with asyncio.timeout(SECONDS):
            stdout, stderr = await process.communicate(typed.encode())
        assert process.returncode is not None
        return Result(process.returncode, stdout.decode(), stderr.decode())

    async def start(
        self, *arguments: str, stdin: int = subprocess.DEVNULL, **environment: str
    ) -> asyncio.subprocess.Process:
        """Start a command, without a terminal."""
        return await asyncio.create_subprocess_exec(
            TUTOR,
            *arguments,
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def servers(self) -> list[int]:
        """Return the process ids of this folder's running language servers (Linux)."""
        mark = f"TUTOR_DATA_DIR={self.folder / 'data'}".encode()
        return [
            int(process.name)
            for process in Path("/proc").iterdir()
            if process.name.isdigit() and mark in _environ(process) and b"tutor_lsp" in _command_line(process)
        ]


def _environ(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


async def on_a_terminal(
    tutor: Tutor, arguments: list[str], environment: dict[str, str]
) -> tuple[asyncio.StreamReader, asyncio.subprocess.Process]:
    """Start a command whose stdout is a pseudo-terminal. Return a reader of its output, and the process."""
    import pty  # noqa: PLC0415 - the module is missing on Windows

    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        TUTOR,
        *arguments,
        cwd=tutor.folder,
        env={**tutor.environment, **environment},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    reader = asyncio.StreamReader()
    asyncio.get_running_loop().run_in_executor(None, _pump, ours, reader, asyncio.get_running_loop())
    return reader, process


def _pump(descriptor: int, reader: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
    """Read a pseudo-terminal to its end, and feed the output to the reader. Linux reports the end as an error."""
    try:
        while chunk := os.read(descriptor, 1000):
            loop.call_soon_threadsafe(reader.feed_data, chunk)
    except OSError:
        pass
    os.close(descriptor)
    loop.call_soon_threadsafe(reader.feed_eof)
