"""Measure reads that may slow down as data grow: usage, a page of history, progress, modules, and sign-in.

`python -m benchmarks.storage [--full] [--database URL]`. The short form has 200,000 calls; `--full` has 10 million
calls, 1 million messages and 100,000 students. `URL` names an empty PostgreSQL database. Without it, a temporary server
is started if PostgreSQL is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from aiohttp import ClientSession

from benchmarks.filled_database import Size, email, fill, session_id, user_id
from testing.servers import find_postgres, throw_away_postgres
from testing.service import Service
from tutor_server.clock import SystemClock
from tutor_server.identity.access_tokens import AccessTokens
from tutor_server.identity.keys import derive_keys
from tutor_server.storage.accounts import account_of_email
from tutor_server.storage.database import open_database
from tutor_server.storage.history import messages_of
from tutor_server.storage.modules import modules_in_order, progress_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tutor_server.storage.database import Database

SHORT = Size(students=5_000, messages=50_000, calls=200_000)
FULL = Size(students=100_000, messages=1_000_000, calls=10_000_000)
REQUESTS = 400
SECRET, ADMIN_KEY = "a secret that is long enough for a benchmark", "the admin key of a benchmark"
PAGE = 51
"""The number of rows that the service reads for a page of fifty."""


async def timed(name: str, once: Callable[[int], Awaitable[object]], students: int, target_ms: float) -> None:
    """Run an operation for random students; print the median and the 95th percentile in milliseconds."""
    draw = random.Random(1)
    times = []
    for number in range(REQUESTS + 20):
        student = draw.randrange(students)
        started = time.perf_counter()
        await once(student)
        if number >= 20:  # The first runs also open connections and fill statement caches.
            times.append((time.perf_counter() - started) * 1000)
    p95 = quantiles(times, n=100)[94]
    verdict = "" if p95 < target_ms else f"  over its target of {target_ms:g} ms"
    print(f"  {name:<42} p50 {median(times):6.2f} ms   p95 {p95:6.2f} ms{verdict}")


async def measure_statements(database: Database, size: Size) -> None:
    """Measure the reads themselves, each on a pooled connection as in the service."""

    async def history(number: int) -> None:
        found = await database.read(
            lambda connection: messages_of(connection, user_id(number), session_id(number), after=None, limit=PAGE)
        )
        assert found is not None
        assert len(found.messages) == min(PAGE, size.messages // size.students)

    async def progress(number: int) -> None:
        found = await database.read(lambda connection: progress_of(connection, user_id(number), after=None, limit=PAGE))
        assert found

    async def modules(_number: int) -> None:
        assert await database.read(lambda connection: modules_in_order(connection, after=None, limit=PAGE))

    async def sign_in(number: int) -> None:
        assert await database.read(lambda connection: account_of_email(connection, email(number)))

    for name, once in (
        ("history page", history),
        ("progress list", progress),
        ("module list", modules),
        ("sign-in's look-up", sign_in),
    ):
        await timed(f"{name}, the read alone", once, size.students, 5)


async def measure_routes(service: Service, size: Size) -> None:
    """Measure the routes, over HTTP from this process."""
    tokens = AccessTokens(derive_keys(SECRET.encode()).access_tokens, clock=SystemClock(), new_id=uuid4)

    async with ClientSession(service.url) as client:

        async def get(path: str, headers: dict[str, str]) -> None:
            async with client.get(path, headers=headers) as response:
                assert response.status == 200, await response.text()
                await response.read()

        def as_student(path: Callable[[int], str]) -> Callable[[int], Awaitable[None]]:
            def once(number: int) -> Awaitable[None]:
                token = tokens.issue(user_id(number), UUID(int=1))
                return get(path(number), {"Authorization": f"Bearer {token}"})

            return once

        admin = {"X-Admin-Key": ADMIN_KEY}
        await timed("GET /api/admin/usage", lambda _: get("/api/admin/usage", admin), size.students, 50)
        for name, path in (
            ("history page", lambda number: f"/api/chat/sessions/{session_id(number)}/messages"),
            ("progress list", lambda _: "/api/progress"),
            ("module list", lambda _: "/api/modules"),
        ):
            await timed(f"{name}, over HTTP", as_student(path), size.students, 5)


async def measure(url: str, folder: Path, size: Size) -> None:
    """Fill a database and measure it, first directly and then behind a service."""
    database = open_database(url)
    started = time.perf_counter()
    await fill(database, size)
    kind = database.engine.dialect.name
    print(
        f"{kind}: {size.calls:,} calls, {size.messages:,} messages, {size.students:,} students,"
        f" made in {time.perf_counter() - started:.0f} s",
        flush=True,
    )
    await measure_statements(database, size)
    await database.close()
    settings = {"TUTOR_DATABASE_URL": url, "TUTOR_ADMIN_KEY": ADMIN_KEY, "TUTOR_JWT_SECRET": SECRET}
    service = await asyncio.to_thread(lambda: Service(folder, settings | {"TUTOR_LOG_LEVEL": "error"}))
    try:
        await measure_routes(service, size)
    finally:
        await asyncio.to_thread(service.stop)


def main(size: Size, postgres_url: str | None) -> None:
    """Measure SQLite, and PostgreSQL if it is available."""
    with tempfile.TemporaryDirectory(prefix="tutor-bench-") as name:
        folder = Path(name)
        asyncio.run(measure(f"sqlite+aiosqlite:///{folder / 'filled.sqlite3'}", folder, size))
        program = find_postgres()
        if postgres_url is not None:
            asyncio.run(measure(postgres_url, folder, size))
        elif program is None:
            print("postgresql: left out, there is none here")
        else:
            with throw_away_postgres(program) as server:
                asyncio.run(measure(server.empty_database(), folder, size))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="10 million calls, a million messages")
    parser.add_argument("--database", metavar="URL", help="an empty PostgreSQL database; unset: a throw-away server")
    options = parser.parse_args()
    main(FULL if options.full else SHORT, options.database)
