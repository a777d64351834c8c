"""The loads, each of one number or a few, for any subject."""

from __future__ import annotations

import asyncio
import bisect
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.figures import percentile
from benchmarks.service.processes import cpu_seconds, resident_bytes
from benchmarks.service.upstream import Pace

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.service.subjects import AskTutor, Heard, Subject, TutorLine
    from benchmarks.service.upstream import FastUpstream

STREAMS = 64
PACED_STREAMS, PACED_SECONDS = 16, 0.01
CAPACITY_SECONDS_A_TOKEN = 0.02
LAG_P99, FIRST_P99 = 0.050, 0.250
"""Seconds that a subject may lose at its capacity."""


class LoadFailed(Exception):
    """An answer did not come as it should; a figure of such a run would be worth nothing."""


def check(answers: list[Heard]) -> list[Heard]:
    """Give the answers. Raises `LoadFailed`."""
    failures = [answer.failure for answer in answers if answer.failure]
    if failures:
        raise LoadFailed(f"{len(failures)} of {len(answers)} answers failed: {failures[0]}")
    return answers


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that the load's own process sees. Raises `LoadFailed` after 20 seconds."""
    for _ in range(20_000):
        if holds():
            return
        await asyncio.sleep(0.001)
    raise LoadFailed("the model was not asked, or not left, within 20 s")


async def first_text(subject: Subject, upstream: FastUpstream, asks: int) -> float:
    """Give the median milliseconds from ask to first text, one ask at a time, the whole answer being there at once."""
    upstream.pace = Pace()
    line = await subject.line()
    answers = [await line.ask(number) for number in range(asks + 5)]
    return percentile([(a.at[0] - a.asked_at) * 1000 for a in check(answers[5:]) if a.at], 50)


@dataclass(frozen=True, slots=True)
class Throughput:
    """Answers a second, and a second of the subject's processor time."""

    per_second: float
    per_cpu_second: float


async def throughput(subject: Subject, upstream: FastUpstream, answers: int) -> Throughput:
    """Ask over many lines at once, each as fast as it is answered: 100 tokens that come at once."""
    upstream.pace = Pace()
    lines = [await subject.line() for _ in range(STREAMS)]
    await asyncio.gather(*(line.ask(number) for number, line in enumerate(lines)))
    each = answers // STREAMS
    began, cpu = time.monotonic(), cpu_seconds(*subject.pids)

    async def ask_on(line_number: int) -> list[Heard]:
        return [await lines[line_number].ask(line_number * each + number) for number in range(each)]

    heard = await asyncio.gather(*(ask_on(number) for number in range(STREAMS)))
    seconds, cpu = time.monotonic() - began, cpu_seconds(*subject.pids) - cpu
    check([answer for some in heard for answer in some])
    return Throughput(each * STREAMS / seconds, each * STREAMS / max(cpu, 0.01))


async def paced_cpu(subject: Subject, upstream: FastUpstream, seconds: float) -> float:
    """Give milliseconds of the subject's processor time a thousand tokens: 16 streams, a token each 10 ms."""
    upstream.pace = Pace(tokens=100, seconds=PACED_SECONDS)
    lines = [await subject.line() for _ in range(PACED_STREAMS)]
    await asyncio.gather(*(line.ask(number) for number, line in enumerate(lines)))
    cpu, ends, answers = cpu_seconds(*subject.pids), time.monotonic() + seconds, 0

    async def ask_on(number: int) -> list[Heard]:
        heard: list[Heard] = []
        while time.monotonic() < ends:
            heard.append(await lines[number].ask(number + len(heard)))
        return heard

    for heard in await asyncio.gather(*(ask_on(number) for number in range(PACED_STREAMS))):
        answers += len(check(heard))
    return (cpu_seconds(*subject.pids) - cpu) * 1000 / (answers * 100 / 1000)


async def holds(subject: Subject, upstream: FastUpstream, streams: int, seconds: float) -> tuple[bool, float, float]:
    """Tell whether so many streams at 50 tokens a second keep their pace, with p99 of lag and first text in ms.

    A piece's lag is counted from when the token was sent that completes it.
    """
    tokens = int(seconds / CAPACITY_SECONDS_A_TOKEN)
    upstream.pace = Pace(tokens=tokens, seconds=CAPACITY_SECONDS_A_TOKEN)
    lines = [await subject.line() for _ in range(streams)]

    async def begin(number: int) -> Heard:
        await asyncio.sleep(number / streams)  # a class does not press within one millisecond
        return await lines[number].ask(number)

    answers = check(list(await asyncio.gather(*(begin(number) for number in range(streams)))))
    lags, firsts = [], []
    for answer in answers:
        said = upstream.said[answer.name]
        if not answer.at:
            return False, 0.0, 0.0
        if answer.ends:
            sent = [said.at[min(bisect.bisect_left(said.ends, end), len(said.at) - 1)] for end in answer.ends]
        else:  # a pass-through: the pieces are the tokens, as long as each is sent by itself
            sent = said.at[: len(answer.at)]
        pairs = list(zip(answer.at, sent, strict=False))
        lags += [at - of for at, of in pairs]
        firsts.append(pairs[0][0] - answer.asked_at - (pairs[0][1] - said.at[0]))
    lag, first = percentile(lags, 99), percentile(firsts, 99)
    return lag <= LAG_P99 and first <= FIRST_P99, lag * 1000, first * 1000


async def capacity(subject: Subject, upstream: FastUpstream, *, step: int, most: int, seconds: float) -> int:
    """Give the most streams that a subject holds, by doubling steps and then halving them; 0: not even one step."""
    held, stride = 0, step
    while held + stride <= most and (await holds(subject, upstream, held + stride, seconds))[0]:
        held += stride
        stride *= 2
    while stride > step:
        stride //= 2
        if held + stride <= most and (await holds(subject, upstream, held + stride, seconds))[0]:
            held += stride
    return held


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes: of the idle service, of each open answer beside its socket, of each idle signed-in socket."""

    idle: float
    an_answer: float
    a_socket: float


async def memory(tutor: AskTutor, upstream: FastUpstream, count: int) -> Memory:
    """Open so many sockets, then an answer on each."""
    idle = resident_bytes(*tutor.pids)
    lines = [await tutor.line() for _ in range(count)]
    sockets = resident_bytes(*tutor.pids)
    upstream.pace = Pace(tokens=100, seconds=0.2)
    heard = [await line.send(number) for number, line in enumerate(lines)]
    await until(lambda: upstream.open == count)
    answers = resident_bytes(*tutor.pids)
    await asyncio.gather(*(line.hear(answer) for line, answer in zip(lines, heard, strict=True)))
    check(heard)
    return Memory(idle, (answers - sockets) / count, (sockets - idle) / count)


async def cancel(tutor: AskTutor, upstream: FastUpstream, *, after_text: bool) -> float:
    """Give the median milliseconds from a `cancel` to the end of the upstream's connection."""
    line = await tutor.line()
    upstream.pace = Pace(tokens=400, seconds=0.02 if after_text else 30.0)
    return percentile([await _cancel_one(line, number, upstream, after_text=after_text) for number in range(11)], 50)


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
