"""Several serving processes behind one port: the parent holds the socket, starts workers on it and keeps them alive."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections import deque
from contextlib import suppress
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

BEAT_SECONDS = 0.5
"""How often the event loop of a worker tells the parent that it runs."""
SILENCE_SECONDS = 5.0
"""A worker whose loop has told nothing for so long is killed and replaced: it was stopped, or is stuck in one call."""
START_SECONDS = 300.0
"""The same for a worker that does not serve yet: it loads modules, and the machine may be busy."""
WORKER_STOP_SECONDS = 33.0
"""A worker ends itself within 30 seconds (`guardian.STOP_SECONDS`); after this the parent kills it."""

WORKER_COMMAND = (sys.executable, "-P", "-m", "tutor_server.cli.main", "serve-worker")
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


class Beats:
    """The worker's side of the pipe on which it tells the parent that it serves and that its event loop runs."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._timer: asyncio.TimerHandle | None = None
        os.set_blocking(pipe, False)

    def start(self) -> None:
        """Write a beat now and every `BEAT_SECONDS`."""
        with suppress(BrokenPipeError, BlockingIOError):  # the parent has gone, or does not read
            os.write(self._pipe, b".")
        self._timer = asyncio.get_running_loop().call_later(BEAT_SECONDS, self.start)

    def end(self) -> None:
        """Close the pipe: what is left of the process needs no loop, and may take longer than a silence."""
        if self._timer is not None:
            self._timer.cancel()
        os.close(self._pipe)


class Worker:
    """The parent's view of one worker process.

    The worker holds the writing end of a pipe, `beats`: the first byte says that it serves, each further one that its
    event loop still runs.
    """

    def __init__(
        self, number: int, process: asyncio.subprocess.Process, beats: int, on_serving: Callable[[], object]
    ) -> None:
        self.number = number
        self.tells = asyncio.Event()
        """Set with the first sign of life."""
        self.ended = asyncio.create_task(process.wait())
        self._process = process
        self._beats = beats
        self._on_serving = on_serving
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + START_SECONDS
        os.set_blocking(beats, False)
        self._loop.add_reader(beats, self.hear)

    @classmethod
    async def start(
        cls, number: int, command: Sequence[str], listening: int, lifeline: int, on_serving: Callable[[], object]
    ) -> Worker:
        """Start a process of `command`; `on_serving` is called once it serves."""
        own_end, worker_end = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                *map(str, (listening, lifeline, worker_end)),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(listening, lifeline, worker_end),
            )
        finally:
            os.close(worker_end)
        return cls(number, process, own_end, on_serving)

    @property
    def serves(self) -> bool:
        """Whether the worker has told that it serves, and has not ended."""
        return self.tells.is_set() and not self.ended.done()

    def hear(self) -> None:
        """Take what the worker has told since, or the end of its pipe."""
        if self._beats < 0:
            return
        try:
            told = os.read(self._beats, 4096)
        except BlockingIOError:
            return
        if not told:  # its loop has ended, so the process is about to
            self._loop.remove_reader(self._beats)
            os.close(self._beats)
            self._beats = -1
            self._deadline = self._loop.time() + WORKER_STOP_SECONDS
            return
        self._deadline = self._loop.time() + SILENCE_SECONDS
        if not self.tells.is_set():
            self.tells.set()
            self._on_serving()

    def grant(self, seconds: float) -> None:
        """Wait so much longer for the next sign of life."""
        self._deadline += seconds

    def kill_if_silent(self) -> None:
        """Kill a worker that has not been heard of for too long."""
        self.hear()
        if self._loop.time() > self._deadline and not self.ended.done():
            log.error("worker_stalled", worker=self.number)
            self.send(signal.SIGKILL)
            self._deadline = float("inf")

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def stop(self, number: signal.Signals) -> int:
        """Send a signal, and SIGKILL if the process does not end in time; return its exit status."""
        self.send(number)
        await asyncio.wait({self.ended}, timeout=WORKER_STOP_SECONDS)
        if not self.ended.done():
            log.error("worker_killed", worker=self.number)
            self.send(signal.SIGKILL)
        return await self.ended


