"""Compare streams with those of the bare pass-through: speed, cost, capacity, memory, and cancellation."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.service import rows, scenarios
from benchmarks.service.ask_tutor import AskTutor
from benchmarks.service.circumstances import side_by_side, upstream_of
from benchmarks.service.processes import resident_bytes
from benchmarks.service.table import Measured

if TYPE_CHECKING:
    from benchmarks.service.circumstances import Circumstances
    from benchmarks.service.rows import Row


async def streams(given: Circumstances) -> list[Measured]:
    """Measure first text, throughput and cost at a model's pace. Services take turns. Return medians of the rounds."""
    taken: dict[tuple[Row, str], list[float]] = defaultdict(list)
    load_shares = []
    alone = []
    async with side_by_side(given) as beside:
        for number in range(given.rounds):
            alone.append(await scenarios.first_text(beside.model, beside.upstream, 100))
            for subject in beside.subjects if number % 2 == 0 else reversed(beside.subjects):
                first = await scenarios.first_text(subject, beside.upstream, 200)
                load = await scenarios.throughput(subject, beside.upstream, given.seconds)
                paced = await scenarios.paced_cpu(subject, beside.upstream, given.seconds)
                for row, value in (
                    (rows.FIRST_TEXT, first - alone[-1]),
                    (rows.RATE, load.per_second),
                    (rows.EFFICIENCY, load.per_cpu_second),
                    (rows.PACED, paced),
                ):
                    taken[row, subject.name].append(value)
                if subject is beside.floor:
                    load_shares.append(load.load_share)

    def middle(row: Row, name: str) -> float | None:
        values = taken.get((row, name))
        return median(values) if values else None

    notes = {
        rows.FIRST_TEXT: f"the model alone takes {median(alone):.2f} ms",
        rows.RATE: f"at the floor's the load used {median(load_shares):.0%} of its own core",
        rows.EFFICIENCY: beside.without_litellm,
    }
    return [
        Measured(
            row,
            middle(row, beside.tutor.name),
            middle(row, beside.floor.name),
            middle(row, "LiteLLM"),
            notes.get(row, ""),
        )
        for row in rows.ROWS["streams"]
    ]


async def capacity(given: Circumstances) -> list[Measured]:
    """Measure the number of streams that one core can hold. It takes long, so it runs only with `--full`."""
    if not given.is_full:
        return [Measured(rows.CAPACITY, None, note="only with --full")]
    async with side_by_side(given) as beside:
        ours = await scenarios.capacity(beside.tutor, beside.upstream, step=25, most=1000)
        floor = await scenarios.capacity(beside.floor, beside.upstream, step=25, most=1000)
        other = beside.litellm and await scenarios.capacity(beside.litellm, beside.upstream, step=5, most=200)
    if ours is None:
        note = "not even 25"
    else:
        note = f"lag p99 {ours.lag * 1000:.0f} ms, first text p99 {ours.first * 1000:.0f} ms"
    if floor is not None:
        note += f"; at the floor's the load used {floor.load_share:.0%} of its own core"
    return [
        Measured(
            rows.CAPACITY,
            ours.streams if ours else 0,
            floor.streams if floor else 0,
            None if beside.litellm is None else other.streams if other else 0,
            note,
        )
    ]


async def memory(given: Circumstances) -> list[Measured]:
    """Measure the memory of sockets and open answers. LiteLLM is measured idle, since it opens answers too slowly."""
    async with side_by_side(given) as beside:
        other = resident_bytes(*beside.litellm.pids) if beside.litellm else None
        ours = await scenarios.memory(beside.tutor, beside.upstream, given.streams)
        floor = await scenarios.memory(beside.floor, beside.upstream, given.streams)
    note = f"at {given.streams}"
    return [
        Measured(rows.IDLE, ours.idle / 1e6, floor.idle / 1e6, other / 1e6 if other else None),
        Measured(rows.AN_ANSWER, ours.an_answer / 1e3, floor.an_answer / 1e3, note=note),
        Measured(rows.A_SOCKET, ours.a_line / 1e3, note=note),
        Measured(rows.AT_STREAMS, ours.all / 1e6, floor.all / 1e6, note=note),
    ]


async def cancel(given: Circumstances) -> list[Measured]:
    """Measure the time from a student's cancel to the end of the connection to the model."""
    async with upstream_of(given) as (upstream, url):
        tutor = await AskTutor.start(given.folder / "cancel", given.cases, url)
        try:
            before = await scenarios.cancel(tutor, upstream, after_text=False)
            after = await scenarios.cancel(tutor, upstream, after_text=True)
        finally:
            await tutor.close()
    return [
        Measured(row, cancels.median, note=f"median of 31, the worst {cancels.worst:.1f} ms")
        for row, cancels in ((rows.CUT_BEFORE, before), (rows.CUT_AFTER, after))
    ]
