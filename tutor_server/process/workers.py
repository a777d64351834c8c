"""Runs several serving processes on one port: the parent holds the socket, and starts and replaces workers."""

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
"""The maximum number of connections in the backlog: a whole class may reconnect at once after a restart."""
QUICK_DEATHS = 5
QUICK_DEATH_SECONDS = 10.0
"""If each worker dies `QUICK_DEATHS` times on average within this number of seconds, the parent gives up."""

BEAT_SECONDS = 0.5
"""Seconds between two beats, by which a worker's event loop tells the parent that it runs."""
SILENCE_SECONDS = 5.0
"""Seconds without a beat after which a worker is killed and replaced: it is stopped or stuck in one call."""
START_SECONDS = 300.0
"""Seconds without a beat after which a worker that does not serve yet is killed: loading modules may take long."""
WORKER_STOP_SECONDS = 33.0
"""Seconds after which the parent kills a stopping worker, which ends itself within `guardian.STOP_SECONDS`."""

WORKER_COMMAND = (sys.executable, "-P", "-m", "tutor_server.cli.main", "serve-worker")
"""The command that starts a worker. With `-P`, files in the working directory cannot shadow our modules."""


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
    """The worker's end of a pipe. Its bytes (beats) tell the parent that the worker serves and its event loop runs."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._timer: asyncio.TimerHandle | None = None
        os.set_blocking(pipe, False)

    def start(self) -> None:
        """Write a beat now, and then every `BEAT_SECONDS`."""
        with suppress(BrokenPipeError, BlockingIOError):
            # The parent has died or does not read the pipe.
            os.write(self._pipe, b".")
        self._timer = asyncio.get_running_loop().call_later(BEAT_SECONDS, self.start)

    def end(self) -> None:
        """Close the pipe, so that the parent expects no more beats and allows `WORKER_STOP_SECONDS` for the rest."""
        if self._timer is not None:
            self._timer.cancel()
        os.close(self._pipe)


class Worker:
    """The parent's view of one worker process.

    The worker holds the writing end of a pipe, `beats`. Its first byte says that the worker serves, and each later one
    that its event loop still runs.
    """

    def __init__(
        self, number: int, process: asyncio.subprocess.Process, beats: int, on_serving: Callable[[], object]
    ) -> None:
        self.number = number
        self.tells = asyncio.Event()
        """Set by the first beat."""
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
        """Start a process with `command`; `on_serving` is called once it serves."""
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
        """Whether the worker has reported that it serves, and has not ended."""
        return self.tells.is_set() and not self.ended.done()

    def hear(self) -> None:
        """Read the new beats, or find that the worker has closed the pipe."""
        if self._beats < 0:
            return
        try:
            told = os.read(self._beats, 4096)
        except BlockingIOError:
            return
        if not told:
            # The worker's event loop has ended, so its process will end soon.
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
        """Extend the deadline of the next beat by some seconds."""
        self._deadline += seconds

    def kill_if_silent(self) -> None:
        """Kill a worker whose deadline for a beat has passed."""
        self.hear()
        if self._loop.time() > self._deadline and not self.ended.done():
            log.error("worker_stalled", worker=self.number)
            self.send(signal.SIGKILL)
            self._deadline = float("inf")

    def send(self, number: signal.Signals) -> None:
        """Send a signal if the process has not ended."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def stop(self, number: signal.Signals) -> int:
        """Send a signal, then SIGKILL if the process does not end in time; return its exit status."""
        self.send(number)
        await asyncio.wait({self.ended}, timeout=WORKER_STOP_SECONDS)
        if not self.ended.done():
            log.error("worker_killed", worker=self.number)
            self.send(signal.SIGKILL)
        return await self.ended


class Workers:
    """Runs `count` workers until `stop` is called, and replaces those that die or stall.

    `ready` is called once all workers serve. Each worker holds the reading end of a pipe to this process. When this
    process dies, even by SIGKILL, the pipe ends, and the workers stop.
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
        # Close the listening socket, so that new connections are refused at once instead of waiting in the backlog.
        self._listening.close()

    def restart(self) -> None:
        """Begin to replace the workers one after another. Each one is stopped once its successor serves."""
        log.info("restarting_workers")
        for restart in self._restarts:
            restart.set()

    async def run(self) -> int:
        """Keep the workers running until `stop` is called; return the highest exit status."""
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
        """Start a successor, and stop the worker once the successor serves. Return the worker that remains."""
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
        """Kill silent workers. If this process itself was delayed, their deadlines are extended by the same time."""
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
