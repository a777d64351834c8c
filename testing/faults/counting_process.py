"""A program that counts many messages of one student in the database at once, without any rate limiter.

`python -m testing.faults.counting_process DATABASE_URL SUBJECT TIMES CAP` prints how many were counted.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import date

from tutor_server.storage.daily_usage import count_message
from tutor_server.storage.database import open_database

DAY = date(2026, 3, 1)


async def main(url: str, subject: str, times: int, cap: int) -> None:
    """Count all messages at once, and print how many were counted."""
    database = open_database(url)
    counts = await asyncio.gather(
        *(database.commit(lambda connection: count_message(connection, subject, DAY, cap)) for _ in range(times))
    )
    await database.close()
    print(sum(count is not None for count in counts))  # noqa: T201 - the output is this program's result


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
