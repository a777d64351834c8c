"""Rate limiting for a service of several processes: the counts are in Redis, and change by one Lua script."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import structlog
from redis.exceptions import RedisError

from tutor_server.errors import TooManyAttempts
from tutor_server.identity.attempts import Attempt, Counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis
    from structlog.typing import FilteringBoundLogger

    from tutor_server.identity.attempts import Attempts

log: FilteringBoundLogger = structlog.get_logger()

AWAY = (RedisError, OSError)


class SharedAttempts:
    """Keeps the counts in Redis. While Redis is unavailable, each process uses its `own` counts.

    Names are stored as hashes, so that Redis does not reveal whose attempts came from which address.
    """

    def __init__(self, redis: Redis, *, new_mark: Callable[[], str], own: Attempts) -> None:
        self._redis = redis
        self._new_mark = new_mark
        self._own = own
        text = (files("tutor_server.identity") / "take_attempt.lua").read_text(encoding="utf-8")
        self._take: Any = redis.register_script(text)  # redis-py's type stub covers only the synchronous client.

    async def take(self, *counted: Counted) -> Attempt:
        """Count one attempt in each window, or raise `TooManyAttempts`."""
        mark = self._new_mark()
        bounds = [bound for each in counted for bound in (each.window.allowed, each.window.seconds)]
        try:
            wait = await self._take(keys=[_key(each) for each in counted], args=[mark, *bounds])
        except AWAY:
            self._say_that_redis_is_away()
            return await self._own.take(*counted)
        if wait:
            raise TooManyAttempts(retry_after=wait)
        return Attempt(counted, mark)

    async def give_back(self, attempt: Attempt) -> None:
        """Remove an attempt from its windows."""
        if not isinstance(attempt.mark, str):  # The attempt was counted in this process while Redis was unavailable.
            await self._own.give_back(attempt)
            return
        try:
            async with self._redis.pipeline(transaction=True) as pipeline:
                for each in attempt.counted:
                    pipeline.zrem(_key(each), attempt.mark)
                await pipeline.execute()
        except AWAY:
            self._say_that_redis_is_away()

    async def clear(self, counted: Counted) -> None:
        """Remove every attempt of a name from a window."""
        await self._own.clear(counted)
        try:
            await self._redis.delete(_key(counted))
        except AWAY:
            self._say_that_redis_is_away()

    async def remember(self, name: str, seconds: int) -> None:
        """Remember a name for some seconds."""
        try:
            await self._redis.set(_known(name), 1, ex=seconds)
        except AWAY:
            self._say_that_redis_is_away()
            await self._own.remember(name, seconds)

    async def remembers(self, name: str) -> bool:
        """Return whether a name is remembered."""
        try:
            return bool(await self._redis.exists(_known(name)))
        except AWAY:
            self._say_that_redis_is_away()
            return await self._own.remembers(name)

    @staticmethod
    def _say_that_redis_is_away() -> None:
        log.warning("attempts_counted_alone", reason="redis unavailable")


def _key(counted: Counted) -> str:
    return f"tutor:attempts:{_hash(counted.window.kind)}:{_hash(counted.name)}"


def _known(name: str) -> str:
    return f"tutor:known:{_hash(name)}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
