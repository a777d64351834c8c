"""An answer in memory, and the connections that read it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from tutor_protocol import Delta, Error
from tutor_server.errors import Cancelled
from tutor_server.tutoring.answer import Answer

if TYPE_CHECKING:
    from tutor_protocol import FromService


async def followed(answer: Answer) -> list[FromService]:
    """Return all frames of an answer."""
    return [frame async for frame in answer.stream(with_accepted=False)]


async def test_each_reader_has_every_frame_whoever_leaves() -> None:
    """If one of several waiting readers leaves, the others still get every frame."""
    answer = Answer(UUID(int=1), grace=60, on_abandoned=lambda _answer: None)
    readers = [asyncio.create_task(followed(answer)) for _ in range(3)]
    answer.release("One. ")
    await asyncio.sleep(0)
    readers[1].cancel()
    with pytest.raises(asyncio.CancelledError):
        await readers[1]
    answer.release("Two. ")
    answer.release("Three.")  # No reader has run yet, so each must catch up.
    answer.fail(Cancelled())
    for reader in (readers[0], readers[2]):
        *deltas, end = await reader
        assert [delta.content for delta in deltas if isinstance(delta, Delta)] == ["One. ", "Two. ", "Three."]
        assert isinstance(end, Error)
    assert answer._awaited == []
