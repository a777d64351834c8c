"""Counting attempts over sliding windows, to slow down guessers."""

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
"""Names remembered at most, the latest ones, so that a flood of invented names cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `allowed` attempts within any `seconds`, for each name that is counted in it."""

    kind: str
    allowed: int
    seconds: int


class Counted(NamedTuple):
    """A name, and the window in which it is counted."""

    window: Window
    name: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that was admitted, so that it can be given back. The mark is opaque to the caller."""

    counted: tuple[Counted, ...]
    mark: float | str


class Attempts(Protocol):
    """Counts attempts and remembers names. Each call is one atomic step.

    An attempt is counted before its outcome is known, and given back if it was legitimate, so that concurrent attempts
    are limited like consecutive ones. If several processes share the counts and cannot reach them, each process counts
    on its own, since people must be able to sign in.
    """

    async def take(self, *counted: Counted) -> Attempt:
        """Count one attempt in each window.

        Raise `TooManyAttempts`, with the seconds to wait, if one of them is full; then none has counted it.
        """
        ...

    async def give_back(self, attempt: Attempt) -> None:
        """Remove the attempt from its windows again."""
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
    """Counts for a service of one process."""

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
        """Remove the attempt from its windows again."""
        for each in attempt.counted:
            stamps = self._stamps.get(each)
            if stamps is None:
                continue
            with suppress(ValueError):  # it has expired from the window already
                stamps.remove(attempt.mark)  # type: ignore[arg-type]  # what is in it is of its type
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
        """Return the seconds until the window has room; 0: it has room now."""
        window, stamps = counted.window, self._stamps.get(counted)
        while stamps and stamps[0] <= now - window.seconds:
            stamps.popleft()
        if not stamps or len(stamps) < window.allowed:
            return 0.0
        return stamps[0] + window.seconds - now
