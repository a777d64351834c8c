"""The loads of the benchmark. Each measures one service (the subject). A faulty answer ends the benchmark."""

from __future__ import annotations

import asyncio
import os
import time
from bisect import bisect_left
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.figures import percentile
from benchmarks.service.processes import cpu_seconds, resident_bytes
from benchmarks.service.upstream import Pace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence

    from benchmarks.service.ask_tutor import AskTutor, TutorLine
    from benchmarks.service.subjects import Heard, Line, Subject
    from benchmarks.service.upstream import FastUpstream

STREAMS = 64
PACED_STREAMS, PACED_SECONDS = 16, 0.01
CAPACITY_SECONDS, CAPACITY_SECONDS_A_TOKEN = 6, 0.02
LAG_P99, FIRST_P99 = 0.050, 0.250
"""The maximum 99th percentiles, in seconds, of the lag and of the time to the first text."""
THINKS_SECONDS = 10
"""Seconds that the model waits before its first token in a load whose asks are cancelled before that token."""
TRIES = 3
FIRST_ANSWERS = 8
OPEN_SECONDS = 60
"""Seconds after which a load fails unless every answer has sent `OPEN_TOKENS` tokens."""
OPEN_TOKENS = 50
"""The minimum number of tokens, of 100, that each answer has sent when memory is measured: it grows with the text."""


class LoadFailed(Exception):
    """An answer was faulty, so the figures of the run are worthless."""


def check(subject: Subject, upstream: FastUpstream, answers: Iterable[Heard]) -> list[Heard]:
    """Return the answers if all of them are complete. Raise `LoadFailed` otherwise."""
    checked = list(answers)
    failures = [why for answer in checked if (why := fault(subject, upstream, answer))]
    if failures:
        raise LoadFailed(f"{len(failures)} of {len(checked)} answers of {subject.name} failed: {failures[0]}")
    return checked


def fault(subject: Subject, upstream: FastUpstream, answer: Heard) -> str | None:
    """Return the fault of an answer: its failure, or that it is incomplete. Return None if it has no fault."""
    if answer.failure or not answer.ends:
        return answer.failure or "no text"
    pieces = subject.pieces(answer.number, upstream.pace.tokens)
    if pieces and answer.ends[-1] != pieces[-1].end:
        return f"{answer.ends[-1]} of {pieces[-1].end} came"
    return None


async def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Poll until a condition holds. Raise `LoadFailed` after the given seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise LoadFailed(f"what should happen did not within {seconds:g} s")
        await asyncio.sleep(0.001)


@asynccontextmanager
async def lines_of(subject: Subject, count: int) -> AsyncIterator[Sequence[Line]]:
    """Open `count` connections to a subject, and close them on exit."""
    lines = [await subject.line() for _ in range(count)]
    try:
        yield lines
    finally:
        await asyncio.gather(*(line.close() for line in lines))


async def first_text(subject: Subject, upstream: FastUpstream, asks: int) -> float:
    """Return the median time in ms from an ask to its first text. The model answers one ask at a time without delay."""
    upstream.begin(Pace())
    async with lines_of(subject, 1) as (line,):
        answers = check(subject, upstream, [await line.ask(number) for number in range(asks + 5)])
    return percentile([(answer.at[0] - answer.asked_at) * 1000 for answer in answers[5:]], 50)


@dataclass(frozen=True, slots=True)
class Throughput:
    """Answers per second, answers per second of the subject's processor time, and the load's own use of its core."""

    per_second: float
    per_cpu_second: float
    load_share: float


