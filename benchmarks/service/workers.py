"""Measure two workers on PostgreSQL and Redis, and compare many open answers with the model's and stored records."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING
from uuid import UUID

from benchmarks.service import rows, scenarios
from benchmarks.service.ask_tutor import JWT_SECRET, AskTutor
from benchmarks.service.circumstances import upstream_of
from benchmarks.service.processes import LOAD_CORE, SERVICE_CORE, bind_to
from benchmarks.service.table import Measured
from testing.servers import RedisServer, find_postgres, throw_away_postgres

if TYPE_CHECKING:
    from benchmarks.service.circumstances import Circumstances
    from benchmarks.service.subjects import Heard
    from benchmarks.service.upstream import FastUpstream


async def workers(given: Circumstances) -> list[Measured]:
    """Hold many answers open and count lost and repeated ones. Then measure the answers per second of both workers."""
    postgres, redis = find_postgres(), shutil.which("redis-server")
    if postgres is None or redis is None:
        missing = "there is no PostgreSQL or no Redis here"
        return [Measured(row, None, note=missing) for row in rows.ROWS["workers"]]
    bind_to(SERVICE_CORE, LOAD_CORE)
    with ExitStack() as servers:
        server = servers.enter_context(throw_away_postgres(postgres, is_durable=True))
        shared = RedisServer(redis).start()
        servers.callback(shared.stop)
        settings = {
            "TUTOR_DATABASE_URL": server.database(),
            "TUTOR_REDIS_URL": shared.url,
            "TUTOR_JWT_SECRET": JWT_SECRET,
        }
        async with upstream_of(given) as (upstream, url):
            tutor = await AskTutor.start(given.folder / "workers", given.cases, url, settings=settings, workers=2)
            try:
                async with (
                    scenarios.lines_of(tutor, given.streams) as lines,
                    scenarios.all_open(upstream, lines) as answers,
                ):
                    pass
                lost, doubled = counted(tutor, upstream, answers)
                load = await scenarios.throughput(tutor, upstream, given.seconds)
            finally:
                await tutor.close()
    note = f"of {given.streams} open at once"
    return [
        Measured(rows.LOST, lost, note=note),
        Measured(rows.DOUBLED, doubled, note=note),
        Measured(
            rows.WORKERS_RATE,
            load.per_second,
            note=f"{load.per_cpu_second:.0f} per CPU-second of the workers; load, model and servers share the cores",
        ),
    ]


def counted(tutor: AskTutor, upstream: FastUpstream, answers: list[Heard]) -> tuple[int, int]:
    """Return the number of answers that are incomplete or not stored, and of those that were asked or stored twice."""
    stored = Counter(
        UUID(str(row[0])).hex
        for row in tutor.service.query(
            "SELECT asks.request_id FROM asks JOIN model_calls ON model_calls.ask_id = asks.id "
            "JOIN chat_messages ON chat_messages.id = asks.id WHERE asks.state = 'done' "
            "AND model_calls.state = 'settled'"
        )
    )
    lost = sum(scenarios.fault(tutor, upstream, answer) is not None or not stored[answer.name] for answer in answers)
    return lost, sum(upstream.asked[answer.name] > 1 or stored[answer.name] > 1 for answer in answers)
