"""How long the service's client waits, how often it tries again, and when it gives up."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_lsp.service.connection import HEARTBEAT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds. Tests pass shorter ones.

    `idle`: without an ask the line is closed after so long, so that idle windows hold none of the student's places.
    `give_up`: a lost line is tried for so long, as long as the service keeps an answer without its reader.
    `first_delay`, `longest_delay`: bounds of the wait between two tries, which doubles.
    `rate_pause`: the service lets nobody in for 10 seconds who has sent too much; the wait is up to twice as long.
    `silence`: an ask has heard nothing for so long, though the service ends each within 120 s.
    """

    idle: float = 120
    give_up: float = 30
    first_delay: float = 0.25
    longest_delay: float = 5
    rate_pause: float = 11
    silence: float = 125
    heartbeat: float = HEARTBEAT_SECONDS


@dataclass(slots=True)
class Outage:
    """A time in which nothing new has come from the service; `since` is in the event loop's time.

    `jitter` gives numbers from 0 to 1, so that the editors of a class do not all come back at the same moment.
    """

    since: float
    timing: Timing
    jitter: Callable[[], float] = random.random
    token_was_renewed: bool = False
    rate_was_passed: bool = False
    _tries: int = field(default=0, init=False)

    def lasts_too_long(self, now: float) -> bool:
        """Tell whether to give up."""
        return now - self.since > self.timing.give_up

    def next_delay(self) -> float:
        """Give the seconds to wait before the next try: half of a doubling time, and by chance up to all of it."""
        longest = min(self.timing.first_delay * 2.0**self._tries, self.timing.longest_delay)
        self._tries += 1
        return longest * (0.5 + self.jitter() / 2)

    def rate_pause(self) -> float:
        """Return the seconds to wait once the service has been sent too much."""
        self.rate_was_passed = True
        return self.timing.rate_pause * (1 + self.jitter())
