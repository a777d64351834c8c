"""The operator's usage endpoint: its sums, its key, and its periods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from testing.chat_client import connect
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.service import RunningService
from tutor_server.ledger.periods import day_of, month_of, week_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.installations import Installation
    from testing.service import Service, SignUp

KEY = "an-admin-key-of-the-tests"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Run a fake upstream."""
    async with FakeUpstream() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def administered(
    installation: Installation, upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """Yield a service with an admin key and two providers, on each kind of installation in turn."""
    settings = installation.settings() | {
        "TUTOR_ADMIN_KEY": KEY,
        "ANTHROPIC_API_KEY": upstream.key,
        "ANTHROPIC_BASE_URL": upstream.url,
        "OPENAI_API_KEY": upstream.key,
        "OPENAI_BASE_URL": upstream.openai_url,
        "TUTOR_OPENAI_MODEL": "a-model-nobody-knows",
    }
    folder = tmp_path_factory.mktemp("service")
    async with RunningService(folder, settings, workers=installation.workers) as service:
        yield service


async def usage(service: Service, headers: dict[str, str], query: str = "") -> tuple[int, Any]:
    """Request the usage; return the status and the body."""
    async with (
        ClientSession(service.url) as client,
        client.get(f"/api/admin/usage{query}", headers=headers) as response,
    ):
        return response.status, await response.json()


@pytest.mark.asyncio(loop_scope="module")
async def test_l4_l7_every_call_is_counted_by_model_and_an_unknown_price_is_said(
    administered: Service, upstream: FakeUpstream, sign_up: SignUp
) -> None:
    """L4, L7: after a fallback both models' calls are counted, and a model without a price is unpriced, not free."""
    student = await sign_up(administered)
    upstream.play(
        Behaviour(input_tokens=1000), Behaviour(status=529), Behaviour(status=529), Behaviour(input_tokens=500)
    )
    async with connect(administered.url, student.access_token) as chat:
        first = await chat.answer()
        second = await chat.answer()

    status, body = await usage(administered, {"X-Admin-Key": KEY})

    assert (first[-1]["provider"], first[-1]["fallback"]) == ("anthropic", False)
    assert (second[-1]["provider"], second[-1]["fallback"]) == ("openai", True)
    assert status == 200
    day = body["day"]
    assert {(model["provider"], model["calls"], model["input_tokens"]) for model in day["by_model"]} == {
        ("anthropic", 3, 1000),
        ("openai", 1, 500),
    }
    assert (day["calls"], day["unpriced_calls"]) == (4, 1)
    costs = {model["provider"]: model["estimated_cost_usd"] for model in day["by_model"]}
    assert costs["anthropic"] > 0
    assert costs["openai"] == 0
    assert day["estimated_cost_usd"] == costs["anthropic"]
    rows = administered.query("SELECT sum(cost_nanodollars), count(*) FROM model_calls WHERE provider = 'anthropic'")
    assert rows == [(round(costs["anthropic"] * 1e9), 3)]
    assert body["week"]["calls"] == body["month"]["calls"] == 4


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("headers", "query"),
    [({}, ""), ({"X-Admin-Key": "wrong"}, ""), ({}, f"?X-Admin-Key={KEY}"), ({"Authorization": f"Bearer {KEY}"}, "")],
)
async def test_s7_only_the_header_opens_it(headers: dict[str, str], query: str, administered: Service) -> None:
    """S7: without the key in its header, or with a wrong key, the endpoint answers 401."""
    status, body = await usage(administered, headers, query)

    assert (status, body["code"]) == (401, "ADMIN_KEY_INVALID")


@pytest.mark.asyncio(loop_scope="module")
async def test_s7_guessing_is_throttled(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> None:
    """S7 and S9: after ten wrong keys from an address, further wrong keys are throttled at every worker."""
    folder, settings = tmp_path_factory.mktemp("service"), installation.settings() | {"TUTOR_ADMIN_KEY": KEY}
    async with RunningService(folder, settings, workers=installation.workers) as service:
        for number in range(10):
            await usage(service, {"X-Admin-Key": f"guess-{number}"})
        status, body = await usage(service, {"X-Admin-Key": "one more guess"})
        right, _ = await usage(service, {"X-Admin-Key": KEY})

    assert (status, body["code"]) == (429, "TOO_MANY_ATTEMPTS")
    assert 0 < body["retry_after"] <= 60
    assert right == 200


async def test_without_an_admin_key_there_is_no_such_page(service: Service) -> None:
    """Without an admin key in the settings, the admin routes answer 404."""
    status, body = await usage(service, {"X-Admin-Key": "anything"})

    assert (status, body["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("now", "monday", "next_month"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2025, 12, 29, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)),
        (
            datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
            datetime(2026, 12, 28, tzinfo=UTC),
            datetime(2027, 1, 1, tzinfo=UTC),
        ),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2028, 2, 28, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
    ],
)
def test_periods_are_utc_days_iso_weeks_and_months(now: datetime, monday: datetime, next_month: datetime) -> None:
    """Periods are UTC days, ISO weeks and calendar months, also at the turn of a year and on a leap day."""
    assert day_of(now).ends_at - day_of(now).starts_at == timedelta(days=1)
    assert (week_of(now).starts_at, week_of(now).ends_at) == (monday, monday + timedelta(days=7))
    assert (month_of(now).starts_at.day, month_of(now).ends_at) == (1, next_month)
