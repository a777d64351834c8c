"""A value that is read from elsewhere now and then, once for all callers at the same time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

from tutor_server.identity.oidc.fetching import ProviderUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

KEPT_SECONDS = 3600.0
"""Seconds after which a value is read again."""
SECONDS_AFTER_FAILURE = 3.0
"""Seconds for which a failure is remembered, so that not every student waits for the same timeout."""


class Cached(Generic[T]):
    """A value that `read` returns, kept for an hour. A value that was read before serves while the provider is down."""

    def __init__(self, read: Callable[[], Coroutine[None, None, T]], now: Callable[[], float]) -> None:
        self._read = read
        self._now = now
        self._value: T | None = None
        self._read_at: float | None = None
        self._failure: ProviderUnavailable | None = None
        self._failed_at = 0.0
        self._reading: asyncio.Task[T] | None = None

    async def get(self) -> T:
        """Return the value, and read it if it is missing or old. Raise `ProviderUnavailable`."""
        if self._value is not None and self._read_at is not None and self._now() - self._read_at < KEPT_SECONDS:
            return self._value
        try:
            return await self._share_read()
        except ProviderUnavailable:
            if self._value is None:
                raise
            return self._value

    async def renew(self, seconds: float) -> bool:
        """Read the value again, unless that was done within some seconds. Return whether it was read.

        Raise `ProviderUnavailable`.
        """
        if self._read_at is not None and self._now() - self._read_at < seconds:
            return False
        await self._share_read()
        return True

    async def _share_read(self) -> T:
        if self._failure is not None and self._now() - self._failed_at < SECONDS_AFTER_FAILURE:
            raise ProviderUnavailable(str(self._failure))
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_once())
        return await asyncio.shield(self._reading)

    async def _read_once(self) -> T:
        try:
            self._value = await self._read()
        except ProviderUnavailable as failure:
            self._failure, self._failed_at = failure, self._now()
            raise
        else:
            self._failure, self._read_at = None, self._now()
            return self._value
        finally:
            self._reading = None