class Workers:
    """Runs `count` workers until `stop` is called. One that dies or stalls is replaced.

    `ready` is called once all serve.
    A worker holds the reading end of a pipe whose other end is this process's: when this process dies, by whatever
    signal, the pipe ends and the workers stop.
    """

    def __init__(
        self, command: Sequence[str], listening: socket.socket, count: int, ready: Callable[[], object]
    ) -> None:
        self._command = command
        self._listening = listening
        self._count = count
        self._ready = ready
        self._alive: set[Worker] = set()
        self._stopping = asyncio.Event()
        self._restarts = [asyncio.Event() for _ in range(count)]
        self._one_restarts = asyncio.Lock()
        self._deaths: deque[float] = deque(maxlen=QUICK_DEATHS * count)
        self._is_announced = False

    def stop(self) -> None:
        """Begin to stop all workers."""
        self._stopping.set()
        self._listening.close()  # who comes now is refused at once, and waits for nobody

    def restart(self) -> None:
        """Begin to replace the workers one after another, each once its successor serves."""
        log.info("restarting_workers")
        for restart in self._restarts:
            restart.set()

    async def run(self) -> int:
        """Keep the workers running until told to stop; return the exit status of the whole."""
        worker_end, own_end = os.pipe()
        watching = asyncio.create_task(self._watch())
        try:
            return max(await asyncio.gather(*(self._keep_one(number, worker_end) for number in range(self._count))))
        finally:
            watching.cancel()
            os.close(worker_end)
            os.close(own_end)

    async def _keep_one(self, number: int, lifeline: int) -> int:
        if self._stopping.is_set():
            return 0
        worker = await self._start(number, lifeline)
        while True:
            restart = self._restarts[number]
            await _first(worker.ended, self._stopping, restart)
            if self._stopping.is_set():
                return 1 if await worker.stop(signal.SIGTERM) else 0
            if worker.ended.done():
                log.error("worker_died", worker=number, exit_status=worker.ended.result())
                if self._is_hopeless():
                    log.error("workers_keep_dying")
                    self.stop()
                    return 1
                worker = await self._start(number, lifeline)
            elif restart.is_set():
                restart.clear()
                async with self._one_restarts:
                    worker = await self._replace(worker, lifeline)

    async def _replace(self, worker: Worker, lifeline: int) -> Worker:
        """Start a successor and let the worker end once that serves; return the one that is left."""
        if self._stopping.is_set():
            return worker
        successor = await self._start(worker.number, lifeline)
        await _first(successor.ended, successor.tells, self._stopping)
        if not successor.serves:
            log.error("worker_not_replaced", worker=worker.number)
            await successor.stop(signal.SIGTERM)
            return worker
        await worker.stop(signal.SIGHUP)
        return successor

    async def _start(self, number: int, lifeline: int) -> Worker:
        worker = await Worker.start(
            number, self._command, self._listening.fileno(), lifeline, on_serving=self._count_serving
        )
        self._alive.add(worker)
        worker.ended.add_done_callback(lambda _: self._alive.discard(worker))
        return worker

    async def _watch(self) -> None:
        """Kill silent workers. What this process itself was late, on a busy machine or stopped, is granted to them."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT_SECONDS
            await asyncio.sleep(BEAT_SECONDS)
            late = loop.time() - due
            for worker in list(self._alive):
                worker.grant(late)
                worker.kill_if_silent()

    def _count_serving(self) -> None:
        if not self._is_announced and sum(worker.serves for worker in self._alive) == self._count:
            self._is_announced = True
            self._ready()

    def _is_hopeless(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._deaths.append(now)
        return len(self._deaths) == self._deaths.maxlen and now - self._deaths[0] < QUICK_DEATH_SECONDS


async def _first(ended: asyncio.Task[int], *events: asyncio.Event) -> None:
    """Wait until a process has ended or one of the events is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait({ended, *waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waiting:
            wait.cancel()
