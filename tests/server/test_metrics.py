"""`GET /metrics`, and the guard's verdicts in the ledger, with one process and with several."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from testing.chat_client import CODE, connect
from testing.clock import HeldClock
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.held_service import held_service
from testing.service import RunningService, sign_up_student
from tutor_server.storage.figures import count_refusals
from tutor_server.storage.spending import change_spending
from tutor_server.telemetry.metrics import Counter, exposition

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy import Connection

    from testing.installations import Installation
    from testing.service import Service

KEY = "an-admin-key-of-the-tests"
HINT = Behaviour(text="What do you see at the end of line 3?", input_tokens=100)
FIXED = CODE.replace("prices\n", "prices:\n")
SOLUTION = Behaviour(text=f"Here it is.\n\n```python\n{FIXED}```\n")
OWN_WORDS = Behaviour(text="You want `for item in goods:` there.")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Run a fake upstream."""
    async with FakeUpstream() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def measured(
    installation: Installation, upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """Run a service with an admin key."""
    settings = installation.settings() | {
        "TUTOR_ADMIN_KEY": KEY,
        "TUTOR_LLM_PROVIDERS": "anthropic,offline",
        "ANTHROPIC_API_KEY": upstream.key,
        "ANTHROPIC_BASE_URL": upstream.url,
        "TUTOR_ANTHROPIC_MODEL": "claude-3-5-haiku-latest",
    }
    async with RunningService(tmp_path_factory.mktemp("measured"), settings, workers=installation.workers) as service:
        yield service


async def scrape(service: Service, headers: dict[str, str]) -> tuple[int, str, str]:
    """Request the metrics; return the status, the content type and the body."""
    async with ClientSession(service.url) as client, client.get("/metrics", headers=headers) as response:
        return response.status, response.headers["Content-Type"], await response.text()


def verdicts(body: str) -> dict[tuple[str, str], int]:
    """Return the counted verdicts by hint level and verdict."""
    pattern = (
        r'tutor_guard_verdicts_total\{provider="anthropic",model="[^"]+",hint_level="(\d)",verdict="([a-z-]+)"\} (\d+)'
    )
    return {(level, verdict): int(count) for level, verdict, count in re.findall(pattern, body)}


@pytest.mark.asyncio(loop_scope="module")
async def test_every_verdict_is_counted_by_its_rule(measured: Service, upstream: FakeUpstream) -> None:
    """The guard's verdicts are counted by rule, model and hint level.

    Offline and interrupted answers have no verdict. The ledger has the same counts, and keeps them after an erasure.
    """
    student = await sign_up_student(measured)
    broken = Behaviour(text="Look at line 3. And so on.", fault="reset", tokens_before_fault=5)
    upstream.play(HINT, SOLUTION, OWN_WORDS, broken, *[Behaviour(status=500)] * 2, HINT)
    async with connect(measured.url, student.access_token) as chat:
        for number in range(6):
            await chat.answer(
                code=f"{CODE}# {number}\n\ndef unit_{number}():\n    pass\n", cursor={"line": 8, "character": 0}
            )

    rows = measured.query("SELECT hint_level, verdict, answers FROM guard_verdicts ORDER BY verdict")
    asks = measured.query("SELECT withheld_rule FROM asks WHERE withheld_rule IS NOT NULL ORDER BY withheld_rule")
    async with ClientSession(measured.url) as client, client.delete("/api/me", headers=student.headers) as response:
        assert response.status == 204
    status, content_type, body = await scrape(measured, {"X-Admin-Key": KEY})

    assert (status, content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert sum(count for *_, count in rows) == 4
    assert {verdict for _, verdict, _ in rows} == {"passed"} | {rule for (rule,) in asks}
    assert {("1", str(verdict)): count for _, verdict, count in rows} == verdicts(body)
    assert "# TYPE tutor_guard_verdicts_total counter\n" in body
    assert 'tutor_model_calls_total{provider="anthropic",model="claude-3-5-haiku-latest"} 7\n' in body
    assert 'tutor_model_calls_total{provider="offline",model="offline-1"} 1\n' in body
    failures = 'tutor_model_failures_total{provider="anthropic",model="claude-3-5-haiku-latest",outcome="%s"} %d\n'
    assert all(failures % pair in body for pair in (("interrupted", 1), ("server_error", 2)))
    assert student.id not in body
    assert student.email not in body


async def test_money_and_refusals_are_those_of_the_database(tmp_path: Path) -> None:
    """The metrics show the spending of the day and the month beside the budgets, and all refusals by limit."""
    clock = HeldClock(seconds=86_400)
    today = clock.now().date()
    yesterday = today - timedelta(days=1)

    def store(connection: Connection) -> None:
        count_refusals(connection, yesterday, {"daily_messages": 3})
        count_refusals(connection, today, {"daily_messages": 4, "daily_budget": 1})
        change_spending(connection, yesterday, 1_000_000_000)
        change_spending(connection, today, 250_000_000)

    async with held_service(tmp_path, clock, admin_key=KEY, monthly_budget_usd="2.5") as service:
        await service.database.commit(store)
        async with service.client.get("/metrics", headers={"X-Admin-Key": KEY}) as response:
            body = await response.text()

    assert re.findall(r"^(tutor_(?:refusals|spending|budget).*)$", body, re.MULTILINE) == [
        'tutor_refusals_total{limit="daily_budget"} 1',
        'tutor_refusals_total{limit="daily_messages"} 7',
        'tutor_spending_usd{period="day"} 0.25',
        'tutor_spending_usd{period="month"} 1.25',
        'tutor_budget_usd{period="month"} 2.5',
    ]
    assert "# TYPE tutor_spending_usd gauge\n" in body


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("headers", [{}, {"X-Admin-Key": "another"}])
async def test_only_the_holder_of_the_admin_key_sees_them(measured: Service, headers: dict[str, str]) -> None:
    """The metrics need the admin key, as every route for the operator does."""
    status, _, body = await scrape(measured, headers)

    assert (status, "ADMIN_KEY_INVALID" in body) == (401, True)


def test_labels_are_escaped() -> None:
    """Quotes, backslashes and line ends in a model's name are escaped."""
    counter = Counter("x_total", "What.", [({"model": 'a"b\\c\nd'}, 1), ({"model": "m"}, 0.1 + 0.2)])

    assert exposition([counter]) == (
        '# HELP x_total What.\n# TYPE x_total counter\nx_total{model="a\\"b\\\\c\\nd"} 1\nx_total{model="m"} 0.3\n'
    )
