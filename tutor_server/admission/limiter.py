"""What the tutoring use case asks of the limits, whether they live in this process or are shared by several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The operator's limits. Windows slide over 60 seconds; the cap is per UTC day."""

    messages_per_minute: int
    daily_messages: int
    llm_calls_per_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an admitted ask used up, so that exactly that can be given back. Marks are opaque to the caller."""

    subject: str
    day: date
    remaining_today: int
    message_mark: float | str
    call_mark: float | str | None


class Limiter(Protocol):
    """Decides in one atomic step over the daily cap, the user's window and the window of provider calls.

    `subject` names the user in the counters. A refusal uses up nothing of any limit.
    """

    async def admit(self, subject: str, *, calls_provider: bool) -> Grant:
        """Take one message, and one provider call where the answer needs one.

        Raises `DailyCapReached`, `RateLimited` or `GlobalLimitReached`, with when to come back.
        """
        ...

    async def take_call(self) -> None:
        """Take one more provider call, for a retry or the next provider. Raises `GlobalLimitReached`."""
        ...

    async def give_back(self, grant: Grant) -> None:
        """Give back the message, in the user's window and in the day."""
        ...

    async def give_back_call(self, grant: Grant) -> None:
        """Give back the provider call, which was not sent; does nothing where the grant has none."""
        ...


class Slot(Protocol):
    """One open connection of a user."""

    async def release(self) -> None:
        """Free the slot; more than once does no harm."""
        ...


class ConnectionSlots(Protocol):
    """How many connections each user has open."""

    async def acquire(self, subject: str) -> Slot | None:
        """Take a slot, or None where the user has no more."""
        ...
