"""L3 to L7 on a laptop's and a university's installation: counted messages, recorded calls and their costs."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from testing.chat_client import connect, text_of
from testing.fake_upstream import Behaviour
from testing.faults.classroom import Classroom, Seat, classroom
from testing.faults.short_times import program
from testing.long_hints import long_hint

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.installations import Installation

WORDS = long_hint(40)
ADMIN_KEY = "the admin key of a test"
RATES = {100_000: ("0.1", "0.5"), 100_001: ("0.5", "2.5")}
"""Prices of claude-haiku-5-5 in dollars per million tokens, for input and output, by the prompt's size in tokens."""

pytestmark = [pytest.mark.real_time, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Classroom]:
    """Return a service whose first model has prices by tier, and whose second model has none."""
    hasty = program(pass_over=0, first_content=1.5)
    models = {"TUTOR_ANTHROPIC_MODEL": "claude-haiku-5-5", "TUTOR_OPENAI_MODEL": "a-model-nobody-knows"}
    folder = tmp_path_factory.mktemp("billing")
    settings: dict[str, Any] = {"TUTOR_ADMIN_KEY": ADMIN_KEY, **models}
    async with classroom(folder, installation, program=hasty, **settings) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def seat(room: Classroom) -> AsyncIterator[Seat]:
    """Return a new student of this service."""
    async with room.seat() as taken:
        yield taken


async def usage_of_today(room: Classroom) -> dict[str, Any]:
    """Request today's usage."""
    async with (
        ClientSession(room.service.url, headers={"X-Admin-Key": ADMIN_KEY}) as client,
        client.get("/api/admin/usage") as response,
    ):
        day: dict[str, Any] = (await response.json())["day"]
        return day


async def test_l3_one_request_at_once_and_again(seat: Seat) -> None:
    """L3: the same ask on four connections at once, and again later, is one call, one row, one message, one answer."""
    seat.room.first.play(Behaviour(text=WORDS, token_seconds=0.01))
    request_id = str(uuid4())
    url, token = seat.room.service.url, seat.student.access_token
    async with connect(url, token) as second, connect(url, token) as third, connect(url, token) as fourth:
        chats = (seat.chat, second, third, fourth)
        answers = await asyncio.gather(*(chat.answer(request_id=request_id) for chat in chats))
        answers.append(await third.answer(request_id=request_id))

    assert text_of(answers[0]) == WORDS
    assert answers == [answers[0]] * 5
    assert len(seat.room.first.calls) == 1
    assert seat.rows() == [("anthropic", "completed")]
    assert seat.stands() == (1, 1)


async def test_l4_a_fallback_costs_both_attempts(seat: Seat) -> None:
    """L4: a silent provider's call is billed by estimate, the next provider's by count; one message is counted."""
    seat.room.first.play(Behaviour(fault="no_head"))
    seat.room.second.play(Behaviour(text=WORDS, input_tokens=50))

    frames = await seat.chat.answer()

    first, second = seat.rows("provider, outcome, is_estimated, input_tokens")
    assert first[:3] == ("anthropic", "timeout", True)
    assert first[3] > 100
    assert second == ("openai", "completed", False, 50)
    assert frames[-1]["usage"]["input_tokens"] == first[3] + 50
    assert seat.stands() == (1, 1)


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
async def test_l5_no_tokens_are_not_the_same_as_no_count(seat: Seat, provider: str) -> None:
    """L5: in either format, a usage of zero stays zero; a missing usage is estimated and marked as such."""
    refusals = [Behaviour(status=401)] if provider == "openai" else []
    model = seat.room.second if refusals else seat.room.first
    for usage in ("zero", "none"):
        seat.room.first.play(*refusals)
        model.play(Behaviour(text=WORDS, usage="zero" if usage == "zero" else "none"))
        await seat.chat.answer()

    rows = seat.rows("provider, input_tokens, output_tokens, is_estimated")
    zero, none = [row[1:] for row in rows if row[0] == provider][-2:]
    assert zero == (0, 0, False)
    assert min(none[:2]) > 0
    assert none[2]


@pytest.mark.parametrize("prompt", RATES)
async def test_l6_the_tier_of_the_prompt_decides(seat: Seat, prompt: int) -> None:
    """L6: the cost at the usage endpoint is exact to a millionth of a dollar."""
    before = await usage_of_today(seat.room)
    seat.room.first.play(Behaviour(text=WORDS, input_tokens=prompt))
    done = (await seat.chat.answer())[-1]
    after = await usage_of_today(seat.room)

    rate_in, rate_out = map(Decimal, RATES[prompt])
    exact = (prompt * rate_in + done["usage"]["output_tokens"] * rate_out) / 1_000_000
    rise = Decimal(repr(after["estimated_cost_usd"])) - Decimal(repr(before["estimated_cost_usd"]))
    assert abs(rise - exact) < Decimal("0.000001")
    assert seat.rows("cost_nanodollars") == [(int(exact * 10**9),)]


async def test_l7_a_model_without_a_price_is_not_free(seat: Seat) -> None:
    """L7: a call without a price is logged as unpriced, and the usage endpoint counts it as such."""
    before = await usage_of_today(seat.room)
    seat.room.first.play(Behaviour(status=401))
    await seat.chat.answer()
    after = await usage_of_today(seat.room)
    logged = await seat.room.service.logged("model_call", user=seat.student.id, provider="openai")

    assert seat.rows("provider, cost_nanodollars IS NULL") == [("anthropic", False), ("openai", True)]
    assert after["unpriced_calls"] == before["unpriced_calls"] + 1
    assert after["estimated_cost_usd"] == before["estimated_cost_usd"]
    assert logged.get("estimated_cost_usd") is None
