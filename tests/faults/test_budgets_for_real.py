"""A budget of a whole service, with one process and with several: asks pass exactly until the money is spent."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from testing.chat_client import connect
from testing.fake_upstream import Behaviour
from testing.faults.classroom import Classroom, classroom
from testing.service import sign_up_student
from testing.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from testing.chat_client import Chat
    from testing.installations import Installation

pytestmark = pytest.mark.real_time

BUDGET = 10**9
PRICES = """
[[price]]
provider = "openai"
model = "tutor-model"
input = 100
output = 100

[[price]]
provider = "anthropic"
model = "dear-model"
input = 5000
output = 5000
"""
STUDENTS = 16


def committed(room: Classroom) -> int:
    """Return the amounts spent and reserved today, in nano-dollars."""
    ((amount,),) = room.service.query("SELECT committed_nanodollars FROM spending WHERE length(period) = 10")
    return int(amount)


async def first_frame(chat: Chat) -> dict[str, Any]:
    """Send an ask; return whether it was accepted."""
    await chat.ask()
    return await chat.receive()


async def cancel(chat: Chat, accepted: dict[str, Any]) -> None:
    """Cancel an answer, and wait for its end."""
    await chat.send({"type": "cancel", "request_id": accepted["request_id"]})
    await chat.collect(accepted["request_id"])


async def test_a5_many_asks_at_once_against_a_dollar(tmp_path: Path, installation: Installation) -> None:
    """A5 with money: simultaneous asks never exceed the budget; while running calls reserve it, asks are refused."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "prices.toml").write_text(PRICES)
    settings = {
        "TUTOR_DAILY_BUDGET_USD": "1",
        "TUTOR_OPENAI_MODEL": "tutor-model",
        "TUTOR_ANTHROPIC_MODEL": "dear-model",
    }
    async with (
        classroom(tmp_path, installation, order=("openai", "anthropic"), **settings) as room,
        AsyncExitStack() as open_,
    ):
        students = [await sign_up_student(room.service) for _ in range(STUDENTS)]
        chats = [await open_.enter_async_context(connect(room.service.url, each.access_token)) for each in students]
        room.first.default = Behaviour(fault="silence", tokens_before_fault=1)

        frames = await asyncio.gather(*(first_frame(chat) for chat in chats))
        held = committed(room)
        ((need, least, calls),) = room.service.query(
            "SELECT max(reserved_nanodollars), min(reserved_nanodollars), count(*) FROM model_calls"
        )
        accepted = [(chat, frame) for chat, frame in zip(chats, frames, strict=True) if frame["type"] == "accepted"]
        refused = Counter((frame["code"], frame["retryable"]) for frame in frames if frame["type"] == "error")
        await asyncio.gather(*(cancel(chat, frame) for chat, frame in accepted))
        await until(lambda: committed(room) < held)

        room.first.default = Behaviour()
        ends = [(await chats[0].answer())[-1]]
        while ends[-1]["type"] == "done":
            ends.append((await chats[len(ends) % STUDENTS].answer())[-1])
        ((costs,),) = room.service.query("SELECT sum(cost_nanodollars) FROM model_calls")

    assert need == least
    assert calls == len(accepted) == BUDGET // need
    assert held == calls * need
    assert refused == {("BUDGET_BUSY", True): STUDENTS - len(accepted)}
    assert (ends[-1]["code"], ends[-1]["limit"], ends[-1]["retryable"]) == ("BUDGET_REACHED", "daily_budget", False)
    assert BUDGET - 2 * need < costs <= BUDGET  # A later prompt includes the history, so it costs more.
    assert committed(room) == costs
