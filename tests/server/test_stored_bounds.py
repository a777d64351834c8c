"""Size limits of stored data: the code unit of an ask, and the text of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import text

from testing.chat_client import connect, text_of
from testing.fake_upstream import Behaviour
from testing.held_service import held_service
from testing.long_hints import long_hint
from tutor_pedagogy.floor.repetition import MOST_WORDS
from tutor_server.limits import MAX_ANSWER_CHARACTERS, MAX_STORED_CODE_BYTES
from tutor_server.llm.call import LEAST_BOUND
from tutor_server.tutoring.answer import Answer
from tutor_server.tutoring.stored_words import around

if TYPE_CHECKING:
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.fake_upstream import FakeUpstream
    from testing.held_service import HeldService

MARKS = 100
"""The maximum number of bytes of the two comments that show where code was cut."""


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (0, ["a", "b", "# … 4 lines below are not stored"]),
        (2, ["# … 2 lines above are not stored", "c", "d", "# … 2 lines below are not stored"]),
        (5, ["# … 4 lines above are not stored", "e", "f"]),
        (99, ["# … 4 lines above are not stored", "e", "f"]),
        (-1, ["a", "b", "# … 4 lines below are not stored"]),
    ],
)
def test_whole_lines_around_the_cursor_are_kept(line: int, kept: list[str]) -> None:
    """As many whole lines around the cursor as fit are kept, and comments show how many were cut."""
    assert around("a\nb\nc\nd\ne\nf", line, 3).split("\n") == kept


def test_short_code_stays_as_it_is() -> None:
    """Code whose UTF-8 form does not exceed the limit is stored unchanged."""
    assert around("é\n" * 10, 3, 30) == "é\n" * 10


@pytest.mark.parametrize("code", ["é" * 1000, "x" * 500 + "\n" + "😀" * 500, "\n" * 5000, "\ud800" * 1000])
@pytest.mark.parametrize("line", [0, 1])
def test_whatever_the_code_it_fits(code: str, line: int) -> None:
    """Any code fits into the limit after the cut; a line that is too long is cut between two characters."""
    assert len(around(code, line, 100).encode()) <= 100 + MARKS


@pytest.mark.real_time
async def test_of_a_long_unit_a_part_is_stored(on_both: HeldService) -> None:
    """Of a long unit, 64 KiB around the cursor are stored, but the problem is identified by the whole code."""
    lines = [f"    total_{number} = {number}" for number in range(10_000)]
    code = "\n".join(["def total():", *lines, ""])
    fields = {"code": code, "cursor": {"line": 5000, "character": 4}}
    request_id = "5f0c1de2-93a0-4c1c-8a7f-6b8f7d3f9a01"
    token = (await on_both.register())["access_token"]
    async with connect(on_both.url, token) as chat:
        first = await chat.answer(request_id=request_id, **fields)
        other = await chat.answer(request_id=request_id, **fields | {"code": code.replace("total_9999", "total")})
        second = await chat.answer(**fields)

    stored = await on_both.database.read(
        lambda connection: connection.scalars(text("SELECT code FROM chat_messages WHERE code IS NOT NULL")).all()
    )
    assert len(stored) == 2
    for unit in stored:
        assert MAX_STORED_CODE_BYTES - MARKS < len(unit.encode()) <= MAX_STORED_CODE_BYTES + MARKS
        assert lines[4999] in unit
        assert unit.startswith("# … ")
        assert unit.endswith(" lines below are not stored")
    assert other[-1]["code"] == "VALIDATION_FAILED"
    assert [frames[0]["hint_level"] for frames in (first, second)] == [1, 2]


async def test_an_answer_without_end_is_ended(tmp_path: Path, clock: HeldClock, upstream: FakeUpstream) -> None:
    """A model that writes without an end is stopped after its last good sentence, billed and stored."""
    upstream.default = Behaviour(text=long_hint(1_500), token_seconds=0.001)
    settings: dict[str, Any] = {"OPENAI_API_KEY": upstream.key, "OPENAI_BASE_URL": upstream.openai_url}
    async with held_service(tmp_path, clock, **settings) as service:
        token = (await service.register())["access_token"]
        async with connect(service.url, token) as chat:
            frames = await chat.answer()
            again = await chat.answer(request_id=frames[0]["request_id"])

    assert frames[-1]["type"] == "done"
    assert frames[-1]["usage"]["output_tokens"] < LEAST_BOUND
    assert long_hint(1_500).startswith(text_of(frames))
    assert MOST_WORDS - 20 <= len(text_of(frames).split()) <= MOST_WORDS
    assert text_of(again) == text_of(frames)
    assert [call.closed_by for call in upstream.calls] == ["client"]


async def test_what_goes_past_the_bound_of_an_answer_is_dropped() -> None:
    """The length limit also applies to the offline tutor's text, which may repeat a very long name of the student's."""
    answer = Answer(UUID(int=1), grace=60, on_abandoned=lambda _answer: None)
    for _ in range(3):
        answer.release("x" * (MAX_ANSWER_CHARACTERS // 2 + 1))

    assert len(answer.text) == MAX_ANSWER_CHARACTERS
    assert answer.delta_ends == [MAX_ANSWER_CHARACTERS // 2 + 1, MAX_ANSWER_CHARACTERS]
