"""Answers of a real service in a conversation: reactions, questions and no text twice (guarantees T13 and T14)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from testing.chat_client import connect, text_of
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.held_service import HeldService, held_service

if TYPE_CHECKING:
    from pathlib import Path

    from testing.chat_client import Chat
    from testing.clock import HeldClock

NO_COLON = "total = 0\nfor n in [1, 2]\n    total += n\nprint(total)\n"
ATTEMPT = NO_COLON.replace("[1, 2]", "[1, 2, 3]")
MENDED = NO_COLON.replace("[1, 2]", "[1, 2]:")
STILL = "The mistake is still there, on line 2, `for n in [1, 2, 3]`.\n\n"
PROGRAMS = (
    NO_COLON,
    "n = 10\nwhile n > 0:\n    print(n)\nprint('Lift off')\n",
    "names = ['Zoe', 'Ali']\nordered = names.sort()\nfor name in ordered:\n    print(name)\n",
    "total = sum([1, 2]\nprint(total)\n",
    "value = 3\nprint(vale)\n",
    "def raised(size):\n    return size + 1\n\nprint(raised(2))\n",
)
GENEROUS = {"daily_message_cap": 1000, "messages_per_minute": 1000}


async def ask(service: HeldService, chat: Chat, code: str, **fields: Any) -> list[dict[str, Any]]:
    """Send an ask a second after the one before; return the frames of its answer."""
    service.clock.at += timedelta(seconds=1)
    return await chat.answer(code=code, cursor={"line": 1, "character": 0}, **fields)


async def test_t14_sixty_asks_of_a_session_get_sixty_texts(tmp_path: Path, clock: HeldClock, database_url: str) -> None:
    """T14: sixty asks of one session, over six programs and all levels, get no text twice; the code is not stored."""
    settings: dict[str, Any] = GENEROUS | {"database_url": database_url, "store_code": False}
    async with (
        held_service(tmp_path, clock, **settings) as service,
        connect(service.url, (await service.register())["access_token"]) as chat,
    ):
        answers = [await ask(service, chat, code) for code in PROGRAMS for _ in range(10)]

    assert [frames[0]["hint_level"] for frames in answers[:10]] == [1, 2, 3, 4, 5, 5, 5, 5, 5, 5]
    assert len({frames[0]["session_id"] for frames in answers}) == 1
    texts = [text_of(frames) for frames in answers]
    assert len(set(texts)) == len(texts) == 60


async def test_t13_a_solved_ask_says_what_is_gone(tmp_path: Path, clock: HeldClock) -> None:
    """T13: the answer to the mended program names what is gone, and reports no finding."""
    async with (
        held_service(tmp_path, clock) as service,
        connect(service.url, (await service.register())["access_token"]) as chat,
    ):
        await ask(service, chat, NO_COLON)
        solved = await ask(service, chat, MENDED)

    assert text_of(solved).startswith("The mistake that we spoke of, “missing colon” on line 2, is gone")
    assert "finding" not in solved[-1]


async def test_a_question_is_answered_without_climbing(tmp_path: Path, clock: HeldClock) -> None:
    """T11: questions are answered about the question; the next hint is one level above the one before them."""
    async with (
        held_service(tmp_path, clock) as service,
        connect(service.url, (await service.register())["access_token"]) as chat,
    ):
        hint = await ask(service, chat, NO_COLON)
        about = {"follow_up_to": hint[-1]["message_id"]}
        meaning = await ask(service, chat, NO_COLON, question="what does total hold?", **about)
        place = await ask(service, chat, NO_COLON, question="is it line 1?", **about)
        after = await ask(service, chat, NO_COLON)

    assert text_of(meaning).startswith("`total` gets its values on lines 1 and 3.")
    assert text_of(place).startswith("No, line 1 is not the one I mean: look at line 2.")
    assert [frames[0]["hint_level"] for frames in (hint, meaning, place, after)] == [1, 1, 1, 2]


async def test_a_models_answer_begins_with_the_reaction(tmp_path: Path, clock: HeldClock) -> None:
    """The sentences about the change come before the model's text, and the model is told that they are said."""
    async with FakeUpstream() as model:
        settings: dict[str, Any] = {"anthropic_api_key": model.key, "anthropic_base_url": model.url}
        async with (
            held_service(tmp_path, clock, ladder="attempts", **settings) as service,
            connect(service.url, (await service.register())["access_token"]) as chat,
        ):
            model.play(*[Behaviour(text="Look at line 2. What ends the header of a loop?")] * 2)
            first = await ask(service, chat, NO_COLON)
            second = await ask(service, chat, ATTEMPT)

    assert text_of(first) == "Look at line 2. What ends the header of a loop?"
    assert text_of(second) == STILL + "Look at line 2. What ends the header of a loop?"
    assert second[1]["content"] == STILL
    assert [STILL.strip() in str(call.body) for call in model.calls] == [False, True]


async def test_a_reaction_alone_is_no_answer(tmp_path: Path, clock: HeldClock) -> None:
    """An ask whose model fails after the reaction is given back, as if it had got no text."""
    async with FakeUpstream() as model:
        settings: dict[str, Any] = {"anthropic_api_key": model.key, "anthropic_base_url": model.url}
        async with (
            held_service(tmp_path, clock, ladder="attempts", **settings) as service,
            connect(service.url, (await service.register())["access_token"]) as chat,
        ):
            model.play(Behaviour(text="Look at line 2. What ends the header of a loop?"))
            first = await ask(service, chat, NO_COLON)
            model.play(*[Behaviour(status=400)] * 2)
            failed = await ask(service, chat, ATTEMPT)
            model.play(Behaviour(text="Look at line 2. What ends the header of a loop?"))
            again = await ask(service, chat, ATTEMPT)

    assert failed[-1]["type"] == "error"
    assert again[0]["remaining_today"] == first[0]["remaining_today"] - 1