async def throughput(subject: Subject, upstream: FastUpstream, seconds: float) -> Throughput:
    """Ask continuously over many connections. The model sends 100 tokens for each answer, one by one without a pause.

    Only answers that end while every connection is busy, in a window of `seconds`, are counted.
    """
    upstream.begin(Pace(tokens=100, seconds=0.0))
    async with lines_of(subject, STREAMS) as lines:
        await asyncio.gather(*(line.ask(number) for number, line in enumerate(lines)))
        used = cpu_seconds(*subject.pids), cpu_seconds(os.getpid())
        began = time.monotonic()
        ended = began

        async def close_window() -> tuple[float, float]:
            nonlocal ended
            await asyncio.sleep(seconds)
            ended = time.monotonic()
            return cpu_seconds(*subject.pids) - used[0], cpu_seconds(os.getpid()) - used[1]

        window = asyncio.create_task(close_window())

        async def ask_on(number: int) -> list[Heard]:
            heard: list[Heard] = []
            while not window.done():
                heard.append(await lines[number].ask(number + STREAMS * len(heard)))
            return heard

        heard = await asyncio.gather(*(ask_on(number) for number in range(STREAMS)))
        answers = check(subject, upstream, [answer for some in heard for answer in some])
    done = sum(answer.ended_at <= ended for answer in answers)
    cpu, own_cpu = await window
    return Throughput(done / (ended - began), done / max(cpu, 0.01), own_cpu / (ended - began))


async def paced_cpu(subject: Subject, upstream: FastUpstream, seconds: float) -> float:
    """Return the subject's processor time in ms per thousand tokens, with 16 streams and a token every 10 ms."""
    upstream.begin(Pace(tokens=100, seconds=PACED_SECONDS))
    async with lines_of(subject, PACED_STREAMS) as lines:
        await asyncio.gather(*(line.ask(number) for number, line in enumerate(lines)))
        cpu, ends, answers = cpu_seconds(*subject.pids), time.monotonic() + seconds, 0

        async def ask_on(number: int) -> list[Heard]:
            heard: list[Heard] = []
            while time.monotonic() < ends:
                heard.append(await lines[number].ask(number + PACED_STREAMS * len(heard)))
            return heard

        for heard in await asyncio.gather(*(ask_on(number) for number in range(PACED_STREAMS))):
            answers += len(check(subject, upstream, heard))
        return (cpu_seconds(*subject.pids) - cpu) * 1000 / (answers * upstream.pace.tokens / 1000)


@dataclass(frozen=True, slots=True)
class Held:
    """The result of many streams: 99th percentiles of lag and first text in seconds, and the load's own core use."""

    streams: int
    lag: float
    first: float
    load_share: float

    @property
    def is_in_time(self) -> bool:
        """Whether the subject kept up with the streams, within `LAG_P99` and `FIRST_P99`."""
        return self.lag <= LAG_P99 and self.first <= FIRST_P99


async def hold(subject: Subject, upstream: FastUpstream, streams: int) -> Held:
    """Run `streams` simultaneous answers at 50 tokens a second. Raise `LoadFailed`.

    The lag of a piece is the time since the model has sent the piece's last token. The time to the first text excludes
    the model's own time.
    """
    tokens = int(CAPACITY_SECONDS / CAPACITY_SECONDS_A_TOKEN)
    upstream.begin(Pace(tokens=tokens, seconds=CAPACITY_SECONDS_A_TOKEN))
    async with lines_of(subject, streams) as lines:
        began, used = time.monotonic(), cpu_seconds(os.getpid())

        async def begin(number: int) -> Heard:
            await asyncio.sleep(number / streams)  # Spread the asks over one second, as in a class of students.
            return await lines[number].ask(number)

        answers = await asyncio.gather(*(begin(number) for number in range(streams)))
        load_share = (cpu_seconds(os.getpid()) - used) / (time.monotonic() - began)
    lags: list[float] = []
    firsts: list[float] = []
    for answer in check(subject, upstream, answers):
        said = upstream.said[answer.name]
        for number, piece in enumerate(subject.pieces(answer.number, tokens)):
            arrived = answer.at[bisect_left(answer.ends, piece.end)]
            lags.append(arrived - said.at[piece.token])
            if number == 0:
                firsts.append(arrived - answer.asked_at - (said.at[piece.token] - said.at[0]))
    return Held(streams, percentile(lags, 99), percentile(firsts, 99), load_share)


