"""The end of asks: each ends once, with its usage and text, despite cancels, lost clients and failing databases."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Self
from uuid import uuid4

import pytest
from sqlalchemy import event

from testing.chat_client import Chat, connect, text_of
from testing.clock import HeldClock
from testing.fake_upstream import Behaviour
from testing.held_service import HeldService, held_service
from testing.long_hints import long_hint
from tutor_server.limits import Deadlines
from tutor_server.tutoring.answer import Answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from sqlalchemy import Connection

    from testing.fake_upstream import FakeUpstream
    from tutor_server.storage.database import Database

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SHORT = Deadlines(first_content=5, grace=0.3)
ROOM = 0.25
"""Seconds of tolerance for a busy machine, added to a limit of 50 ms."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A student's open WebSocket at a service in this process, with a fake upstream."""

    service: HeldService
    chat: Chat
    access_token: str

    async def rows(self, columns: str, table: str = "model_calls") -> list[tuple[Any, ...]]:
        """Return the given columns of all rows of a table."""
        return await self.service.database.read(
            lambda connection: [tuple(row) for row in connection.exec_driver_sql(f"SELECT {columns} FROM {table}")]
        )

    async def stands(self) -> tuple[int, int]:
        """Return the day's message count and the hint level of the only problem."""
        (count,), (level,) = await self.rows("messages", "daily_usage"), await self.rows("hint_level", "problems")
        return count[0], level[0]

    async def all_settled(self) -> None:
        """Wait until no ask is running."""
        async with asyncio.timeout(10):
            while await self.rows("id", "asks WHERE state = 'running'"):  # noqa: ASYNC110 - the database sends no events, so polling is the only way
                await asyncio.sleep(0.02)


def serving(
    folder: Path, upstream: FakeUpstream, *, deadlines: Deadlines = SHORT, **settings: Any
) -> AbstractAsyncContextManager[HeldService]:
    """Run a service in this process with a fake upstream."""
    model = {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url}
    return held_service(folder, HeldClock(at=NOW), deadlines=deadlines, **(model | settings))


@asynccontextmanager
async def sitting(folder: Path, upstream: FakeUpstream, **settings: Any) -> AsyncIterator[Desk]:
    """Yield a student's WebSocket at a service with a short grace period."""
    async with serving(folder, upstream, **settings) as service:
        token = (await service.register())["access_token"]
        async with connect(service.url, token) as chat:
            yield Desk(service, chat, token)


@pytest.fixture
async def desk(tmp_path: Path, upstream: FakeUpstream) -> AsyncIterator[Desk]:
    """Yield a student's WebSocket at a service on SQLite, whose writer a test can block."""
    async with sitting(tmp_path, upstream) as here:
        yield here


@pytest.fixture
async def any_desk(tmp_path: Path, upstream: FakeUpstream, database_url: str) -> AsyncIterator[Desk]:
    """Yield a student's WebSocket at a service on each kind of database in turn."""
    async with sitting(tmp_path, upstream, database_url=database_url) as here:
        yield here


