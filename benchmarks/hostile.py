"""Measure how much one student's hostile asks delay the other students: `python -m benchmarks.hostile`.

A service answers one hostile ask after another, each at five hint levels. Meanwhile another client requests the health
route every few milliseconds, which takes one iteration of the event loop and one database read. Printed are the longest
wait for that route, as the minimum of several rounds, and the duration of the ask. A second table shows how much eight
simultaneous hostile asks slow down another student's asks, and the service's processor use afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import asynccontextmanager, suppress
from heapq import nlargest
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession

from benchmarks.service.processes import cpu_seconds, load_average, machine
from testing.chat_client import CODE, connect
from testing.fake_upstream import KEY, FakeUpstream
from testing.hostile_asks import HOSTILE_ASKS
from testing.service import Service, sign_up_student
from tools.linear.shapes import SEEDS, random_shape
from tutor_analysis import work
from tutor_analysis.processor_time import OverBudget, ProcessorTime
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_protocol import MAX_QUESTION_CHARACTERS, Cell, Position, Submission

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from testing.service import Student

LEVELS = 5
EIGHT = 8
PING_SECONDS = 0.01
OPEN_LIMITS = {
    "TUTOR_MESSAGES_PER_MINUTE": "100000",
    "TUTOR_DAILY_MESSAGE_CAP": "100000",
    "TUTOR_LLM_CALLS_PER_MINUTE": "100000",
}
IDLE_SECONDS = 5.0
"""Seconds after the hostile asks, by the end of which the service should be idle again."""
FUZZED_SIZES = (1_000, 4_000, 16_000, 60_000)
"""Lengths of the fuzzed texts in characters. The two shorter ones are analysed in the event loop."""
FUZZED_CHARACTERS = 85_000
FUZZED_SECONDS = 1.5
"""Seconds of processor time after which the measurement of a fuzzed text is stopped."""


async def longest_wait(client: ClientSession, stopped: asyncio.Event) -> float:
    """Request the health route until stopped, and return the longest wait for a response, in seconds."""
    longest = 0.0
    while not stopped.is_set():
        asked = time.monotonic()
        async with client.get("/api/health") as response:
            await response.read()
        longest = max(longest, time.monotonic() - asked)
        await asyncio.sleep(PING_SECONDS)
    return longest


async def one_ask(service: Service, fields: dict[str, Any], other: ClientSession) -> tuple[float, float, str]:
    """Ask at each level. Return the longest wait for the health route, the slowest ask (both in seconds), and the ends.

    The ends are the types or error codes of the answers' last frames.
    """
    hostile = await sign_up_student(service)
    stopped = asyncio.Event()
    waiting = asyncio.create_task(longest_wait(other, stopped))
    slowest, ends = 0.0, set[str]()
    async with connect(service.url, hostile.access_token) as chat:
        for _ in range(LEVELS):
            began = time.monotonic()
            end = (await chat.answer(**fields))[-1]
            slowest = max(slowest, time.monotonic() - began)
            ends.add(end.get("code", end["type"]))
    stopped.set()
    return await waiting, slowest, " ".join(sorted(ends))


async def eight_at_once(service: Service, fields: dict[str, Any], other: Student) -> tuple[float, float]:
    """Send eight hostile asks at once. Return another student's slowest ask in seconds, and the processor use later."""
    hostile = await sign_up_student(service)

    async def ask() -> None:
        async with connect(service.url, hostile.access_token) as chat:
            ids = [await chat.ask(**fields) for _ in range(EIGHT)]
            left = set(ids)
            while left:
                frame = await chat.receive()
                if frame["type"] in {"done", "error"}:
                    left.discard(frame["request_id"])

    flood = asyncio.create_task(ask())
    slowest = 0.0
    async with connect(service.url, other.access_token) as chat:
        while not flood.done():
            began = time.monotonic()
            await chat.answer(code=CODE)
            slowest = max(slowest, time.monotonic() - began)
            await asyncio.sleep(PING_SECONDS)
    await flood
    await asyncio.sleep(IDLE_SECONDS)
    pids = (service.process.pid, *service.worker_ids())  # A service with a single process analyses in child processes.
    began, before = time.monotonic(), cpu_seconds(*pids)
    await asyncio.sleep(1)
    return slowest, (cpu_seconds(*pids) - before) / (time.monotonic() - began)


