"""Measurements that need no model: the start of the service, and the offline tutor's answers."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.service import rows, scenarios
from benchmarks.service.ask_tutor import AskTutor
from benchmarks.service.circumstances import upstream_of
from benchmarks.service.processes import cpu_seconds
from benchmarks.service.table import Measured

if TYPE_CHECKING:
    from benchmarks.service.circumstances import Circumstances


async def offline(given: Circumstances) -> list[Measured]:
    """Measure offline answers per second, and then starts of the service with the database that is migrated by then."""
    folder = given.folder / "offline"
    async with upstream_of(given) as (upstream, _):
        tutor = await AskTutor.start(folder, given.cases, None)
        try:
            loads = [await scenarios.throughput(tutor, upstream, given.seconds) for _ in range(given.rounds)]
        finally:
            await tutor.close()
    seconds, cpu = [], []
    for _ in range(1 + 2 * given.rounds):
        began = time.monotonic()
        tutor = await AskTutor.start(folder, given.cases, None, students=0)
        seconds.append(time.monotonic() - began)
        cpu.append(cpu_seconds(*tutor.pids))
        await tutor.close()
    return [
        Measured(rows.START, median(seconds), note=f"of it {median(cpu):.2f} s on the processor"),
        Measured(
            rows.OFFLINE,
            median(load.per_second for load in loads),
            note=f"{median(load.per_cpu_second for load in loads):.0f} per CPU-second",
        ),
    ]