class StatementGate:
    """A context that blocks SQLite's writer at the first statement with a given start, until `open` is called."""

    def __init__(self, database: Database, words: str) -> None:
        self._engine = database._writer._engine  # type: ignore[attr-defined] # the writer is SQLite's
        self._words = words
        self._reached, self._open = threading.Event(), threading.Event()

    async def reached(self) -> None:
        """Wait until the statement is about to run."""
        assert await asyncio.to_thread(self._reached.wait, 10)

    def open(self) -> None:
        """Let the blocked statement and all later ones run."""
        self._open.set()

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._hold)
        return self

    def __exit__(self, *_: object) -> None:
        self.open()
        event.remove(self._engine, "before_cursor_execute", self._hold)

    def _hold(self, _connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(self._words) and not self._open.is_set():
            self._reached.set()
            self._open.wait(10)


class Outage:
    """A switch that makes SQLite refuse all writes with an error, between `begin` and `end`."""

    def __init__(self, database: Database) -> None:
        self._engine = database._writer._engine  # type: ignore[attr-defined] # the writer is SQLite's
        self._is_on = False
        event.listen(self._engine, "before_cursor_execute", self._set)

    def begin(self) -> None:
        """Refuse writes from now on."""
        self._is_on = True

    def end(self) -> None:
        """Accept writes again."""
        self._is_on = False

    def _set(self, _connection: Connection, cursor: Any, *_: object) -> None:
        cursor.execute(f"PRAGMA query_only = {int(self._is_on)}")


@pytest.mark.parametrize("how", ["fin", "reset"])
@pytest.mark.parametrize(
    "silence",
    [Behaviour(fault="no_head"), Behaviour(text=long_hint(80), fault="silence", tokens_before_fault=20)],
    ids=["before text", "after text"],
)
async def test_l2_the_stream_of_one_who_left_is_closed_after_the_grace_period(
    silence: Behaviour, how: Literal["fin", "reset"], any_desk: Desk, upstream: FakeUpstream
) -> None:
    """L2: if the client leaves for good while the model is silent, the call is closed and billed.

    The hint level is given back.
    """
    upstream.play(silence)
    await any_desk.chat.ask()
    call = await upstream.next_call()
    if silence.tokens_before_fault:
        while (await any_desk.chat.receive())["type"] != "delta":
            pass

    left_at = any_desk.chat.leave(how)
    await asyncio.wait_for(call.closed.wait(), 10)
    await any_desk.all_settled()

    assert call.closed_by == "client"
    assert call.closed_at is not None
    assert SHORT.grace <= call.closed_at - left_at + 0.01 <= SHORT.grace + 0.05 + ROOM
    ((state, outcome, is_estimated, cost, tokens),) = await any_desk.rows(
        "state, outcome, is_estimated, cost_nanodollars, input_tokens"
    )
    assert (state, outcome, is_estimated) == ("settled", "cancelled", 1)
    assert min(cost, tokens) > 0
    assert await any_desk.stands() == (1, 0)


async def test_l2_one_who_returns_in_time_keeps_the_answer(any_desk: Desk, upstream: FakeUpstream) -> None:
    """L2: a client that returns within the grace period gets the answer of the same call."""
    upstream.play(Behaviour(text=long_hint(80), token_seconds=0.01))
    request_id = await any_desk.chat.ask()
    while (await any_desk.chat.receive())["type"] != "delta":
        pass
    any_desk.chat.leave("reset")

    async with connect(any_desk.service.url, any_desk.access_token) as again:
        await again.send({"type": "resume", "request_id": request_id, "next_seq": 0})
        frames = await again.collect(request_id)

    assert text_of(frames) == long_hint(80)
    assert frames[-1]["type"] == "done"
    assert len(upstream.calls) == 1


async def test_l2_an_answer_that_nobody_ever_reads_is_given_up() -> None:
    """L2: an answer that no reader has started to read ends after the grace period."""
    abandoned: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    answer = Answer(uuid4(), grace=0.01, on_abandoned=abandoned.set_result)

    assert await asyncio.wait_for(abandoned, 5) is answer

    assert not answer.is_over


async def test_l1_a_cancel_while_it_opens_sends_nothing(desk: Desk, upstream: FakeUpstream) -> None:
    """L1: a cancel while the call is being recorded withdraws the call: nothing is sent or billed."""
    with StatementGate(desk.service.database, "INSERT INTO model_calls") as gate:
        request_id = await desk.chat.ask()
        await gate.reached()
        await desk.chat.send({"type": "cancel", "request_id": request_id})
        await asyncio.sleep(0.05)  # The cancel must arrive while the writer is blocked.
        gate.open()
        frames = await desk.chat.collect(request_id)

    assert frames[-1]["code"] == "CANCELLED"
    assert upstream.calls == []
    assert await desk.rows("state, cost_nanodollars, input_tokens") == [("unsent", 0, 0)]
    assert await desk.rows("*", "usage_rollups") == []
    assert await desk.stands() == (1, 0)


async def test_the_place_of_a_call_that_was_not_sent_is_free_again(tmp_path: Path, upstream: FakeUpstream) -> None:
    """A call that was withdrawn before it was sent does not count towards the provider rate limit."""
    async with (
        serving(tmp_path, upstream, llm_calls_per_minute=1) as service,
        connect(service.url, (await service.register())["access_token"]) as chat,
    ):
        with StatementGate(service.database, "INSERT INTO model_calls") as gate:
            request_id = await chat.ask()
            await gate.reached()
            await chat.send({"type": "cancel", "request_id": request_id})
            await asyncio.sleep(0.05)
            gate.open()
            await chat.collect(request_id)
        first, second = await chat.answer(), await chat.answer()

    assert first[-1]["type"] == "done"
    assert second[-1]["code"] == "GLOBAL_LIMIT_REACHED"


async def test_l1_a_cancel_while_it_settles_changes_nothing(desk: Desk, upstream: FakeUpstream) -> None:
    """L1: a cancel that arrives while the complete answer is being stored has no effect."""
    upstream.play(Behaviour(text="Look at line 3."))
    with StatementGate(desk.service.database, "UPDATE asks SET state") as gate:
        request_id = await desk.chat.ask()
        await gate.reached()
        for _ in range(3):
            await desk.chat.send({"type": "cancel", "request_id": request_id})
        await asyncio.sleep(0.05)
        gate.open()
        frames = await desk.chat.collect(request_id)

    assert frames[-1]["type"] == "done"
    assert await desk.rows("state", "asks") == [("done",)]
    assert await desk.rows("state, outcome") == [("settled", "completed")]
    assert await desk.stands() == (1, 1)


async def test_l1_a_cancel_before_anything_was_done_still_has_an_end(desk: Desk, upstream: FakeUpstream) -> None:
    """L1: an ask that is cancelled at once counts as a message, ends as cancelled, and costs nothing."""
    ends = []
    for _ in range(5):
        request_id = str(uuid4())
        await asyncio.gather(
            desk.chat.ask(request_id=request_id), desk.chat.send({"type": "cancel", "request_id": request_id})
        )
        ends.append((await desk.chat.collect(request_id))[-1].get("code"))

    assert ends == ["CANCELLED"] * 5
    assert upstream.calls == []
    assert await desk.stands() == (5, 0)
    assert {row[0] for row in await desk.rows("state")} == {"unsent"}


async def test_l1_a_settlement_that_cannot_be_written_is_owed(
    desk: Desk, upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L1: if the database refuses writes, the student gets an error, and the cost is written later."""
    monkeypatch.setattr("tutor_server.tutoring.settling.RETRY_SECONDS", 0.05)
    outage = Outage(desk.service.database)
    upstream.play(Behaviour(text=long_hint(40), token_seconds=0.01, input_tokens=77))
    request_id = await desk.chat.ask()
    while (await desk.chat.receive())["type"] != "delta":
        pass
    outage.begin()
    frames = await desk.chat.collect(request_id)
    pending = await desk.rows("state")

    outage.end()
    await desk.all_settled()

    assert frames[-1]["code"] == "DATABASE_UNAVAILABLE"
    assert pending == [("sent",)]
    assert await desk.rows("state, input_tokens") == [("settled", 77)]
    assert await desk.rows("state", "asks") == [("done",)]
    assert await desk.rows("calls, input_tokens", "usage_rollups") == [(1, 77)]


async def test_a11_nothing_is_sent_where_it_cannot_be_recorded(desk: Desk, upstream: FakeUpstream) -> None:
    """A11: if an ask cannot be recorded, no call is made and nothing is used up."""
    outage = Outage(desk.service.database)
    outage.begin()
    refused = await desk.chat.answer()
    outage.end()
    frames = await desk.chat.answer()

    assert [frame.get("code") for frame in refused] == ["DATABASE_UNAVAILABLE"]
    assert len(upstream.calls) == 1
    assert (frames[0]["hint_level"], frames[0]["remaining_today"]) == (1, 99)


async def test_l1_a_further_call_that_cannot_be_recorded_is_not_made(
    desk: Desk, upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """L1: if a retry cannot be recorded, it is not sent, and no row stays open."""
    monkeypatch.setattr("tutor_server.tutoring.settling.RETRY_SECONDS", 0.05)
    upstream.play(Behaviour(status=500))
    with StatementGate(desk.service.database, "UPDATE model_calls SET state") as gate:
        # The outage's event listener is added after the gate's, so it also affects the blocked statement.
        outage = Outage(desk.service.database)
        request_id = await desk.chat.ask()
        await gate.reached()
        outage.begin()
        gate.open()
        frames = await desk.chat.collect(request_id)
    outage.end()
    await desk.all_settled()

    assert frames[-1]["code"] == "DATABASE_UNAVAILABLE"
    assert len(upstream.calls) == 1
    assert await desk.rows("state, cost_nanodollars") == [("settled", 0)]
    assert await desk.stands() == (0, 0)


async def test_l4_both_attempts_of_a_fallback_are_billed(tmp_path: Path, upstream: FakeUpstream) -> None:
    """L4: a silent provider's call is billed by estimate, the next one by its usage, and one message is counted."""
    second: dict[str, Any] = {"OPENAI_API_KEY": upstream.key, "OPENAI_BASE_URL": upstream.openai_url}
    upstream.play(Behaviour(fault="no_head"), Behaviour(text="Look at line 3.", input_tokens=50))
    async with serving(tmp_path, upstream, deadlines=Deadlines(first_content=0.5), **second) as service:
        token = (await service.register())["access_token"]
        async with connect(service.url, token) as chat:
            frames = await chat.answer()
            desk = Desk(service, chat, token)
            rows = await desk.rows("provider, state, outcome, is_estimated, cost_nanodollars > 0, input_tokens")
            assert await desk.stands() == (1, 1)

    assert (frames[-1]["provider"], frames[-1]["fallback"]) == ("openai", True)
    first, second_call = sorted(rows)
    assert first[:5] == ("anthropic", "settled", "timeout", 1, 1)
    assert first[5] > 100
    assert second_call == ("openai", "settled", "completed", 0, 1, 50)
    assert frames[-1]["usage"]["input_tokens"] == first[5] + 50


@pytest.mark.parametrize("usage", ["zero", "none"])
async def test_l5_no_tokens_are_not_the_same_as_no_count(
    usage: Literal["zero", "none"], any_desk: Desk, upstream: FakeUpstream
) -> None:
    """L5: a usage of zero stays zero; a missing usage is estimated and marked as such."""
    upstream.play(Behaviour(text="Look at line 3.", usage=usage))

    await any_desk.chat.answer()

    ((input_tokens, output_tokens, is_estimated, cost),) = await any_desk.rows(
        "input_tokens, output_tokens, is_estimated, cost_nanodollars"
    )
    if usage == "zero":
        assert (input_tokens, output_tokens, is_estimated, cost) == (0, 0, 0, 0)
    else:
        assert is_estimated == 1
        assert min(input_tokens, output_tokens, cost) > 0


@pytest.mark.parametrize(("prompt", "rates"), [(100_000, ("0.1", "0.5")), (100_001, ("0.5", "2.5"))])
async def test_l6_the_tier_of_the_prompt_decides(
    prompt: int, rates: tuple[str, str], *, tmp_path: Path, upstream: FakeUpstream, database_url: str
) -> None:
    """L6: the cost at the usage endpoint is exact to a millionth of a dollar."""
    upstream.play(Behaviour(text=long_hint(200), input_tokens=prompt))
    model: dict[str, Any] = {
        "anthropic_model": "claude-haiku-5-5",
        "admin_key": "an admin key of a test",
        "database_url": database_url,
    }
    async with serving(tmp_path, upstream, **model) as service:
        async with connect(service.url, (await service.register())["access_token"]) as chat:
            done = (await chat.answer())[-1]
        async with service.client.get(
            "/api/admin/usage", headers={"X-Admin-Key": "an admin key of a test"}
        ) as response:
            usage = await response.json()

    rate_in, rate_out = map(Decimal, rates)
    exact = (prompt * rate_in + done["usage"]["output_tokens"] * rate_out) / 1_000_000
    assert abs(Decimal(repr(usage["day"]["estimated_cost_usd"])) - exact) < Decimal("0.000001")
