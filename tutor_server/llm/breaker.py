"""A circuit breaker: blocks calls to a provider that keeps failing, and probes whether it has recovered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FAILURES_TO_OPEN = 5
OPEN_SECONDS = 10.0


class Breaker:
    """Counts the consecutive failures of one provider in this process. `clock` returns monotonic seconds.

    Closed: every call is admitted. After `FAILURES_TO_OPEN` failures it opens, and no call is admitted for a while.
    Then one call is admitted as a probe: its success closes the breaker, and its failure opens it again.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False

    @property
    def seconds_left(self) -> float:
        """Seconds until a call may be admitted; 0 if one may be now."""
        if self._open_until is None:
            return 0.0
        return max(0.0, self._open_until - self._clock())

    def admit(self) -> bool:
        """Return whether a call may be sent. The caller must then call `succeeded`, `failed` or `abandoned`."""
        if self._open_until is None:
            return True
        if self._probing or self._clock() < self._open_until:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        """Record a completed answer."""
        self._failures = 0
        self._open_until = None
        self._probing = False

    def failed(self, open_for: float | None = None) -> None:
        """Record a failure. With `open_for` (in seconds) the breaker opens at once, since more calls would fail too."""
        self._failures += 1
        if open_for is not None or self._probing or self._failures >= FAILURES_TO_OPEN:
            self._open_until = self._clock() + (OPEN_SECONDS if open_for is None else open_for)
        self._probing = False

    def abandoned(self) -> None:
        """Record a call that was cancelled or had a wrong request: it counts as neither success nor failure."""
        self._probing = False
