"""Measure the whole service beside a bare pass-through, in one run: `python -m benchmarks.service [--full]`.

With sign-in, limits, ledger and guard on, on SQLite. Service and floor have one core, model and load the other one.
`--replies FILE`: harmless replies for the model to give, one JSON object a line with `student_code`, `reply`, `leak`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import uvloop

from benchmarks.figures import Figure, print_table
from benchmarks.service import scenarios
from benchmarks.service.cases import read_cases
from benchmarks.service.processes import LOAD_CORE, machine
from benchmarks.service.subjects import AskTutor, Proxy
from benchmarks.service.upstream import FastUpstream

if TYPE_CHECKING:
    from benchmarks.service.cases import Case
    from benchmarks.service.subjects import Subject


async def start_seconds(folder: Path, cases: list[Case]) -> float:
    """Time the start of the service from its command to its listening, the database being at head."""
    times = []
    for _ in range(6):
        began = time.monotonic()
        tutor = await AskTutor.start(folder, cases, None, students=0)
        times.append(time.monotonic() - began)
        await tutor.close()
    return median(times[1:])


async def compare(cases: list[Case], folder: Path, rounds: int, *, is_full: bool) -> list[Figure]:
    """Run every scenario on every subject, round by round, and give the medians."""
    upstream = FastUpstream(cases)
    url = await upstream.start()
    model = Proxy("model", f"{url}/chat/completions", None)
    floor = await Proxy.floor(url)
    tutor = await AskTutor.start(folder / "service", cases, url)
    subjects: list[Subject] = [floor, tutor]
    try:
        idle = await scenarios.memory(tutor, upstream, 200 if not is_full else 1000)
        taken: dict[tuple[str, str], list[float]] = {}
        for _ in range(rounds):
            alone = await scenarios.first_text(model, upstream, 100)
            for subject in subjects:
                first = await scenarios.first_text(subject, upstream, 200)
                load = await scenarios.throughput(subject, upstream, 1280 if not is_full else 3200)
                paced = await scenarios.paced_cpu(subject, upstream, 5)
                for name, value in (
                    ("first", first - alone),
                    ("rate", load.per_second),
                    ("efficiency", load.per_cpu_second),
                    ("paced", paced),
                ):
                    taken.setdefault((name, subject.name), []).append(value)
        held = {subject.name: 0 for subject in subjects}
        if is_full:
            for subject in subjects:
                held[subject.name] = await scenarios.capacity(subject, upstream, step=50, most=1000, seconds=6)
        cut_before = await scenarios.cancel(tutor, upstream, after_text=False)
        cut_after = await scenarios.cancel(tutor, upstream, after_text=True)
    finally:
        for ended in (*subjects, model):
            await ended.close()
        await upstream.stop()

    def middle(name: str, subject: Subject) -> float:
        return median(taken[name, subject.name])

    def beside(
        name: str, unit: str, title: str, at_least: float | None = None, at_most: float | None = None
    ) -> list[Figure]:
        ours, theirs = middle(name, tutor), middle(name, floor)
        return [
            Figure(f"{title}: floor", theirs, unit=unit),
            Figure(title, ours, unit=unit),
            Figure(f"{title}, ratio to the floor", ours / theirs, unit="", at_least=at_least, at_most=at_most),
        ]

    figures = [
        *beside("first", "ms", "first text added, one at a time", at_most=4),
        *beside("rate", "/s", "answers, 64 lines"),
        *beside("efficiency", "/CPU s", "answers a CPU second", at_least=0.2),
        *beside("paced", "ms", "CPU a thousand tokens, paced", at_most=2),
    ]
    if is_full:
        figures += [
            Figure("capacity, streams at 50 tokens a second: floor", held["floor"], unit=""),
            Figure("capacity, streams at 50 tokens a second", held["ask tutor"], at_least=400, unit=""),
        ]
    return [
        *figures,
        Figure("memory, idle", idle.idle / 1e6, at_most=110, unit="MB"),
        Figure("memory, an open answer", idle.an_answer / 1e3, at_most=45, unit="KB"),
        Figure("memory, an idle signed-in socket", idle.a_socket / 1e3, at_most=30, unit="KB"),
        Figure("upstream closed after a cancel, before the first token", cut_before, at_most=50, unit="ms"),
        Figure("upstream closed after a cancel, after the first token", cut_after, at_most=50, unit="ms"),
    ]


async def offline(cases: list[Case], folder: Path) -> list[Figure]:
    """Measure what needs no model."""
    upstream = FastUpstream(cases)
    tutor = await AskTutor.start(folder, cases, None)
    try:
        load = await scenarios.throughput(tutor, upstream, 1280)
    finally:
        await tutor.close()
    seconds = await start_seconds(folder, cases)
    return [
        Figure("offline answers", load.per_second, at_least=150, unit="/s"),
        Figure("start of `tutor-server serve` to listening", seconds, at_most=1.5, unit="s"),
    ]


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="four rounds, and the capacity")
    parser.add_argument("--replies", type=Path, metavar="FILE")
    options = parser.parse_args()
    cases = read_cases(options.replies)
    os.sched_setaffinity(0, {LOAD_CORE})
    print(f"{machine()}; {len(cases)} cases")
    with tempfile.TemporaryDirectory(prefix="tutor-bench-") as name:
        folder = Path(name)
        figures = await compare(cases, folder, 4 if options.full else 1, is_full=options.full)
        figures += await offline(cases, folder / "offline")
    print_table("service", figures)


if __name__ == "__main__":
    uvloop.run(main())
