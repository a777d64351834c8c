"""Access to Redis: the connection pool, the scripts, and what happens if Redis is unavailable."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError

from tutor_server.errors import LimiterUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from redis.commands.core import AsyncScript
    from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()

CONNECTIONS = 32
WAIT_SECONDS = 5.0
"""Seconds that a command may wait for a free connection of the pool, as when a whole class asks at once."""
ANSWER_SECONDS = 2.0
"""Seconds without a reply after which Redis counts as unavailable. Delays of a busy event loop are included."""


def open_redis(url: str) -> Redis:
    """Return a client whose connection pool waits for a free connection instead of failing when all are in use."""
    return Redis.from_pool(
        BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=WAIT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            decode_responses=True,
        )
    )


@contextmanager
def passed_over(consequence: str) -> Iterator[None]:
    """Log errors of Redis inside the context, with their consequence, instead of raising them."""
    try:
        yield
    except (RedisError, OSError):
        log.warning(consequence, reason="redis unavailable")


@asynccontextmanager
async def unavailable() -> AsyncIterator[None]:
    """Raise errors of Redis inside the context, and a missing reply, as `LimiterUnavailable`."""
    try:
        async with asyncio.timeout(WAIT_SECONDS + ANSWER_SECONDS):
            yield
    except (RedisError, OSError) as error:
        raise LimiterUnavailable from error


def script(redis: Redis, *names: str) -> AsyncScript:
    """Return the script that consists of these parts. The first is usually `window`, which reads Redis' clock."""
    scripts = files("tutor_server.admission") / "scripts"
    text = "\n".join((scripts / f"{name}.lua").read_text(encoding="utf-8") for name in names)
    registered: Any = redis.register_script(text)
    return registered  # type: ignore[no-any-return]  # the type stub covers only the synchronous client
