"""Timeouts, back-off and the end of retries in the service's client."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_lsp.service.connection import HEARTBEAT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionTiming:
    """The timing of the connection, in seconds. Tests pass shorter times."""

    idle: float = 120
    """The idle timeout: a connection without an ask for so long is closed, so that idle windows hold none open."""
    give_up: float = 30
    """The maximum duration of retries. The service keeps an answer for the same time after a connection is lost."""
    first_delay: float = 0.25
    """The delay before the first retry. It doubles with each further retry, up to `longest_delay`."""
    longest_delay: float = 5
    rate_pause: float = 11
    """The minimum delay after a rate limit. The maximum is twice that. The service refuses connections for 10 s."""
    silence: float = 305
    """The time without a message after which an ask fails.

    It exceeds the longest time that a model may think: half of the longest time limit that an operator can set.
    """
    heartbeat: float = HEARTBEAT_SECONDS


@dataclass(slots=True)
class Outage:
    """An outage. `since` is the event loop's time at its start; the next new message from the service ends the outage.

    `jitter` returns numbers from 0 to 1, so that the editors of a class do not all reconnect at the same moment.
    """

    since: float
    timing: ConnectionTiming
    jitter: Callable[[], float] = random.random
    token_was_renewed: bool = False
    rate_limit_was_waited_out: bool = False
    _attempts: int = field(default=0, init=False)

    def lasts_too_long(self, now: float) -> bool:
        """Return whether the outage has lasted so long that retries must stop."""
        return now - self.since > self.timing.give_up

    def next_delay(self) -> float:
        """Return the seconds to wait before the next attempt: exponential back-off, reduced by up to half at random."""
        longest = min(self.timing.first_delay * 2.0**self._attempts, self.timing.longest_delay)
        self._attempts += 1
        return longest * (0.5 + self.jitter() / 2)

    def rate_limit_delay(self) -> float:
        """Return the seconds to wait after a rate limit, and record it: a second one in this outage ends the asks."""
        self.rate_limit_was_waited_out = True
        return self.timing.rate_pause * (1 + self.jitter())