async def capacity(subject: Subject, upstream: FastUpstream, *, step: int, most: int) -> Held | None:
    """Return the result for the most streams with which the subject keeps up; None if it cannot serve `step` streams.

    The number of streams is raised by a step that doubles until the subject fails, and then is halved each time. A
    failed load is tried again, because another program may have used the machine.
    """

    async def holds(streams: int) -> Held | None:
        for _ in range(TRIES):
            try:
                held = await hold(subject, upstream, streams)
            except LoadFailed:  # A faulty answer means that the load was too high.
                continue
            if held.is_in_time:
                return held
        return None

    best: Held | None = None
    stride, is_doubling = step, True
    while stride >= step:
        streams = (best.streams if best else 0) + stride
        held = await holds(streams) if streams <= most else None
        best, is_doubling = held or best, is_doubling and held is not None
        stride = stride * 2 if is_doubling else stride // 2
    return best


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory in bytes: of the idle subject, of an idle connection, of an open answer (in addition), and in total."""

    idle: float
    a_line: float
    an_answer: float
    all: float


async def memory(subject: Subject, upstream: FastUpstream, count: int) -> Memory:
    """Measure the memory of `count` connections, and then of an open answer on each of them.

    A few answers are completed first. So memory that a process allocates once and keeps is not counted as theirs.
    """
    upstream.begin(Pace())
    async with lines_of(subject, FIRST_ANSWERS) as lines:
        check(subject, upstream, await asyncio.gather(*(line.ask(number) for number, line in enumerate(lines))))
    idle = resident_bytes(*subject.pids)
    async with lines_of(subject, count) as lines:
        with_lines = resident_bytes(*subject.pids)
        async with all_open(upstream, lines) as answers:
            full = resident_bytes(*subject.pids)
    check(subject, upstream, answers)
    return Memory(idle, (with_lines - idle) / count, (full - with_lines) / count, full)


@asynccontextmanager
async def all_open(upstream: FastUpstream, lines: Sequence[Line]) -> AsyncIterator[list[Heard]]:
    """Hold an answer open on each connection, each at least half sent. On exit, append the answers to the yielded list.

    The answers to the earliest asks may lack only their last token.
    """
    upstream.begin(Pace(tokens=100, seconds=0.1))
    upstream.holds_ends = True
    heard: list[Heard] = []

    def all_are_open() -> bool:
        return upstream.open == len(lines) and all(len(said.ends) >= OPEN_TOKENS for said in upstream.said.values())

    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(line.ask(number)) for number, line in enumerate(lines)]
        try:
            await until(all_are_open, OPEN_SECONDS)
            yield heard
        finally:
            upstream.holds_ends = False
    heard += [task.result() for task in asking]


@dataclass(frozen=True, slots=True)
class Cancels:
    """The median and the maximum time in ms from a `cancel` to the end of the connection to the model."""

    median: float
    worst: float


async def cancel(tutor: AskTutor, upstream: FastUpstream, *, after_text: bool) -> Cancels:
    """Cancel asks one after another, either before or after their first text."""
    line = await tutor.line()
    upstream.begin(Pace(tokens=400, seconds=0.02, thinks=0.0 if after_text else THINKS_SECONDS))
    times = [await _cancel_one(line, number, upstream, after_text=after_text) for number in range(31)]
    return Cancels(percentile(times, 50), max(times))


async def _cancel_one(line: TutorLine, number: int, upstream: FastUpstream, *, after_text: bool) -> float:
    heard = await line.send(number)
    await until(lambda: heard.name in upstream.said)
    said = upstream.said[heard.name]
    if after_text:
        while '"delta"' not in (await line.socket.receive()).data:
            pass
    began = time.monotonic()
    await line.socket.send_str(f'{{"type":"cancel","request_id":"{heard.name}"}}')
    await until(lambda: said.cut_at is not None)
    await line.hear(heard)
    return ((said.cut_at or 0.0) - began) * 1000
