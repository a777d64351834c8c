"""A program that asks a shared rate limiter many times at once and prints how often each outcome occurred.

`python -m testing.faults.admitting_process REDIS_URL SUBJECT TIMES MESSAGES_PER_MINUTE DAILY CALLS_PER_MINUTE`
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

from tutor_server.admission.limiter import Limits
from tutor_server.admission.redis_access import open_redis
from tutor_server.admission.shared import SharedLimiter

if TYPE_CHECKING:
    from datetime import date


async def nothing_stored(_subject: str, _day: date) -> int:
    """Return 0, because no messages of the day are stored."""
    return 0


async def main(url: str, subject: str, times: int, limits: Limits) -> None:
    """Ask the limiter `times` times at once, and print the outcomes."""
    redis = open_redis(url)
    limiter = SharedLimiter(redis, limits, messages_on=nothing_stored, new_mark=lambda: uuid4().hex)
    outcomes = await asyncio.gather(
        *(limiter.admit(subject, calls_provider=True) for _ in range(times)), return_exceptions=True
    )
    await redis.aclose()
    print(json.dumps(Counter(type(outcome).__name__ for outcome in outcomes)))  # noqa: T201 - the output is this program's result


if __name__ == "__main__":
    _url, _subject, *numbers = sys.argv[1:]
    _times, per_minute, daily, calls = map(int, numbers)
    asyncio.run(
        main(
            _url,
            _subject,
            _times,
            Limits(messages_per_minute=per_minute, daily_messages=daily, llm_calls_per_minute=calls),
        )
    )
