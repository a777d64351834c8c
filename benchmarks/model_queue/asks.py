"""The asks of a class at once: what each student saw, and when."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from testing.waiting import until
from tutor_server.tutoring.speaking import BUSY_NOTE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from testing.chat_client import Chat

PATIENCE_SECONDS = 700


@dataclass(slots=True)
class Asked:
    """One ask: its times in seconds of the monotonic clock, its places in the queue, and its end."""

    student: int
    asked_at: float
    request_id: str
    accepted_at: float = 0.0
    places: list[tuple[float, int]] = field(default_factory=list)
    text_at: float | None = None
    beginning: str = ""
    """The first text of the answer."""
    ended_at: float = 0.0
    end: dict[str, Any] = field(default_factory=dict)

    @property
    def is_models(self) -> bool:
        """Whether the model answered."""
        return self.end["type"] == "done" and not self.end["fallback"]

    @property
    def is_offline(self) -> bool:
        """Whether an offline hint, marked as a fallback, was the answer."""
        return self.end["type"] == "done" and bool(self.end["fallback"]) and self.end["provider"] == "offline"

    @property
    def is_passed_on(self) -> bool:
        """Whether the queue passed the ask on to the offline tutor, which says so."""
        return self.is_offline and self.beginning.startswith(BUSY_NOTE)

    @property
    def called_at(self) -> float:
        """The time at which the ask got its place at the model."""
        return self.places[-1][0] if self.places else self.accepted_at

    def seconds_after_decision(self, longest: float) -> float:
        """Return the seconds from the decision that the wait is too long to the end of the offline hint.

        An ask that never waited was decided when it was accepted.
        """
        decided_at = self.places[0][0] + longest if self.places else self.accepted_at
        return self.ended_at - decided_at


async def ask(chat: Chat, student: int, code: str) -> Asked:
    """Ask about a program, and return what the student saw."""
    asked_at = time.monotonic()
    request_id = await chat.ask(code=code, cursor={"line": 1, "character": 0})
    asked = Asked(student, asked_at, request_id)
    await follow(chat, asked)
    return asked


async def follow(chat: Chat, asked: Asked) -> None:
    """Receive the frames of an ask up to its end."""
    while not asked.end:
        message = await chat.socket.receive_json(timeout=PATIENCE_SECONDS)
        now = time.monotonic()
        if message["request_id"] != asked.request_id:
            continue
        match message["type"]:
            case "accepted":
                asked.accepted_at = now
            case "queued":
                asked.places.append((now, message["place"]))
            case "delta" if asked.text_at is None:
                asked.text_at, asked.beginning = now, message["content"]
            case "done" | "error":
                asked.ended_at, asked.end = now, message


async def cancelled_and_next(seat: Callable[[], Awaitable[Chat]], code: str) -> float:
    """Cancel an ask that is being answered while another waits; return the seconds until that one is called.

    All other slots are taken. If the answer ends before it is cancelled, this is tried again.
    """
    while (seconds := await _cancel_once(await seat(), await seat(), code)) is None:
        pass
    return seconds


async def _cancel_once(running: Chat, waiting: Chat, code: str) -> float | None:
    first, first_end = await _begin(running, code)
    await until(lambda: first.accepted_at or first_end.done(), seconds=PATIENCE_SECONDS)
    second, second_end = await _begin(waiting, code.replace("total", "amount"))
    await until(lambda: second.places or second_end.done(), seconds=PATIENCE_SECONDS)
    cancelled_at = time.monotonic()
    await _cancel(running, first)
    await until(lambda: second_end.done() or second.places[-1][1] == 0, seconds=PATIENCE_SECONDS)
    await _cancel(waiting, second)
    await asyncio.gather(first_end, second_end)
    return second.called_at - cancelled_at if first.end.get("code") == "CANCELLED" and second.places else None


async def _begin(chat: Chat, code: str) -> tuple[Asked, asyncio.Task[None]]:
    """Send an ask, and receive its frames in a task."""
    request_id = await chat.ask(code=code, cursor={"line": 1, "character": 0})
    asked = Asked(0, time.monotonic(), request_id)
    return asked, asyncio.create_task(follow(chat, asked))


async def _cancel(chat: Chat, asked: Asked) -> None:
    if not asked.end:
        await chat.send({"type": "cancel", "request_id": asked.request_id})
