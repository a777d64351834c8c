"""The ladder policies in a real service: levels over edits, questions and errors (guarantees T9 to T13)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from testing.chat_client import Chat, connect, text_of
from testing.held_service import HeldService, held_service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock

POLICIES = ("code", "attempts", "earned")
NO_COLON = "total = 0\nfor n in [1, 2]\n    total += n\n"
ATTEMPT = NO_COLON.replace("[1, 2]", "[1, 2, 3]")
MENDED = NO_COLON.replace("[1, 2]", "[1, 2]:")
SCRIPT = "total = 0\nprint(totl)\nprint(itm)\n"


def crash(line: int, name: str) -> str:
    """Return the traceback of an unknown name in `SCRIPT`."""
    return (
        "Traceback (most recent call last):\n"
        f'  File "program.py", line {line}, in <module>\n    print({name})\n'
        f"NameError: name '{name}' is not defined\n"
    )


@pytest.fixture(params=POLICIES)
async def any_ladder(
    tmp_path: Path, clock: HeldClock, database_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[HeldService]:
    """Yield a service for each ladder policy in turn."""
    async with held_service(tmp_path, clock, database_url=database_url, ladder=request.param) as running:
        yield running


@pytest.fixture
async def attempts(tmp_path: Path, clock: HeldClock) -> AsyncIterator[HeldService]:
    """Yield a service with the policy `attempts`."""
    async with held_service(tmp_path, clock, ladder="attempts") as running:
        yield running


@pytest.fixture
async def earned(tmp_path: Path, clock: HeldClock) -> AsyncIterator[HeldService]:
    """Yield a service with the policy `earned` and no limit of messages that matters."""
    async with held_service(
        tmp_path, clock, ladder="earned", daily_message_cap=1000, messages_per_minute=1000
    ) as running:
        yield running


async def play(service: HeldService, *asks: dict[str, Any]) -> list[tuple[int, str]]:
    """Send asks of a new student one after another; return the hint level and the change of each."""
    async with connect(service.url, (await service.register())["access_token"]) as chat:
        return [level_and_change(await ask_later(service, chat, **ask)) for ask in asks]


async def ask_later(service: HeldService, chat: Chat, **ask: Any) -> list[dict[str, Any]]:
    """Send an ask a second after the one before; return the frames of its answer."""
    service.clock.at += timedelta(seconds=1)
    return await chat.answer(**{"cursor": {"line": 1, "character": 0}, **ask})


def level_and_change(frames: list[dict[str, Any]]) -> tuple[int, str]:
    """Return the hint level and the change of an answer."""
    return frames[0]["hint_level"], frames[0]["change"]


def levels(played: list[tuple[int, str]]) -> list[int]:
    """Return the hint levels of asks."""
    return [level for level, _ in played]


def cosmetic(number: int) -> dict[str, str]:
    """Return an ask about `NO_COLON` with other comments, blank lines and spaces."""
    return {"code": f"# try {number}\n" + "\n" * number + NO_COLON.replace(" = ", "  =  " if number % 2 else "=")}


async def test_an_edit_keeps_the_level_or_begins_a_problem_by_policy(any_ladder: HeldService) -> None:
    """An attempt starts again under `code`, keeps its level under `attempts`, and earns the next one under `earned`."""
    expected = {"code": [1, 2, 1, 2, 3], "attempts": [1, 2, 2, 3, 3], "earned": [1, 1, 1, 2, 2]}
    asks = ({"code": code} for code in (NO_COLON, NO_COLON, ATTEMPT, ATTEMPT, NO_COLON))

    assert levels(await play(any_ladder, *asks)) in expected.values()


@pytest.mark.parametrize(
    ("policy", "expected"), [("code", [1, 2, 1, 2, 3]), ("attempts", [1, 2, 2, 3, 3]), ("earned", [1, 1, 1, 2, 2])]
)
async def test_a_module_chooses_its_policy(tmp_path: Path, clock: HeldClock, policy: str, expected: list[int]) -> None:
    """The ladder policy of a module counts for asks in it, whatever the service's is."""
    key = "an-admin-key-of-the-tests"
    async with held_service(tmp_path, clock, admin_key=key, ladder="earned" if policy == "code" else "code") as service:
        url, body = "/api/admin/modules/loops", {"title": "Loops", "order": 1, "ladder": policy}
        async with service.client.put(url, json=body, headers={"X-Admin-Key": key}) as response:
            assert (response.status, (await response.json())["ladder"]) == (200, policy)
        asks = ({"code": code, "module_id": "loops"} for code in (NO_COLON, NO_COLON, ATTEMPT, ATTEMPT, NO_COLON))

        assert levels(await play(service, *asks)) == expected


async def test_t9_cosmetic_edits_gain_nothing(any_ladder: HeldService) -> None:
    """T9: under each policy, an ask after twenty cosmetic edits has the level that an ask without them would have."""
    async with connect(any_ladder.url, (await any_ladder.register())["access_token"]) as chat:
        frames = [await chat.answer(cursor={"line": 1, "character": 0}, code=NO_COLON)]
        for number in range(19):
            any_ladder.clock.at += timedelta(minutes=1)
            frames.append(await chat.answer(cursor={"line": 1, "character": 0}, **cosmetic(number)))

    found = [level_and_change(one) for one in frames]
    assert {change for _, change in found} == {"none"}
    assert levels(found) in ([1, 2, 3, 4, *[5] * 16], [1] * 20)


