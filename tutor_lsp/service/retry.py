"""The timeouts of the service's client, its back-off between attempts, and when it gives up."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_lsp.service.connection import HEARTBEAT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionTiming:
    """All in seconds. Tests pass shorter times."""

    idle: float = 120
    """The connection is closed after so long without an ask: idle windows use none of the student's connections."""
    give_up: float = 30
    """A lost connection is retried for so long. The service keeps an answer without a reader for the same time."""
    first_delay: float = 0.25
    """The back-off before the first retry. It doubles with each."""
    longest_delay: float = 5
    rate_pause: float = 11
    """After a rate limit the service accepts no connection for 10 s. The client waits so long, up to twice as long."""
    silence: float = 125
    """An ask fails after so long without a message. The service ends each within 120 s."""
    heartbeat: float = HEARTBEAT_SECONDS


@dataclass(slots=True)
class Outage:
    """The time in which nothing new has come from the service. `since` is in the event loop's time.

    `jitter` returns numbers from 0 to 1, so that the editors of a class do not all reconnect at the same moment.
    """

    since: float
    timing: ConnectionTiming
    jitter: Callable[[], float] = random.random
    token_was_renewed: bool = False
    rate_limit_was_waited_out: bool = False
    _attempts: int = field(default=0, init=False)

    def lasts_too_long(self, now: float) -> bool:
        """Return whether to give up."""
        return now - self.since > self.timing.give_up

    def next_delay(self) -> float:
        """Return the seconds to wait before the next attempt: exponential back-off, up to half of it jitter."""
        longest = min(self.timing.first_delay * 2.0**self._attempts, self.timing.longest_delay)
        self._attempts += 1
        return longest * (0.5 + self.jitter() / 2)

    def rate_limit_delay(self) -> float:
        """Return the seconds to wait after the service's rate limit, and note that this outage had its one wait."""
        self.rate_limit_was_waited_out = True
        return self.timing.rate_pause * (1 + self.jitter())
