"""A tutor that plays a script, for tests of the code between the tutor and the editor."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING
from uuid import UUID

from tutor_lsp.tutors.tutor import Status
from tutor_protocol import Accepted, Delta, Done, Error, ErrorCode

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from tutor_protocol import Ask, FromService

    Script = Callable[[Ask], AsyncGenerator[FromService, None]]

SESSION_ID = UUID("5e551011-0000-4000-8000-000000000000")
MESSAGE_ID = UUID("3e55a6e0-0000-4000-8000-000000000000")


def accepted(ask: Ask, level: int = 1) -> Accepted:
    """Return the message that accepts an ask."""
    return Accepted(
        request_id=ask.request_id,
        session_id=SESSION_ID,
        message_id=MESSAGE_ID,
        hint_level=level,
        max_hint_level=5,
        error_type="syntax",
        remaining_today=99,
    )


def delta(ask: Ask, seq: int, content: str) -> Delta:
    """Return a message with a part of an answer."""
    return Delta(request_id=ask.request_id, seq=seq, content=content)


def done(ask: Ask, level: int = 1, *, provider: str = "scripted", fallback: bool = False) -> Done:
    """Return the message that completes an answer."""
    return Done(
        request_id=ask.request_id,
        message_id=MESSAGE_ID,
        hint_level=level,
        provider=provider,
        model="scripted",
        fallback=fallback,
    )


def error(ask: Ask, code: ErrorCode, content: str = "No.", retry_after: int | None = None) -> Error:
    """Return the message that refuses an ask or ends its answer with an error."""
    return Error(request_id=ask.request_id, code=code, content=content, retry_after=retry_after)


async def whole_answer(ask: Ask) -> AsyncGenerator[FromService, None]:
    """Yield a short, complete answer without waiting."""
    yield accepted(ask)
    yield delta(ask, 0, "Look at ")
    yield delta(ask, 1, "line 1.")
    yield done(ask)


class ScriptedTutor:
    """Plays `script` for each ask, and records the asks, the ratings, the closed streams and its own closing."""

    def __init__(self, script: Script = whole_answer) -> None:
        self.script = script
        self.status = Status("ready", "The tutor is ready.")
        self.asks: list[Ask] = []
        self.ratings: list[tuple[str, bool]] = []
        self.closed_streams: list[UUID] = []
        self.is_closed = False
        self.gate = asyncio.Event()
        """An event that scripts may await."""

    async def ask(self, ask: Ask) -> AsyncGenerator[FromService, None]:
        """Yield the messages of the script."""
        self.asks.append(ask)
        try:
            async with aclosing(self.script(ask)) as messages:
                async for message in messages:
                    yield message
        finally:
            self.closed_streams.append(ask.request_id)

    async def half_then_wait(self, ask: Ask) -> AsyncGenerator[FromService, None]:
        """Yield the first half of an answer, and the second half once the gate is open. It serves as a script."""
        yield accepted(ask)
        yield delta(ask, 0, "Look at ")
        await self.gate.wait()
        yield delta(ask, 1, "line 1.")
        yield done(ask)

    async def cancel(self, request_id: UUID) -> None:
        """Do nothing, because closing the stream is enough for this tutor."""

    async def rate(self, message_id: str, *, helpful: bool) -> None:
        """Record the rating."""
        self.ratings.append((message_id, helpful))

    async def close(self) -> None:
        """Record that the tutor was closed."""
        self.is_closed = True
