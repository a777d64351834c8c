"""The deletion of old data, and installations that store no code."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, text

from testing.chat_client import CODE, connect, text_of
from testing.clock import NOON
from testing.fake_upstream import Behaviour
from testing.held_service import HeldService, held_service
from tutor_server.administration.retention import AUDIT_DAYS, RetentionSweep
from tutor_server.tutoring.stored_words import without_code

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.fake_upstream import FakeUpstream

DAY = 86_400


async def ask(service: HeldService, token: str, **fields: Any) -> list[dict[str, Any]]:
    """Send an ask on a new connection."""
    async with connect(service.url, token) as chat:
        return await chat.answer(**fields)


async def rows(service: HeldService, statement: str) -> Sequence[Any]:
    """Return the rows of a query."""
    return await service.database.read(lambda connection: connection.execute(text(statement)).all())


async def test_words_go_after_their_days_and_costs_stay(on_both: HeldService) -> None:
    """After the retention period, all texts are deleted, and the ledger's rows stay without the student's id."""
    token = (await on_both.register())["access_token"]
    await ask(on_both, token, question="An old question")
    on_both.clock.seconds = 9.5 * DAY
    token = (await on_both.post("/api/auth/login", {"email": "ada@uni.example", "password": "a quiet long password"}))[
        1
    ]["access_token"]
    await ask(on_both, token, question="A new question", code="print(undefined)\n", cursor={"line": 0, "character": 0})
    sweep = RetentionSweep(on_both.database, on_both.clock, 10)

    await sweep.sweep()
    assert [row[0] for row in await rows(on_both, "SELECT count(*) FROM chat_messages")] == [4]
    on_both.clock.seconds = 10.5 * DAY
    await sweep.sweep()

    assert [row[0] for row in await rows(on_both, "SELECT content FROM chat_messages WHERE role = 'user'")] == [
        "A new question"
    ]
    for table in ("asks", "problems", "chat_sessions"):
        assert [row[0] for row in await rows(on_both, f"SELECT count(*) FROM {table}")] == [1], table
    owners = await rows(on_both, "SELECT user_id IS NULL, ask_id IS NULL FROM model_calls ORDER BY created_at")
    assert [tuple(map(bool, row)) for row in owners] == [(True, True), (False, False)]
    assert [row[0] for row in await rows(on_both, "SELECT count(*) FROM daily_usage")] == [1]


async def test_without_a_setting_words_stay(on_both: HeldService) -> None:
    """Without a retention period, a sweep deletes no messages."""
    token = (await on_both.register())["access_token"]
    await ask(on_both, token)
    on_both.clock.seconds = 1000 * DAY

    await RetentionSweep(on_both.database, on_both.clock, None).sweep()

    assert [row[0] for row in await rows(on_both, "SELECT count(*) FROM chat_messages")] == [2]


async def test_more_than_one_batch_and_an_old_audit_log(on_both: HeldService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are deleted in batches until none is due, and the audit log after a little more than a year."""
    monkeypatch.setattr("tutor_server.storage.retention.BATCH", 2)
    token = (await on_both.register())["access_token"]
    for _ in range(5):
        await ask(on_both, token)
    for number, days in enumerate((0, AUDIT_DAYS + 10)):
        at = (NOON + timedelta(days=days)).replace(tzinfo=None).isoformat(" ")
        statement = (
            "INSERT INTO admin_actions (id, at, way, action, details)"
            f" VALUES ('{number:032x}', '{at}', 'command', 'signed_in', '{{}}')"
        )
        await on_both.database.commit(partial(Connection.execute, statement=text(statement)))
    on_both.clock.seconds = (AUDIT_DAYS + 10) * DAY

    await RetentionSweep(on_both.database, on_both.clock, 1).sweep()

    for table in ("asks", "problems", "chat_sessions", "chat_messages"):
        assert [row[0] for row in await rows(on_both, f"SELECT count(*) FROM {table}")] == [0], table
    assert [row[0] for row in await rows(on_both, "SELECT count(*) FROM admin_actions")] == [1]


async def test_where_no_code_is_stored_none_is(tmp_path: Path, clock: HeldClock, upstream: FakeUpstream) -> None:
    """With `store_code` off, stored texts contain no code, but students see it; a replay has text of equal length."""
    upstream.default = Behaviour(text="Look at `result` again.\n\nWhat does `prices` hold? Which line comes first?")
    settings: dict[str, Any] = {
        "store_code": False,
        "OPENAI_API_KEY": upstream.key,
        "OPENAI_BASE_URL": upstream.openai_url,
    }
    async with held_service(tmp_path, clock, **settings) as service:
        token = (await service.register())["access_token"]
        fields = {"question": "Why is `result` empty?", "request_id": "5f0c1de2-93a0-4c1c-8a7f-6b8f7d3f9a01"}
        first = await ask(service, token, **fields)
        again = await ask(service, token, **fields)
        stored = await rows(service, "SELECT content, code FROM chat_messages ORDER BY role DESC")

    assert "`result`" in text_of(first)
    assert [tuple(row) for row in stored] == [
        ("Why is `······` empty?", None),
        ("Look at `······` again.\n\nWhat does `······` hold? Which line comes first?", None),
    ]
    assert [len(frame.get("content", "")) for frame in again] == [len(frame.get("content", "")) for frame in first]


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("Plain words stay.", "Plain words stay."),
        ("Use `a + b` here.", "Use `· · ·` here."),
        ("```python\nx = 1\n```\nDone.", "```······\n· · ·\n```\nDone."),
        ("~~~\nx = 1\n", "~~~\n· · ·\n"),
        ("``a ` b`` and ` alone", "``· ` ·`` and ` alone"),
        ("As in\n\n    x = 1\n\nyes", "As in\n\n    · · ·\n\nyes"),
    ],
)
def test_code_is_blotted_out_and_nothing_else(words: str, kept: str) -> None:
    """Code in fences, code spans and indented blocks is masked by text of the same length; other text is unchanged."""
    assert without_code(words) == kept
    assert len(without_code(CODE)) == len(CODE)
