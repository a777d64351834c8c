"""Throttling of failed attempts at a secret, by whatever they are counted under (account, address)."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from typing import TYPE_CHECKING

from tutor_server.errors import TooManyAttempts

if TYPE_CHECKING:
    from tutor_server.clock import Clock

MAX_NAMES = 100_000
"""Names remembered at the most, the latest ones: a flood of made-up names cannot fill the memory."""


class FailedAttempts:
    """Let `allowed` failures pass in a sliding window of `seconds`, then refuse until the oldest has left it."""

    def __init__(self, clock: Clock, *, allowed: int, seconds: float) -> None:
        self._clock = clock
        self._allowed = allowed
        self._seconds = seconds
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def require_patience(self, name: str) -> None:
        """Refuse where too many attempts failed. Raises `TooManyAttempts` with when to come back."""
        failures = self._failures.get(name)
        if failures is None:
            return
        now = self._clock.monotonic()
        while failures and failures[0] <= now - self._seconds:
            failures.popleft()
        if len(failures) >= self._allowed:
            raise TooManyAttempts(retry_after=math.ceil(failures[0] + self._seconds - now))

    def failed(self, name: str) -> None:
        """Note a failure."""
        failures = self._failures.setdefault(name, deque(maxlen=self._allowed))
        failures.append(self._clock.monotonic())
        self._failures.move_to_end(name)
        if len(self._failures) > MAX_NAMES:
            self._failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forget the failures of one who knew the secret after all."""
        self._failures.pop(name, None)
