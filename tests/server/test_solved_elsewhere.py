"""A problem that is solved by an edit in another function, and two files as two problems (guarantee T13)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from testing.chat_client import connect, text_of
from testing.held_service import HeldService, held_service

if TYPE_CHECKING:
    from pathlib import Path

    from testing.chat_client import Chat
    from testing.clock import HeldClock

PROGRAM = (
    "def words_of(text):\n    return text.split\n\n"
    "def count(text):\n    words = words_of(text)\n    return len(words)\n\n"
    "print(count('to be'))\n"
)
MENDED = PROGRAM.replace("text.split", "text.split()")
CRASH = (
    "Traceback (most recent call last):\n  File \"program.py\", line 8, in <module>\n    print(count('to be'))\n"
    '  File "program.py", line 6, in count\n    return len(words)\n'
    "TypeError: object of type 'builtin_function_or_method' has no len()\n"
)


async def ask(service: HeldService, chat: Chat, code: str, line: int, **fields: Any) -> list[dict[str, Any]]:
    """Send an ask a second after the one before; return the frames of its answer."""
    service.clock.at += timedelta(seconds=1)
    return await chat.answer(code=code, cursor={"line": line, "character": 0}, **fields)


async def test_t13_solved_is_noticed_from_another_function(tmp_path: Path, clock: HeldClock, database_url: str) -> None:
    """T13: after a fix in another function than the one that crashed, an ask in either says what is gone."""
    async with (
        held_service(tmp_path, clock, database_url=database_url) as service,
        connect(service.url, (await service.register())["access_token"]) as chat,
    ):
        await ask(service, chat, PROGRAM, 5, traceback=CRASH, document_id="a")
        there = await ask(service, chat, MENDED, 1, document_id="a")
        other = await ask(service, chat, MENDED, 1, document_id="a")

    assert there[0]["change"] == "solved"
    assert "line 6, is gone" in text_of(there)
    assert other[0]["change"] == "none"


async def test_another_document_is_not_told_that_it_is_solved(tmp_path: Path, clock: HeldClock) -> None:
    """An ask about another document, or of a client that does not name documents, says nothing of the crash."""
    async with (
        held_service(tmp_path, clock) as service,
        connect(service.url, (await service.register())["access_token"]) as chat,
    ):
        await ask(service, chat, PROGRAM, 5, traceback=CRASH, document_id="a")
        frames = [await ask(service, chat, MENDED, 1, **fields) for fields in ({"document_id": "b"}, {})]

    assert [each[0]["change"] for each in frames] == ["none", "none"]


async def test_a_document_id_is_short(tmp_path: Path, clock: HeldClock) -> None:
    """The name of a document has at most 64 characters."""
    async with (
        held_service(tmp_path, clock) as service,
        connect(service.url, (await service.register())["access_token"]) as chat,
    ):
        (refused,) = await ask(service, chat, PROGRAM, 5, document_id="a" * 65)

    assert refused["code"] == "VALIDATION_FAILED"
