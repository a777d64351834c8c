"""The interface of the queue in front of a provider that answers a limited number of calls at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class CallPlace(Protocol):
    """One of the calls that a provider may answer at once."""

    def leave(self) -> None:
        """Free the place for the next call. Calling it again does nothing."""
        ...


class CallQueue(Protocol):
    """The places of one provider, over all processes, and the asks that wait for one."""

    async def enter(self, student: str, on_place: Callable[[int], object]) -> CallPlace | None:
        """Wait for a place. Return None if the wait is, or would be, longer than the operator allows.

        `on_place` gets the ask's position whenever it changes: 1 is next, and 0 says that the wait is over. It is not
        called if a place is free at once. Raises `LimiterUnavailable`.
        """
        ...
