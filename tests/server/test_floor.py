"""The floor in the service: a scripted model rambles, loops, stops in mid-sentence, or echoes its prompt."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from testing.chat_client import Chat, connect, text_of
from testing.fake_upstream import ECHOES, Behaviour, FakeUpstream
from testing.fake_upstream.wire import system_prompt
from testing.floor_replies import PROGRAMS, ModelReply, replies
from testing.held_service import HeldService, held_service
from tutor_analysis.guarding import LoopGuard
from tutor_analysis.work import Material
from tutor_pedagogy.floor import Floor, PromptEcho, completion
from tutor_pedagogy.floor.owed import Owed
from tutor_pedagogy.floor.program import NamedProgram
from tutor_pedagogy.guard.units import split
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_protocol import Position, Submission
from tutor_server.llm.provider import Finish
from tutor_server.tutoring.fixed_rules import fixed_rules
from tutor_server.tutoring.model_text import ModelText

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock

NONCE, CANARY = "hjklpoiuytgb", "qwkzvbnmxyhj"
ECHOED = 40
CASES = [pytest.param(reply, level, id=f"{reply.number}-{level}") for reply in replies() for level in reply.levels]


@cache
def words() -> dict[str, str]:
    """Return the marker words and the fixed rules of a prompt, by the names that the replies use."""
    folder = files("tutor_server.tutoring") / "prompts"
    rules = {name: (folder / f"{name}.txt").read_text(encoding="utf-8") for name in ("base", "level_1")}
    return {"canary": CANARY, "nonce": NONCE, **rules}


async def spoken(reply: ModelReply, level: HintLevel, size: int) -> tuple[str, Floor]:
    """Return what a student sees of a reply that arrives in parts of a size, and the floor under it."""
    material = Material(level=level, submission=reply.submission, canary=CANARY, markers=(NONCE, CANARY))
    text = ModelText(LoopGuard(material, 10, lambda failure: pytest.fail(str(failure))), material, "find")
    told, shown = reply.as_told(words()), ""
    for at in range(0, len(told), size):
        shown += "".join(await text.feed(told[at : at + size]))
        if text.is_over:
            break
    shown += "".join(await text.finish(Finish(reply.finish)))
    return shown, text.floor


@pytest.mark.parametrize(("reply", "level"), CASES)
async def test_p17_each_reply_ends_whole_and_meets_its_floor(reply: ModelReply, level: HintLevel) -> None:
    """P17: each reply is shown as far as it is good, however it arrives, and completed where its level owes more."""
    explanation = explain(reply.submission, level, StudentLevels())
    for size in (5, 64, 100_000):
        shown, floor = await spoken(reply, level, size)
        more = "" if floor.is_met else completion(floor, explanation)

        if reply.shown is not None:
            assert shown.strip() == reply.shown.strip()
        asked = bool(more) and explanation.text.split()[-1] != more.split()[-1]
        assert ("asked" if asked else "completed" if more else "passes") == reply.outcome(level)


@pytest.mark.parametrize(("reply", "level"), CASES)
async def test_t15_no_echo_of_the_prompt_is_shown(reply: ModelReply, level: HintLevel) -> None:
    """T15: no marker word and no 40 characters in a row of the fixed rules are shown, in any case and spacing."""
    shown = _bare((await spoken(reply, level, 64))[0])

    assert CANARY not in shown
    assert NONCE not in shown
    for name in ("base", "level_1"):
        rules = words()[name]
        windows = (_bare(rules[at : at + ECHOED]) for at in range(len(rules) - ECHOED + 1))
        assert not any(window in shown for window in windows)


def test_t15_the_fixed_rules_are_those_of_the_prompts() -> None:
    """T15: 40 characters in a row of any prompt file, except the good examples, hold a run that is compared."""
    rules = fixed_rules()
    folder = files("tutor_server.tutoring") / "prompts"
    for file in folder.iterdir():
        if file.name.startswith("good_"):
            continue
        for text in re.split(r"\$[a-z]+", file.read_text(encoding="utf-8")):
            for at in range(len(text) - ECHOED + 1):
                bare = _bare(text[at : at + ECHOED])
                assert any(bare[start : start + rules.size] in rules.runs for start in range(len(bare)))


def test_t15_an_answer_may_sound_like_a_good_example() -> None:
    """T15: an answer about a variable `total` is no echo of an example that speaks of such a variable."""
    echo = PromptEcho(fixed_rules(), markers=(NONCE,))

    assert not echo.is_in("Which value does `total` have after the first round, and which after the second?")


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


@pytest.fixture
async def service(tmp_path: Path, clock: HeldClock, upstream: FakeUpstream) -> AsyncIterator[HeldService]:
    """Return a service whose model is the fake upstream."""
    settings: dict[str, Any] = {
        "anthropic_api_key": upstream.key,
        "anthropic_base_url": upstream.url,
        "daily_message_cap": 10_000,
        "messages_per_minute": 10_000,
    }
    async with held_service(tmp_path, clock, **settings) as running:
        yield running


@pytest.fixture
async def chat(service: HeldService) -> AsyncIterator[Chat]:
    """Return the WebSocket of a student of the service."""
    async with connect(service.url, (await service.register())["access_token"]) as opened:
        yield opened


def ask_about(program: str, number: int) -> dict[str, Any]:
    """Return the fields of an ask about a program. Another number makes it another problem."""
    submission = PROGRAMS[program]
    for name in ("total", "average", "greet"):
        if f"def {name}(" in submission.code:
            code = submission.code.replace(name, f"{name}_{number}")
    cursor = {"line": submission.cursor.line, "character": submission.cursor.character}
    return {"code": code, "cursor": cursor, "traceback": submission.traceback}


@pytest.mark.real_time
@pytest.mark.parametrize("kind", sorted({reply.kind for reply in replies()}))
async def test_p17_every_answer_of_the_service_ends_whole_and_meets_its_floor(
    kind: str, service: HeldService, upstream: FakeUpstream
) -> None:
    """P17: through the service and at each level, every reply becomes an answer that is done and does what it owes.

    Each reply goes to another student: to the same one, the offline tutor would say its part in other words.
    """
    for number, reply in enumerate(reply for reply in replies() if reply.kind == kind):
        student = await service.register(f"student-{number}@uni.example")
        fields = ask_about(reply.program, reply.number)
        async with connect(service.url, student["access_token"]) as chat:
            for level in HintLevel:
                upstream.play(Behaviour(text=reply.as_told(words()), finish=reply.finish))
                frames = await chat.answer(**fields)

                text, end = text_of(frames), frames[-1]
                assert (end["type"], frames[0]["hint_level"]) == ("done", level)
                assert text.rstrip().endswith((".", "?", "!", "`", ")", "```")), text
                if frames[0]["purpose"] == "find":
                    assert _pays(text, level, fields), text


def _pays(text: str, level: HintLevel, fields: dict[str, Any]) -> bool:
    submission = Submission(
        code=fields["code"], cursor=Position(**fields["cursor"]), traceback=fields["traceback"] or ""
    )
    owed = Owed(NamedProgram.of(submission))
    for unit in split(text):
        owed.note(unit.text)
    return owed.is_paid(level, "find")


@pytest.mark.parametrize("echo", list(ECHOES))
async def test_t15_the_service_shows_nothing_of_its_prompt(echo: str, chat: Chat, upstream: FakeUpstream) -> None:
    """T15: a model that repeats its system prompt is stopped, its stream is closed, and the answer is completed."""
    upstream.play(Behaviour(text="Look at line 3. ", echo=echo, token_seconds=0.0001))

    frames = await chat.answer()

    prompt = system_prompt(upstream.calls[0].body)
    shown = _bare(text_of(frames))
    windows = (_bare(prompt[at : at + ECHOED]) for at in range(len(prompt) - ECHOED + 1))
    assert not any(window in shown for window in windows)
    assert frames[-1]["type"] == "done"
    assert "?" in text_of(frames)
    if echo != "last line":
        assert frames[-1]["withheld"] is True


async def test_t15_an_exercise_of_the_course_may_be_quoted(chat: Chat, upstream: FakeUpstream) -> None:
    """T15: an answer may quote the exercise, which the prompt has as well."""
    text = "Line 3 is about the prices. What does your exercise say about them?"
    upstream.play(Behaviour(text=text))

    assert text_of(await chat.answer()) == text


async def test_a_loop_ends_the_call(chat: Chat, upstream: FakeUpstream) -> None:
    """The stream of a model that repeats itself is closed like one that is withheld, and billed as cancelled."""
    upstream.play(Behaviour(text="What ends line 3? " * 2_000, token_seconds=0.001))

    frames = await chat.answer()

    assert text_of(frames) == "What ends line 3? "
    assert (frames[-1]["type"], frames[-1]["withheld"], frames[-1]["ai"]) == ("done", False, True)
    assert [call.closed_by for call in upstream.calls] == ["client"]


async def test_a_replayed_answer_says_who_wrote_it(chat: Chat, upstream: FakeUpstream) -> None:
    """`ai` is true if words of the model are in the answer, also where the offline tutor completes it, and replayed."""
    replayed: list[bool] = []
    for text in ("What ends line 3?", "Look at line 3.", "1\n2"):
        upstream.play(Behaviour(text=text))
        first = await chat.answer(**ask_about("colon", len(replayed)))
        again = await chat.answer(request_id=first[0]["request_id"], **ask_about("colon", len(replayed)))
        assert again == first
        replayed.append(again[-1]["ai"])

    assert replayed == [True, True, False]