async def test_t10_a_hundred_asks_earn_nothing(earned: HeldService) -> None:
    """T10: under `earned`, a hundred asks without an effort never reach the solution."""
    asks = ({"code": code} for code in (NO_COLON, NO_COLON, NO_COLON, NO_COLON.replace("n", "m")) * 25)

    assert set(levels(await play(earned, *asks))) == {1}


async def test_a_run_is_an_effort_once(earned: HeldService) -> None:
    """Under `earned`, a run earns a level once, whatever else is sent with its id."""
    first, second = str(uuid4()), str(uuid4())
    runs = (None, first, first, None, second, first)
    asks = ({"code": NO_COLON} | ({"run_id": run} if run else {}) for run in runs)

    assert levels(await play(earned, *asks)) == [1, 2, 2, 2, 3, 3]


async def test_t11_a_question_does_not_climb(any_ladder: HeldService) -> None:
    """T11: a question about an answer has the level of that answer's problem, and the purpose `follow_up`."""
    async with connect(any_ladder.url, (await any_ladder.register())["access_token"]) as chat:
        first = await chat.answer(code=NO_COLON)
        asked = [
            await chat.answer(
                code=code, follow_up_to=first[-1]["message_id"], question="What does the word in do here?"
            )
            for code in (NO_COLON, NO_COLON, MENDED)
        ]

    assert [(frames[0]["hint_level"], frames[0]["purpose"], frames[-1]["type"]) for frames in asked] == [
        (1, "follow_up", "done")
    ] * 3


async def test_t11_a_question_opens_no_other_program(any_ladder: HeldService) -> None:
    """T11: a question about an answer at a high level, sent with another program, has level 1, and raises nothing."""
    other = "def mean(marks):\n    total = 0\n    for mark in marks:\n        total = mark\n    return total\n"
    async with connect(any_ladder.url, (await any_ladder.register())["access_token"]) as chat:
        for _ in range(5):
            first = await ask_later(any_ladder, chat, code=NO_COLON, run_id=str(uuid4()))
        about = {"follow_up_to": first[-1]["message_id"], "question": "How do I write the right line?"}
        asked = [await ask_later(any_ladder, chat, code=code, **about) for code in (other, NO_COLON)]
        hint = await ask_later(any_ladder, chat, code=other)

    assert [frames[0]["hint_level"] for frames in (first, *asked, hint)] == [5, 1, 5, 1]


async def test_t11_an_answer_of_somebody_else_is_unknown(attempts: HeldService) -> None:
    """T11: a question about another student's answer or an unknown one is `NOT_FOUND`, and uses nothing up."""
    async with connect(attempts.url, (await attempts.register("eve@uni.example"))["access_token"]) as other:
        foreign = (await other.answer(code=NO_COLON))[-1]["message_id"]
    async with connect(attempts.url, (await attempts.register())["access_token"]) as chat:
        before = (await chat.answer(code=NO_COLON))[0]
        for unknown in (foreign, str(uuid4()), "no id"):
            frames = await chat.answer(code=NO_COLON, follow_up_to=unknown, question="Why is that so?")
            assert [frame.get("code") for frame in frames] == ["NOT_FOUND"]
        after = (await chat.answer(code=NO_COLON))[0]

    assert (after["hint_level"], after["remaining_today"]) == (2, before["remaining_today"] - 1)


async def test_t12_two_errors_start_at_one_each(any_ladder: HeldService) -> None:
    """T12: in a script without functions, another error of the same code begins at level 1, under each policy."""
    first, second = crash(2, "totl"), crash(3, "itm")
    async with connect(any_ladder.url, (await any_ladder.register())["access_token"]) as chat:
        for _ in range(5):
            await ask_later(any_ladder, chat, code=SCRIPT, traceback=first)
        other = (await ask_later(any_ladder, chat, code=SCRIPT, traceback=second))[0]

    assert other["hint_level"] == 1


async def test_t13_a_fixed_program_is_solved(any_ladder: HeldService) -> None:
    """T13: an ask about the mended program has the change `solved` and uses no level; it counts as a message."""
    asks = ({"code": code} for code in (NO_COLON, NO_COLON, MENDED))
    async with connect(any_ladder.url, (await any_ladder.register())["access_token"]) as chat:
        frames = [await ask_later(any_ladder, chat, **ask) for ask in asks]
        again = await ask_later(any_ladder, chat, code=MENDED)

    assert (level_and_change(frames[2]), frames[2][-1]["provider"]) == ((1, "solved"), "offline")
    assert frames[2][0]["remaining_today"] == frames[1][0]["remaining_today"] - 1
    assert again[0]["hint_level"] == 1
    assert text_of(frames[2])


async def test_a_cancelled_ask_gives_back_its_effort(earned: HeldService) -> None:
    """Under `earned`, a cancelled ask gives back the level and the effort that it spent."""
    async with connect(earned.url, (await earned.register())["access_token"]) as chat:
        await chat.answer(code=NO_COLON)
        cancelled = await chat.ask(code=NO_COLON, run_id=str(uuid4()))
        await chat.send({"type": "cancel", "request_id": cancelled})
        await chat.collect(cancelled)

        assert (await chat.answer(code=NO_COLON))[0]["hint_level"] == 2
