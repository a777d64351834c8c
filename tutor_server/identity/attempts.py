"""Rate limiting by sliding windows, to slow down guessing."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tutor_server.errors import TooManyAttempts

if TYPE_CHECKING:
    from tutor_server.clock import Clock

MAX_NAMES = 100_000
"""The maximum number of names remembered; the oldest are dropped, so that invented names cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Window:
    """A rate limit: at most `allowed` attempts within any `seconds`, counted for each name separately."""

    kind: str
    allowed: int
    seconds: int


class Counted(NamedTuple):
    """The name of an account, a browser or an address, and the window in which its attempts are counted."""

    window: Window
    name: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """An admitted attempt, which `give_back` can remove from its windows. `mark` is opaque to the caller."""

    counted: tuple[Counted, ...]
    mark: float | str


class Attempts(Protocol):
    """Counts attempts and remembers names. Each call is atomic.

    An attempt is counted before its outcome is known, and removed again if it was legitimate. So concurrent attempts
    are limited like consecutive ones. If several processes share the counts but cannot reach them, each process counts
    on its own, since students must still be able to sign in.
    """

    async def take(self, *counted: Counted) -> Attempt:
        """Count one attempt in each window.

        Raise `TooManyAttempts`, with the seconds to wait, if one of the windows is full; then no window counts the
        attempt.
        """
        ...

    async def give_back(self, attempt: Attempt) -> None:
        """Remove an attempt from its windows."""
        ...

    async def clear(self, counted: Counted) -> None:
        """Remove every attempt of a name from a window."""
        ...

    async def remember(self, name: str, seconds: int) -> None:
        """Remember a name for some seconds."""
        ...

    async def remembers(self, name: str) -> bool:
        """Return whether a name is remembered."""
        ...


class InProcessAttempts:
    """Keeps the counts in memory, for a service with a single process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stamps: OrderedDict[Counted, deque[float]] = OrderedDict()
        self._remembered: OrderedDict[str, float] = OrderedDict()

    async def take(self, *counted: Counted) -> Attempt:
        """Count one attempt in each window, or raise `TooManyAttempts`."""
        now = self._clock.monotonic()
        wait = max(self._wait(each, now) for each in counted)
        if wait > 0:
            raise TooManyAttempts(retry_after=math.ceil(wait))
        for each in counted:
            self._stamps.setdefault(each, deque()).append(now)
            self._stamps.move_to_end(each)
        while len(self._stamps) > MAX_NAMES:
            self._stamps.popitem(last=False)
        return Attempt(counted, now)

    async def give_back(self, attempt: Attempt) -> None:
        """Remove an attempt from its windows."""
        for each in attempt.counted:
            stamps = self._stamps.get(each)
            if stamps is None:
                continue
            with suppress(ValueError):  # The attempt may have left the window already.
                stamps.remove(attempt.mark)  # type: ignore[arg-type]  # every mark made here is a float
            if not stamps:
                del self._stamps[each]

    async def clear(self, counted: Counted) -> None:
        """Remove every attempt of a name from a window."""
        self._stamps.pop(counted, None)

    async def remember(self, name: str, seconds: int) -> None:
        """Remember a name for some seconds."""
        self._remembered[name] = self._clock.monotonic() + seconds
        self._remembered.move_to_end(name)
        if len(self._remembered) > MAX_NAMES:
            self._remembered.popitem(last=False)

    async def remembers(self, name: str) -> bool:
        """Return whether a name is remembered."""
        until = self._remembered.get(name)
        return until is not None and self._clock.monotonic() < until

    def _wait(self, counted: Counted, now: float) -> float:
        """Return the seconds until the window admits another attempt, 0 if it does now."""
        window, stamps = counted.window, self._stamps.get(counted)
        while stamps and stamps[0] <= now - window.seconds:
            stamps.popleft()
        if not stamps or len(stamps) < window.allowed:
            return 0.0
        return stamps[0] + window.seconds - now
