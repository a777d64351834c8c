"""The state of a queue for a service of several processes: one Lua script in Redis, by Redis' clock, with leases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from tutor_server.admission.queue_store import QueueFigures
from tutor_server.admission.redis_access import passed_over, script, unavailable
from tutor_server.errors import LimiterUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from tutor_server.limits import Leases

_WOULD_WAIT_TOO_LONG = -2
_WAKE = "tutor:queue-wake:"


class SharedQueueStore:
    """The places of one provider, and the asks of all processes that wait for one.

    A call or a waiting ask is a lease: if its process dies, it is removed when the lease expires. `process` is the
    prefix of this process's tickets, `process:id`.
    """

    def __init__(
        self, redis: Redis, provider: str, bound: int, longest: float, *, process: str, leases: Leases
    ) -> None:
        self._redis = redis
        self._wake_key = _WAKE + process
        self._script = script(redis, "window", "queue")
        self._keys = [
            f"tutor:queue:{provider}:{part}"
            for part in ("waiting", "leases", "calls", "line", "facts", "holds", "figures")
        ]
        self._fixed = (bound, _microseconds(leases.lasts), _microseconds(longest), _WAKE)

    async def join(self, ticket: str, student: str) -> int | None:
        """Add an ask to the end of the line, unless the estimated wait is too long."""
        position: int = await self._run("join", ticket, student)
        return None if position == _WOULD_WAIT_TOO_LONG else position

    async def look(self, tickets: Sequence[str]) -> Sequence[int]:
        """Return the positions of asks of this process, and renew their leases."""
        positions: list[int] = await self._run("look", *tickets)
        return positions

    async def leave(self, ticket: str, *, passed_on: bool = False) -> None:
        """Remove an ask, and hand out its place. If this fails, its lease runs out."""
        with passed_over("queue_left_to_its_lease"):
            await self._script(keys=self._keys, args=("leave", *self._fixed, ticket, int(passed_on)))

    async def renew(self, tickets: Sequence[str]) -> None:
        """Renew the leases of calls of this process."""
        with passed_over("queue_renewal_delayed"):
            await self._script(keys=self._keys, args=("renew", *self._fixed, *tickets))

    async def changed(self, seconds: float) -> None:
        """Wait until an ask of this process gets a place, at most for some seconds."""
        try:
            await self._redis.blpop([self._wake_key], timeout=seconds)
        except RedisTimeout:
            return
        except (RedisError, OSError) as error:
            raise LimiterUnavailable from error

    async def figures(self) -> QueueFigures:
        """Return the current figures of all processes."""
        calls, waiting, waited, microseconds, passed_on = await self._run("figures")
        return QueueFigures(
            calls=calls,
            waiting=waiting,
            waited=waited,
            waited_seconds=microseconds / 1_000_000,
            passed_on=passed_on,
        )

    async def _run(self, step: str, *args: str) -> Any:
        async with unavailable():
            return await self._script(keys=self._keys, args=(step, *self._fixed, *args))


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
