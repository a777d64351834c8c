"""Several serving processes behind one port: the parent holds the socket, starts workers on it and keeps them alive."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections import deque
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()

BACKLOG = 1024
"""Connections that may wait to be taken in: a class that comes back at once, after a restart."""
QUICK_DEATHS = 5
QUICK_DEATH_SECONDS = 10.0
"""Where each worker has died so often within these seconds, starting more of them helps nobody."""

WORKER_COMMAND = (sys.executable, "-P", "-m", "tutor_server.cli", "serve-worker")
"""Starts a worker; `-P`: no module of the working directory stands in for one of ours."""


def bind(host: str, port: int) -> socket.socket:
    """Open the listening socket that the workers share. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


class Workers:
    """Runs `count` workers until `stopping` is set; one that dies is replaced. `ready` is called when all serve.

    A worker holds the reading end of a pipe whose other end is this process's: when this process dies, by whatever
    signal, the pipe ends and the workers stop.
    """

    def __init__(
        self,
        command: Sequence[str],
        listening: socket.socket,
        count: int,
        stopping: asyncio.Event,
        ready: Callable[[], object],
    ) -> None:
        self._command = command
        self._listening = listening
        self._count = count
        self._stopping = stopping
        self._ready = ready
        self._serving = 0
        self._deaths: deque[float] = deque(maxlen=QUICK_DEATHS * count)

    async def run(self) -> int:
        """Keep the workers running until told to stop; give the exit status of the whole."""
        worker_end, own_end = os.pipe()
        try:
            return max(await asyncio.gather(*(self._keep_one(number, worker_end) for number in range(self._count))))
        finally:
            os.close(worker_end)
            os.close(own_end)

    async def _keep_one(self, number: int, lifeline: int) -> int:
        while True:
            worker = await self._start(lifeline)
            ended = asyncio.create_task(worker.wait())
            told = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            if self._stopping.is_set():
                self._listening.close()  # who comes now is refused at once, and waits for nobody
                if worker.returncode is None:
                    worker.send_signal(signal.SIGTERM)
                return 1 if await ended else 0
            log.error("worker_died", worker=number, exit_status=await ended)
            if self._is_hopeless():
                log.error("workers_keep_dying")
                self._stopping.set()
                return 1

    async def _start(self, lifeline: int) -> asyncio.subprocess.Process:
        listening = self._listening.fileno()
        own_end, worker_end = os.pipe()
        worker = await asyncio.create_subprocess_exec(
            *self._command,
            *map(str, (listening, lifeline, worker_end)),
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=(listening, lifeline, worker_end),
        )
        os.close(worker_end)
        asyncio.get_running_loop().add_reader(own_end, self._hear, own_end)
        return worker

    def _hear(self, own_end: int) -> None:
        """Take the byte that a worker sends once it serves, or the end of its pipe."""
        said = os.read(own_end, 1)
        asyncio.get_running_loop().remove_reader(own_end)
        os.close(own_end)
        if said:
            self._serving += 1
            if self._serving == self._count:
                self._ready()

    def _is_hopeless(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._deaths.append(now)
        return len(self._deaths) == self._deaths.maxlen and now - self._deaths[0] < QUICK_DEATH_SECONDS
