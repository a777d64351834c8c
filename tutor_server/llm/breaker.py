"""A circuit breaker: keeps calls away from a provider that keeps failing, and tries whether it is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FAILURES_TO_OPEN = 5
OPEN_SECONDS = 10.0


class Breaker:
    """Counts the failures in a row of one provider, in this process. `clock` gives monotonic seconds.

    Closed: every call passes. After `FAILURES_TO_OPEN` failures it opens: none passes for a while. Then a single call
    passes as a probe: its success closes the breaker, its failure opens it again.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False

    @property
    def seconds_left(self) -> float:
        """How long no call will pass; 0 when one would now."""
        if self._open_until is None:
            return 0.0
        return max(0.0, self._open_until - self._clock())

    def admit(self) -> bool:
        """Return whether a call may be sent. Each such call is followed by `succeeded`, `failed` or `abandoned`."""
        if self._open_until is None:
            return True
        if self._probing or self._clock() < self._open_until:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        """Note an answer that was completed."""
        self._failures = 0
        self._open_until = None
        self._probing = False

    def failed(self, open_for: float | None = None) -> None:
        """Note a failure. With `open_for`, in seconds, the breaker opens at once: more calls would be in vain."""
        self._failures += 1
        if open_for is not None or self._probing or self._failures >= FAILURES_TO_OPEN:
            self._open_until = self._clock() + (OPEN_SECONDS if open_for is None else open_for)
        self._probing = False

    def abandoned(self) -> None:
        """Note a call that says nothing about the provider: cancelled, or wrong in itself."""
        self._probing = False
