"""A small pool of child processes that analyse submissions.

A process is killed at its deadline. The students share the pool and are served in turn.
"""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from tutor_analysis.allowance import Allowances
from tutor_analysis.process import CALL, RETURN

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

T = TypeVar("T")

COMMAND = (sys.executable, "-I", "-X", "utf8", str(Path(__file__).resolve().with_name("process.py")))
"""The command of a child process. With -I, no module in a student's folder can replace one of the project's."""

Reason = Literal["deadline", "allowance", "overload", "failed"]


class NotAnalysed(Exception):
    """A call has no result, for this `reason`.

    `deadline`: the process was killed at its deadline, or ended by itself. `allowance`: the student's processor time is
    used up for now. `overload`: too many calls wait, the call waited for too long, or the pool is closed. `failed`: the
    function raised an exception, and `detail` names its type.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason: Reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimits:
    """The limits of the pool, with times in seconds. `processor` is per call, `allowance` and `refill` per student.

    A call takes at most 0.06 s for any correct program in CPython's library.
    """

    processes: int = 2
    processor: float = 1.0
    wall: float = 5.0
    """Seconds of wall time after which a process is killed, even if it has used less processor time than allowed."""
    allowance: float = 3.0
    refill: float = 0.1
    """Seconds of processor time that are added to a student's allowance each second."""
    waiting: int = 200
    longest_wait: float = 5.0
    idle: float = 30.0
    """Seconds of idle time after which a process ends, to free its memory."""


@dataclass(eq=False, slots=True)
class _Job:
    owner: Hashable
    call: bytes
    seconds: float
    result: asyncio.Future[Any]
    expiry: asyncio.TimerHandle | None = field(default=None)


