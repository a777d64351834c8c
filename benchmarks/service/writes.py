"""Measure durable writes through the service's own writer: each adds a message and its call to the usage totals."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from benchmarks.figures import percentile
from benchmarks.filled_database import Size, fill, session_id
from benchmarks.service import rows
from benchmarks.service.processes import LOAD_CORE, SERVICE_CORE, bind_to
from benchmarks.service.table import Measured
from testing.servers import find_postgres, throw_away_postgres
from tutor_server.storage.asks import SAY
from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.database import open_database
from tutor_server.storage.deferred import defer
from tutor_server.storage.models import ChatMessage
from tutor_server.storage.usage import UsageChange, add_usage, usage_of_all_time

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection

    from benchmarks.service.circumstances import Circumstances
    from tutor_server.storage.database import Database

WRITERS = 64


async def writes(given: Circumstances) -> list[Measured]:
    """Measure SQLite and PostgreSQL. PostgreSQL syncs its log to disk at each commit, as in a real installation."""
    figures = []
    rate, p99 = await _measure(f"sqlite+aiosqlite:///{given.folder / 'writes.sqlite3'}", given.seconds)
    note = f"{WRITERS} coroutines"
    figures += [Measured(rows.SQLITE_WRITES, rate, note=note), Measured(rows.SQLITE_P99, p99)]
    program = find_postgres()
    if program is None:
        missing = "there is no PostgreSQL here"
        return [*figures, *(Measured(row, None, note=missing) for row in (rows.POSTGRES_WRITES, rows.POSTGRES_P99))]
    bind_to(SERVICE_CORE, LOAD_CORE)
    with throw_away_postgres(program, is_durable=True) as server:
        rate, p99 = await _measure(server.database(), given.seconds)
    return [*figures, Measured(rows.POSTGRES_WRITES, rate, note=note), Measured(rows.POSTGRES_P99, p99)]


async def _measure(url: str, seconds: float) -> tuple[float, float]:
    """Return the acknowledged writes per second, and the 99th percentile of their durations in ms."""
    database = open_database(url)
    await fill(database, Size(students=WRITERS, messages=0, calls=0))
    bind_to(SERVICE_CORE)
    try:
        times: list[float] = []
        began = time.perf_counter()

        async def write_on(session: UUID) -> None:
            while (now := time.perf_counter()) < began + seconds:
                await _write(database, session)
                times.append((time.perf_counter() - now) * 1000)

        await asyncio.gather(*(write_on(session_id(number)) for number in range(WRITERS)))
        lasted = time.perf_counter() - began
        stored = await database.read(
            lambda connection: connection.scalar(select(func.count()).select_from(ChatMessage))
        )
        counted = sum(model.calls for model in await database.read(usage_of_all_time))
        assert stored == counted == len(times)
    finally:
        await database.close()
    return len(times) / lasted, percentile(times, 99)


async def _write(database: Database, session: UUID) -> None:
    now = datetime.now(UTC)
    message = {
        "id": uuid7(),
        "session_id": session,
        "role": "assistant",
        "content": "How many names are there, and what is the number of the last one?",
        "code": None,
        "hint_level": 1,
        "created_at": now,
    }
    usage = UsageChange.of_call(
        now,
        DEFAULT_COURSE,
        "openai",
        "bench",
        input_tokens=900,
        output_tokens=100,
        cost_nanodollars=195_000,
        reserved_nanodollars=0,
    )

    def write(connection: Connection) -> None:
        defer(connection, SAY, message)
        add_usage(connection, [usage])

    await database.commit(write)
