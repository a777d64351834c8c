"""The interface of a queue's state. It is implemented in memory for one process, and in Redis for several processes."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

MAY_CALL = 0
"""The position of an ask that has a place."""
UNKNOWN = -1
"""The position of an ask that the state does not know, such as after a restart of Redis."""

HOLDS_KEPT, FEWEST_HOLDS = 9, 3
"""The number of finished calls whose durations are remembered, and the number needed to estimate a wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """The figures of one provider's queue: now, and since the state was created."""

    calls: int
    """The calls that are being answered."""
    waiting: int
    waited: int
    """The asks that waited and got a place."""
    waited_seconds: float
    passed_on: int
    """The asks that waited too long, or would have."""


class QueueStore(Protocol):
    """The places and the waiting asks of one provider. Each method is one atomic step.

    The first of the waiting students gets the next free place, for the ask that came first, and goes to the end of the
    line if more asks of that student wait. A ticket identifies an ask. Methods raise `LimiterUnavailable`.
    """

    async def join(self, ticket: str, student: str) -> int | None:
        """Add an ask. Return its position, `MAY_CALL`, or None if its estimated wait is too long: it is not added."""
        ...

    async def look(self, tickets: Sequence[str]) -> Sequence[int]:
        """Return the positions of asks of this process: `MAY_CALL`, `UNKNOWN`, or from 1. Renew their leases."""
        ...

    async def leave(self, ticket: str, *, passed_on: bool = False) -> None:
        """Remove an ask that waits or has a place. `passed_on` says that it waited too long."""
        ...

    async def renew(self, tickets: Sequence[str]) -> None:
        """Renew the leases of calls of this process."""
        ...

    async def changed(self, seconds: float) -> None:
        """Wait until an ask of this process may have got a place, at most for some seconds."""
        ...

    async def figures(self) -> QueueFigures:
        """Return the current figures."""
        ...


def estimated_wait(position: int, bound: int, holds: Sequence[float]) -> float | None:
    """Return the probable wait at a position, in the unit of `holds`, or None if too few calls are known.

    `holds` are durations of finished calls. The calls under way are on average half done.
    """
    if len(holds) < FEWEST_HOLDS:
        return None
    return (math.ceil(position / bound) - 0.5) * statistics.median_low(holds)
