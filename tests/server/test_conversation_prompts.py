"""Prompts in a service on both kinds of database: equal beginnings, real turns, cached tokens in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from testing.chat_client import CODE, connect
from testing.fake_upstream import Behaviour
from testing.held_service import held_service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.chat_client import Chat
    from testing.clock import HeldClock
    from testing.fake_upstream import FakeUpstream
    from testing.held_service import HeldService

EDITED = CODE.replace("result = 0", "result = 1")
OTHER = "print(undefined_name)\n"


@dataclass
class Conversation:
    """A student's connection to a service whose model is the fake upstream."""

    service: HeldService
    chat: Chat
    upstream: FakeUpstream

    async def ask(self, answer: str = "Look at line 3. What ends it?", **ask: Any) -> list[dict[str, Any]]:
        """Send an ask a second later; return the frames of its answer. The model's answer is given."""
        self.service.clock.at += timedelta(seconds=1)
        self.upstream.play(Behaviour(text=answer))
        return await self.chat.answer(**ask)

    def prompts(self) -> list[list[str]]:
        """Return the texts of each prompt so far: those of the system part, then those of the turns."""
        return [prompt_of(call.body) for call in self.upstream.calls]

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        return await self.service.database.read(
            lambda connection: [tuple(row) for row in connection.execute(text(statement))]
        )


def prompt_of(body: dict[str, Any]) -> list[str]:
    """Return the texts of a prompt in the format of either API."""
    turns = [message["content"] for message in body["messages"]]
    texts = [*([body["system"]] if "system" in body else []), *turns]
    return [each if isinstance(each, str) else "".join(block["text"] for block in each) for each in texts]


@pytest.fixture(params=["anthropic", "openai"])
async def conversation(
    request: pytest.FixtureRequest, tmp_path: Path, clock: HeldClock, database_url: str, upstream: FakeUpstream
) -> AsyncIterator[Conversation]:
    """Yield a new student's connection, on each kind of database and with each kind of model in turn."""
    url = {"anthropic": upstream.url, "openai": upstream.openai_url}[request.param]
    name = request.param.upper()
    settings: dict[str, Any] = {f"{name}_API_KEY": upstream.key, f"{name}_BASE_URL": url, "ladder": "attempts"}
    async with held_service(tmp_path, clock, database_url=database_url, **settings) as service:
        token = (await service.register())["access_token"]
        async with connect(service.url, token) as chat:
            yield Conversation(service, chat, upstream)


async def test_successive_prompts_about_a_problem_begin_alike(conversation: Conversation) -> None:
    """Over a next hint, a question and an edit, each prompt repeats the one before up to its last turn."""
    await conversation.ask()
    frames = await conversation.ask("A header ends in a sign of its own.")
    await conversation.ask(
        "It says where the block begins.", question="Why that?", follow_up_to=frames[0]["message_id"]
    )
    await conversation.ask("It is still line 3.", code=EDITED)

    prompts = conversation.prompts()
    for before, now in pairwise(prompts):
        assert now[: len(before) - 1] == before[:-1]
        assert len(now) == len(before) + 2
    assert [("Hint level 1" in each[-1], "Hint level 2" in each[-1]) for each in prompts] == [
        (True, False),
        (False, True),
        (False, True),
        (False, True),
    ]
    assert "+ 2 |     result = 1" in prompts[-1][-1]
    assert "still there" in prompts[-1][-1]
    assert prompts[-1][2] == "Look at line 3. What ends it?"


async def test_other_problems_are_left_out(conversation: Conversation) -> None:
    """A prompt has no turn about another problem."""
    await conversation.ask("Look at the end of line 3.")
    await conversation.ask("Which name has no value?", code=OTHER, cursor={"line": 0, "character": 0})

    last = conversation.prompts()[-1]
    assert len(last) == 2
    assert "end of line 3" not in "".join(last)


async def test_what_the_guard_stopped_is_not_repeated(conversation: Conversation) -> None:
    """An answer that the guard stopped, that was cut or that did not help is no turn of the next prompt."""
    fixed = CODE.replace("prices\n", "prices:\n")
    await conversation.ask(f"Line 3 opens a block.\n\n```python\n{fixed}```\n")
    frames = await conversation.ask("Read line 3 from its end.")
    await conversation.chat.send({"type": "rate", "message_id": frames[0]["message_id"], "helpful": False})
    conversation.upstream.play(Behaviour(text="Line 3 is a header, and a", finish="length"))
    await conversation.chat.answer()
    await conversation.ask("Name the kind of line 3.")
    await conversation.ask()

    last = conversation.prompts()[-1]
    assert len(last) == 4
    assert last[2].startswith("Name the kind of line 3.")


async def test_cached_tokens_are_in_the_ledger_with_their_price(conversation: Conversation) -> None:
    """The tokens that a provider read from its cache or wrote to it are in the ledger, and cost their own price."""
    conversation.upstream.play(Behaviour(input_tokens=1000), Behaviour(input_tokens=1000, cache_read_tokens=900))
    conversation.upstream.play(Behaviour(input_tokens=1000, cache_write_tokens=900))
    for _ in range(3):
        await conversation.chat.answer()

    rows = await conversation.rows(
        "SELECT input_tokens, cache_read_tokens, cache_write_tokens, cost_nanodollars, reserved_nanodollars"
        " FROM model_calls ORDER BY id"
    )
    assert [row[:3] for row in rows] == [(1000, 0, 0), (1000, 900, 0), (1000, 0, 900)]
    plain, read, written = (row[3] for row in rows)
    assert read < plain < written
    assert all(row[4] > row[3] for row in rows)


async def test_the_service_marks_what_a_provider_can_cache(conversation: Conversation) -> None:
    """Anthropic gets marks after what other asks share and after the last turn that is repeated, OpenAI's API none."""
    await conversation.ask()
    await conversation.ask()

    body = conversation.upstream.calls[-1].body
    if "system" not in body:
        assert "cache_control" not in str(body)
        return
    assert ["cache_control" in block for block in body["system"]] == [True, True, False]
    assert [isinstance(message["content"], list) for message in body["messages"]] == [False, True, False]
    assert body["messages"][1]["content"][0]["cache_control"] == {"type": "ephemeral"}
