"""Asks as the tests write them, and the answers that a tutor gives."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tutor_protocol import Ask, Delta, Done, Error, Position

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_lsp.tutors.tutor import Tutor
    from tutor_protocol import FromService


def question(code: str = "print(1 / 0)\n") -> Ask:
    """Build an ask with a unique id."""
    return Ask(request_id=uuid4(), code=code, cursor=Position(0, 0))


async def collect(tutor: Tutor, ask: Ask) -> list[FromService]:
    """Return all messages of an answer."""
    return [message async for message in tutor.ask(ask)]


def text_of(messages: Iterable[FromService]) -> str:
    """Return the joined text of the deltas."""
    return "".join(message.content for message in messages if isinstance(message, Delta))


def error_of(messages: list[FromService]) -> Error:
    """Return the only error of an answer, after checking that it is the last message."""
    *before, last = messages
    assert isinstance(last, Error)
    assert not any(isinstance(message, Done | Error) for message in before)
    return last


async def cancelled_at_its_first_text(tutor: Tutor, ask: Ask) -> list[FromService]:
    """Cancel an ask when the first text of its answer comes, and return all messages."""
    messages: list[FromService] = []
    async for message in tutor.ask(ask):
        messages.append(message)
        if isinstance(message, Delta):
            await tutor.cancel(ask.request_id)
    return messages
