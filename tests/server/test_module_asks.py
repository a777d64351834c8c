"""Asks in a learning module, with one process and several: hint level, allowed names, and the module in the prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from sqlalchemy import insert

from testing.chat_client import connect, text_of
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.service import RunningService, sign_up_student
from tutor_server.storage.database import open_database
from tutor_server.storage.models import LearningModule

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.chat_client import Chat
    from testing.installations import Installation
    from testing.service import Service

MODULES: list[dict[str, Any]] = [
    {"id": "strict", "max_hint_level": 2, "allowed_names": []},
    {"id": "generous", "max_hint_level": 5, "allowed_names": ["course.plot", "turtle"]},
    {"id": "silent", "max_hint_level": None, "allowed_names": []},
]
NAMING = "What does `course.plot()` do with `prices`?"
REPLY = Behaviour(text="What do you see in line 3?")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Run a fake upstream."""
    async with FakeUpstream() as running:
        running.default = REPLY
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def course(
    installation: Installation, upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """Run a service with modules, whose operator allows four hint levels."""
    settings = installation.settings() | {
        "TUTOR_MAX_HINT_LEVEL": "4",
        "ANTHROPIC_API_KEY": upstream.key,
        "ANTHROPIC_BASE_URL": upstream.url,
    }
    folder = tmp_path_factory.mktemp("course")
    async with RunningService(folder, settings, workers=installation.workers) as service:
        url = settings.get("TUTOR_DATABASE_URL", f"sqlite+aiosqlite:///{service.data_dir / 'tutor.sqlite3'}")
        database = open_database(url)
        text = {"statement": "Add up the prices.", "objectives": ["Use a for loop"]}
        rows = [{"title": module["id"], "order": 1, **text, **module} for module in MODULES]
        await database.commit(lambda connection: connection.execute(insert(LearningModule), rows))
        await database.close()
        yield service


@pytest_asyncio.fixture(loop_scope="module")
async def chat(course: Service) -> AsyncIterator[Chat]:
    """Return the WebSocket of a new student."""
    student = await sign_up_student(course)
    async with connect(course.url, student.access_token) as open_chat:
        yield open_chat


@pytest.mark.asyncio(loop_scope="module")
class TestInAModule:
    """The effects of a module on an ask."""

    async def test_its_bound_holds_for_every_ask_in_it(self, chat: Chat, upstream: FakeUpstream) -> None:
        """In a module with two hint levels, asks get at most level 2; outside of the module the levels continue."""
        inside = [await chat.answer(module_id="strict") for _ in range(3)]
        prompt = str(upstream.calls[-1].body["messages"][-1])
        outside = await chat.answer()

        assert [(frames[0]["hint_level"], frames[0]["max_hint_level"]) for frames in inside] == [(1, 2), (2, 2), (2, 2)]
        assert "Hint level 2 of 5" in prompt
        assert (outside[0]["hint_level"], outside[0]["max_hint_level"]) == (3, 4)

    async def test_its_bound_holds_for_who_was_further_already(self, chat: Chat) -> None:
        """If a student has reached a higher level outside of the module, asks in it get the module's maximum."""
        for _ in range(3):
            await chat.answer()
        inside = await chat.answer(module_id="strict")

        assert (inside[0]["hint_level"], inside[0]["max_hint_level"]) == (2, 2)

    @pytest.mark.parametrize("module_id", ["generous", "silent"])
    async def test_it_lowers_the_operators_bound_and_never_raises_it(self, chat: Chat, module_id: str) -> None:
        """If `TUTOR_MAX_HINT_LEVEL` and the module have different maximum hint levels, the lower one applies."""
        answers = [await chat.answer(module_id=module_id) for _ in range(5)]

        assert [frames[0]["hint_level"] for frames in answers] == [1, 2, 3, 4, 4]
        assert {frames[0]["max_hint_level"] for frames in answers} == {4}

    async def test_its_names_may_be_named(self, chat: Chat, upstream: FakeUpstream) -> None:
        """The guard lets an answer contain a module's names only for asks in this module."""
        upstream.play(Behaviour(text=NAMING), Behaviour(text=NAMING))
        inside = await chat.answer(module_id="generous")
        elsewhere = await chat.answer(module_id="silent", code="def other():\n    return prices\n")

        assert (text_of(inside), inside[-1]["withheld"]) == (NAMING, False)
        assert "course.plot" not in text_of(elsewhere)
        assert elsewhere[-1]["withheld"] is True

    async def test_its_text_goes_into_the_prompt(self, chat: Chat, upstream: FakeUpstream) -> None:
        """In a module, the system prompt has its statement, objectives and names; otherwise the task is not known."""
        await chat.answer(module_id="generous")
        inside = "".join(block["text"] for block in upstream.calls[-1].body["system"])
        await chat.answer()
        outside = "".join(block["text"] for block in upstream.calls[-1].body["system"])

        assert "<exercise>\ngenerous\nAdd up the prices.\n- Use a for loop\n" in inside
        assert "that you may mention: `course.plot`, `turtle`\n" in inside
        assert ("The task is not known" in inside, "The task is not known" in outside) == (False, True)
        assert "<exercise>" not in outside