def worst_fuzzed(shapes: int, worst: int, seed: int) -> dict[str, dict[str, Any]]:
    """Generate random asks and return those that take the most processor time."""
    random = Random(seed)
    timed: list[tuple[float, str, dict[str, Any]]] = []
    for number in range(shapes):
        kind = random.choice(tuple(SEEDS))
        shape = random_shape(random, kind)
        fields = _ask_of(kind, shape.text(random.choice(FUZZED_SIZES)), random)
        timed.append((_processor_time(fields), f"{number} {kind} {shape}"[:100], fields))
        if len(timed) > 2 * worst:
            timed = nlargest(worst, timed, key=lambda item: item[0])
    timed = nlargest(worst, timed, key=lambda item: item[0])
    print(f"{shapes} fuzzed shapes, seed {seed}: the worst takes {timed[0][0]:.3f} s of processor time", flush=True)
    return {f"{seconds * 1000:.0f} ms {name}": fields for seconds, name, fields in timed}


def _ask_of(kind: str, text: str, random: Random) -> dict[str, Any]:
    text = text.replace("\x00", "")[:FUZZED_CHARACTERS]  # The service would refuse a frame with NUL at once.
    start = {"line": 0, "character": 0}
    if kind == "code":
        cells = [{"source": text}] if random.random() < 0.2 else []
        return {"code": "total = 1\n" if cells else text, "cursor": start, "cells": cells}
    if kind == "traceback":
        return {"code": "total = 1\n", "cursor": start, "traceback": text}
    return {"code": "total = 1\n", "cursor": start, "question": text[:MAX_QUESTION_CHARACTERS]}


def _processor_time(fields: dict[str, Any]) -> float:
    place = Position(0, 0)
    cells = tuple(Cell(**cell) for cell in fields.get("cells", ()))
    asked = Submission(**{**fields, "cursor": place, "cells": cells})
    began = time.process_time()
    with suppress(OverBudget), ProcessorTime(FUZZED_SECONDS):
        work.examine(asked)
        work.explain(asked, HintLevel.STRUCTURE, StudentLevels())
    return time.process_time() - began


@asynccontextmanager
async def running(folder: Path, *, with_model: bool) -> AsyncIterator[Service]:
    """Run a service, either with the offline tutor or with a model that answers at once."""
    settings = dict(OPEN_LIMITS)
    async with FakeUpstream() as upstream:
        if with_model:
            settings |= {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": upstream.openai_url}
        service = await asyncio.to_thread(Service, folder, settings)
        try:
            yield service
        finally:
            await asyncio.to_thread(service.stop)


async def measure(asks: Mapping[str, dict[str, Any]], rounds: int, *, with_model: bool, at_once: bool) -> float:
    """Print one row for each ask, and return the longest wait of all rows in seconds."""
    print(f"\n{'with a model' if with_model else 'offline'}: longest wait of another student, ms, least of {rounds}")
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder), with_model=with_model) as service:
            other = await sign_up_student(service)
            for name, fields in asks.items():
                async with ClientSession(service.url) as client:
                    results = [await one_ask(service, fields, client) for _ in range(rounds)]
                wait, seconds = min(result[0] for result in results), min(result[1] for result in results)
                worst = max(worst, wait)
                print(f"{wait * 1000:8.1f}  ask {seconds:6.2f} s  {results[-1][2]:24} {name}", flush=True)
            if not at_once:
                return worst
            print(f"eight at once: another student's slowest ask, s; busy {IDLE_SECONDS:.0f} s later")
            for name, fields in asks.items():
                slowest, busy = await eight_at_once(service, fields, other)
                print(f"{slowest:8.2f}  {busy:4.0%}  {name}", flush=True)
    return worst


def main() -> int:
    """Run the measurements with the offline tutor and with a model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="the asks whose name holds this")
    parser.add_argument("--fuzzed", type=int, default=0, help="made-up asks in place of those of line H10")
    parser.add_argument("--worst", type=int, default=100, help="so many of them, which take the most processor time")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(f"{machine()}, load {load_average():.1f}")
    if chosen.fuzzed:
        asks = worst_fuzzed(chosen.fuzzed, chosen.worst, chosen.seed)
    else:
        asks = {name: fields for name, fields in HOSTILE_ASKS.items() if chosen.only in name}
    worst = max(
        asyncio.run(measure(asks, chosen.rounds, with_model=with_model, at_once=not chosen.fuzzed))
        for with_model in (False, True)
    )
    print(f"\nlongest wait of all: {worst * 1000:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