class Pool:
    """Runs module-level functions in child processes, which are started on demand.

    No student occupies two processes at once, and students are served in turn: the fifth call of a student comes after
    the first call of every other student.
    """

    def __init__(self, limits: PoolLimits | None = None, *, command: Sequence[str] = COMMAND) -> None:
        self._limits = limits or PoolLimits()
        self._command = command
        self._waiting: dict[Hashable, deque[_Job]] = {}
        """The waiting calls by student. The student who is served next comes first."""
        self._running: set[Hashable] = set()
        self._slots: set[asyncio.Task[None]] = set()
        self._resting: list[asyncio.Future[None]] = []
        """The futures that idle slots await. A slot is the task that runs one child process."""
        self._allowances = Allowances(self._limits.allowance, self._limits.refill)
        self._is_closed = False

    async def run(
        self, owner: Hashable, function: Callable[..., T], *arguments: Any, seconds: float | None = None
    ) -> T:
        """Run a module-level function in a child process, and return its result. Raise `NotAnalysed`.

        The function and its arguments are pickled. `seconds` is the deadline in processor time, if it differs from the
        limit of the pool.
        """
        loop = asyncio.get_running_loop()
        if self._is_used_up(owner):
            raise NotAnalysed("allowance")
        if self._is_closed or sum(map(len, self._waiting.values())) >= self._limits.waiting:
            raise NotAnalysed("overload")
        call = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        job = _Job(owner, call, seconds or self._limits.processor, loop.create_future())
        job.expiry = loop.call_later(self._limits.longest_wait, self._expire, job)
        self._waiting.setdefault(owner, deque()).append(job)
        self._wake()
        try:
            result: T = await job.result
        finally:
            job.expiry.cancel()
            self._forget(job)
        return result

    async def close(self) -> None:
        """Kill the processes. Waiting calls raise `NotAnalysed`."""
        self._is_closed = True
        for jobs in list(self._waiting.values()):
            for job in list(jobs):
                self._fail(job, NotAnalysed("overload"))
        slots = list(self._slots)
        for slot in slots:
            slot.cancel()
        if slots:
            await asyncio.wait(slots)

    def _wake(self) -> None:
        """Wake an idle process for the waiting calls, or start a new one."""
        while self._resting:
            rest = self._resting.pop()
            if not rest.done():
                rest.set_result(None)
                return
        if len(self._slots) < self._limits.processes:
            slot = asyncio.create_task(self._serve(), name="analysis process")
            self._slots.add(slot)
            slot.add_done_callback(self._ended)

    def _ended(self, slot: asyncio.Task[None]) -> None:
        """Remove a slot that was idle for too long or failed to start a process. Waiting calls get another slot."""
        self._slots.discard(slot)
        if self._waiting and not self._is_closed:
            self._wake()
        failure = None if slot.cancelled() else slot.exception()
        if failure is not None and not isinstance(failure, OSError):
            raise failure

    async def _serve(self) -> None:
        """Run one child process until it has been idle for the idle timeout."""
        process: _Process | None = None
        try:
            while (job := self._next()) is not None or await self._rest():
                if job is None:
                    continue
                self._running.add(job.owner)
                try:
                    if process is not None and process.has_ended:  # The process has ended while it was idle.
                        await process.end()
                        process = None
                    process = process or await _Process.start(self._command)
                    if not await self._run(process, job):
                        await process.end()
                        process = None
                finally:
                    self._running.discard(job.owner)
                    # The future already has a result, unless the slot is being closed.
                    self._fail(job, NotAnalysed("overload"))
        finally:
            if process is not None:
                await process.end()

    async def _run(self, process: _Process, job: _Job) -> bool:
        """Run a job to its end. Return whether the process can run another job."""
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(self._limits.wall):
                is_result, value, seconds = await process.call(job.call, job.seconds)
        except (TimeoutError, OSError, EOFError):
            self._allowances.take(job.owner, job.seconds, now())
            self._fail(job, NotAnalysed("deadline"))
            return False
        self._allowances.take(job.owner, seconds, now())
        if not is_result:
            self._fail(job, NotAnalysed("failed", value))
        elif not job.result.done():
            job.result.set_result(value)
        return True

    def _next(self) -> _Job | None:
        """Return the next job of the first waiting student who occupies no process."""
        for owner in list(self._waiting):
            # The allowance was used up while these jobs were waiting.
            if owner not in self._running and self._is_used_up(owner):
                for job in list(self._waiting[owner]):
                    self._fail(job, NotAnalysed("allowance"))
            elif owner not in self._running:
                jobs = self._waiting.pop(owner)
                job = jobs.popleft()
                if jobs:  # The student moves to the end of the queue.
                    self._waiting[owner] = jobs
                if job.expiry is not None:
                    job.expiry.cancel()
                return job
        return None

    def _is_used_up(self, owner: Hashable) -> bool:
        return self._allowances.left(owner, asyncio.get_running_loop().time()) <= 0

    async def _rest(self) -> bool:
        """Wait for a call. Return whether one arrived before the idle timeout."""
        rest = asyncio.get_running_loop().create_future()
        self._resting.append(rest)
        try:
            async with asyncio.timeout(self._limits.idle):
                await rest
        except TimeoutError:
            return False
        finally:
            with suppress(ValueError):
                self._resting.remove(rest)
        return True

    def _expire(self, job: _Job) -> None:
        if job in self._waiting.get(job.owner, ()):
            self._fail(job, NotAnalysed("overload"))

    def _fail(self, job: _Job, error: NotAnalysed) -> None:
        if not job.result.done():
            job.result.set_exception(error)
        self._forget(job)

    def _forget(self, job: _Job) -> None:
        """Remove a job from the queue, if it is still there."""
        jobs = self._waiting.get(job.owner)
        if jobs is not None and job in jobs:
            jobs.remove(job)
            if not jobs:
                del self._waiting[job.owner]


class _Process:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - tells the type checker that both are pipes
        self._process = process
        self._calls, self._returns = process.stdin, process.stdout

    @classmethod
    async def start(cls, command: Sequence[str]) -> _Process:
        """Start a child process. Raise `OSError` if the system cannot start one, which also ends the slot."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return cls(process)

    @property
    def has_ended(self) -> bool:
        """Whether the process is known to have ended. If so, uvloop refuses writes to it."""
        return self._process.returncode is not None or self._calls.is_closing()

    async def call(self, call: bytes, seconds: float) -> tuple[bool, Any, float]:
        """Return whether the call succeeded, its result or the exception's type, and its processor time in seconds."""
        self._calls.writelines((CALL.pack(len(call), seconds), call))
        await self._calls.drain()
        size, is_result, taken = RETURN.unpack(await self._returns.readexactly(RETURN.size))
        value = pickle.loads(await self._returns.readexactly(size))  # noqa: S301 - parent and child are one program, and no other process has their pipe
        return is_result, value, taken

    async def end(self) -> None:
        """Kill the process, and wait until it has ended."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.communicate()
