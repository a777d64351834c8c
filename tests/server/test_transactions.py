"""The number of database transactions that an ask takes, and when they happen."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from testing.chat_client import Chat, connect
from testing.clock import HeldClock
from testing.fake_upstream import Behaviour
from testing.held_service import held_service
from testing.long_hints import long_hint

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.fake_upstream import FakeUpstream
    from testing.held_service import HeldService
    from tutor_server.storage.database import Database

BY_THE_CLOCK = ("switched_off", "ended_sign_ins", "courses")
"""Tables that the service reads every few seconds in the background; these reads are not recorded."""


@dataclass
class Transactions:
    """Records the monotonic times of database use and the number of commits."""

    used_at: list[float] = field(default_factory=list)
    commits: int = 0

    def watch(self, database: Database) -> None:
        """Start recording."""
        readers = database.engine.sync_engine
        writers = getattr(database._writer._engine, "sync_engine", database._writer._engine)  # type: ignore[attr-defined] # both kinds of writer have an engine
        for engine in {readers, writers}:
            event.listen(engine, "before_cursor_execute", self._use)
        event.listen(writers, "commit", self._commit)

    def forget(self) -> None:
        """Forget what was recorded."""
        self.used_at.clear()
        self.commits = 0

    def _use(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not any(f"FROM {table}" in statement for table in BY_THE_CLOCK):
            self.used_at.append(time.monotonic())
        self.commits += statement == "COMMIT"  # SQLite's writer executes COMMIT as a statement.

    def _commit(self, _connection: object) -> None:
        self.commits += 1


@pytest.fixture(params=["sqlite", "postgresql"])
async def asking(
    request: pytest.FixtureRequest, tmp_path: Path, upstream: FakeUpstream
) -> AsyncIterator[tuple[Chat, Transactions]]:
    """Return a student's WebSocket, and the recorded transactions of the service."""
    settings: dict[str, Any] = {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url}
    settings |= {"OPENAI_API_KEY": upstream.key, "OPENAI_BASE_URL": upstream.openai_url}
    if request.param == "postgresql":
        settings["database_url"] = request.getfixturevalue("postgres_server").database()
    service: HeldService
    async with held_service(tmp_path, HeldClock(), **settings) as service:
        token = (await service.register())["access_token"]
        async with connect(service.url, token) as chat:
            await chat.answer()
            transactions = Transactions()
            transactions.watch(service.database)
            yield chat, transactions


async def test_an_ask_takes_two_transactions_and_none_while_the_model_speaks(
    asking: tuple[Chat, Transactions], upstream: FakeUpstream
) -> None:
    """An ask takes two transactions, one to open and one to settle it, and none while the model answers."""
    chat, transactions = asking
    upstream.play(Behaviour(text=long_hint(80), token_seconds=0.01))

    frames = await chat.answer()

    call = upstream.calls[-1]
    assert call.closed_at is not None
    assert frames[-1]["type"] == "done"
    assert transactions.commits == 2
    assert call.closed_at - call.opened_at > 0.5
    assert [at for at in transactions.used_at if call.opened_at < at < call.closed_at - 0.1] == []


async def test_a_cancelled_ask_takes_no_more(asking: tuple[Chat, Transactions], upstream: FakeUpstream) -> None:
    """A cancelled ask also takes two transactions."""
    chat, transactions = asking
    upstream.play(Behaviour(text=long_hint(300), token_seconds=0.01))
    request_id = await chat.ask()
    while (await chat.receive())["type"] != "delta":
        pass

    await chat.send({"type": "cancel", "request_id": request_id})
    await chat.collect(request_id)

    assert transactions.commits == 2


async def test_a_further_call_takes_one_more(asking: tuple[Chat, Transactions], upstream: FakeUpstream) -> None:
    """A retry takes one more transaction, which records both the failed attempt and the next."""
    chat, transactions = asking
    upstream.play(Behaviour(status=401), Behaviour(text="Look at line 3."))

    frames = await chat.answer()

    assert (frames[-1]["type"], frames[-1]["fallback"]) == ("done", True)
    assert transactions.commits == 3


async def test_a_refused_ask_writes_nothing(asking: tuple[Chat, Transactions]) -> None:
    """A refused ask takes no transaction that writes."""
    chat, transactions = asking
    while (await chat.answer())[-1]["type"] == "done":
        transactions.forget()

    transactions.forget()
    refused = await chat.answer()

    assert refused[-1]["code"] == "RATE_LIMITED"
    assert transactions.commits == 0
