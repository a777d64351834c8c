"""Compare the same ask in three databases: almost empty, with one long conversation, and with many students."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from statistics import median
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from benchmarks.filled_database import Size, fill, user_id
from benchmarks.service import rows, scenarios
from benchmarks.service.ask_tutor import JWT_SECRET, AskTutor
from benchmarks.service.circumstances import upstream_of
from benchmarks.service.table import Measured
from tutor_server.clock import SystemClock
from tutor_server.identity.access_tokens import AccessTokens
from tutor_server.identity.keys import derive_keys
from tutor_server.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.service.ask_tutor import TutorLine
    from benchmarks.service.circumstances import Circumstances

MESSAGES = 10
"""The number of stored messages of each student, except in the database with one long conversation."""
FEW = Size(students=10, messages=10 * MESSAGES, calls=10 * MESSAGES // 2)
LONG = Size(students=1, messages=10_000, calls=5_000)
MANY = Size(students=100_000, messages=100_000 * MESSAGES, calls=1_000)
LINES = 10
"""The maximum number of students who take turns in asking, so that their conversations grow slowly."""


async def growth(given: Circumstances) -> list[Measured]:
    """Send the same asks to the three services in turn, one at a time, so that other load affects all of them alike."""
    asks = 400 if given.is_full else 100
    async with AsyncExitStack() as stack, upstream_of(given) as (upstream, url):

        async def students_of(name: str, size: Size) -> tuple[AskTutor, Callable[[int], TutorLine]]:
            tutor = await _service(given, name, size, url)
            stack.push_async_callback(tutor.close)
            lines = [await tutor.line(_signed_in(number)) for number in _spread(size.students)]
            return tutor, lambda number: lines[number % len(lines)]

        sizes = {"few": FEW, "long": LONG, "many": MANY}
        services = {name: await students_of(name, size) for name, size in sizes.items()}
        times: dict[str, list[float]] = {name: [] for name in sizes}
        for number in range(asks + 10):
            names = [*sizes][number % 3 :] + [*sizes][: number % 3]
            for name in names:
                tutor, line_of = services[name]
                began = time.perf_counter()
                answer = await line_of(number).ask(number)
                taken = (time.perf_counter() - began) * 1000
                scenarios.check(tutor, upstream, [answer])
                if number >= 10:  # The first asks also open connections and fill caches, so they are not counted.
                    times[name].append(taken)
    few, long, many = (median(times[name]) for name in sizes)
    return [
        Measured(rows.MORE_MESSAGES, long / few, note=f"medians {few:.2f} ms and {long:.2f} ms"),
        Measured(rows.MORE_USERS, many / few, note=f"medians {few:.2f} ms and {many:.2f} ms"),
    ]


async def _service(given: Circumstances, name: str, size: Size, upstream: str) -> AskTutor:
    folder = given.folder / name
    folder.mkdir()
    url = f"sqlite+aiosqlite:///{folder / 'filled.sqlite3'}"
    database = open_database(url)
    await fill(database, size)
    await database.close()
    settings = {"TUTOR_DATABASE_URL": url, "TUTOR_JWT_SECRET": JWT_SECRET}
    return await AskTutor.start(folder, given.cases, upstream, settings=settings, students=0)


def _spread(students: int) -> range:
    """Return student numbers spread evenly over all students."""
    return range(0, students, max(1, students // LINES))


def _signed_in(number: int) -> dict[str, str]:
    tokens = AccessTokens(derive_keys(JWT_SECRET.encode()).access_tokens, clock=SystemClock(), new_id=uuid4)
    return {"Authorization": f"Bearer {tokens.issue(user_id(number), UUID(int=1))}"}
