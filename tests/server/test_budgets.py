"""Budgets: exact in one process and in the database, with a warning in time; a refusal uses up nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select

from testing.chat_client import connect
from testing.clock import NOON, HeldClock
from testing.fake_upstream import Behaviour
from testing.held_service import SECRET, held_service
from tutor_server.admission.in_process import InProcessLimiter
from tutor_server.admission.limiter import Grant, Limits
from tutor_server.app import build_app
from tutor_server.errors import (
    BudgetBusy,
    BudgetReached,
    DailyCapReached,
    GlobalLimitReached,
    MonthlyBudgetBusy,
    MonthlyBudgetReached,
    RateLimited,
    SettingsError,
)
from tutor_server.llm.model_profiles import load_model_profiles
from tutor_server.settings import Settings
from tutor_server.storage.database import Database, open_database
from tutor_server.storage.migrations import upgrade
from tutor_server.storage.models import ModelCall, Problem, Spending
from tutor_server.storage.overrides import OwnLimits
from tutor_server.storage.spending import (
    BUSY_SECONDS,
    Budgets,
    NearlySpent,
    Spent,
    budget_refusal,
    change_spending,
    commit_spending,
    daily_budget_reached,
    monthly_budget_reached,
    spent_on,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from sqlalchemy import Connection

    from testing.fake_upstream import FakeUpstream

TODAY = NOON.date()
DOLLAR = 10**9


@dataclass
class StoredSpending:
    """A stand-in for the spending in the database."""

    spent: Spent = field(default_factory=lambda: Spent(0, 0))
    reads: int = 0

    async def spent_on(self, _day: date) -> Spent:
        """Return the stored spending, after letting other tasks run as a real database would."""
        await asyncio.sleep(0)
        self.reads += 1
        return self.spent


async def nothing_stored(_subject: str, _day: date) -> int:
    """Return 0, as if no messages of the day were stored."""
    return 0


def limiter(
    budgets: Budgets, clock: HeldClock | None = None, stored: StoredSpending | None = None, **limits: int
) -> InProcessLimiter:
    """Build a limiter with budgets; all other limits are so high that they do not apply unless a test sets them."""
    wide = {"messages_per_minute": 5000, "daily_messages": 5000, "llm_calls_per_minute": 5000} | limits
    return InProcessLimiter(
        Limits(**wide, budgets=budgets), clock or HeldClock(), nothing_stored, (stored or StoredSpending()).spent_on
    )


@pytest.fixture
async def database(tmp_path: Path, database_url: str) -> AsyncIterator[Database]:
    """Return an empty database of each kind."""
    opened = open_database(database_url or f"sqlite+aiosqlite:///{tmp_path / 'tutor.sqlite3'}")
    await opened.commit(upgrade)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("budgets", "refusal"),
    [(Budgets(daily=100 * DOLLAR), BudgetBusy), (Budgets(monthly=100 * DOLLAR), MonthlyBudgetBusy)],
)
async def test_a_thousand_asks_at_once_against_a_budget_for_a_hundred(
    budgets: Budgets, refusal: type[BudgetBusy]
) -> None:
    """A5 with money: exactly as many asks pass as the budget allows, and spending is loaded only once."""
    stored = StoredSpending()
    limits = limiter(budgets, stored=stored)

    outcomes = await asyncio.gather(
        *(limits.admit(f"user-{number}", calls_provider=True, reserved=DOLLAR) for number in range(1000)),
        return_exceptions=True,
    )

    assert Counter(type(outcome) for outcome in outcomes) == {Grant: 100, refusal: 900}
    assert stored.reads == 1


async def test_a7_a_budgets_refusal_uses_up_nothing_of_the_others() -> None:
    """A7: a refusal by the budget uses up no rate limit, no daily count and no money."""
    limits = limiter(Budgets(daily=DOLLAR), daily_messages=2, messages_per_minute=2, llm_calls_per_minute=2)
    await limits.admit("ada", calls_provider=True, reserved=DOLLAR)
    for _ in range(10):
        with pytest.raises(BudgetBusy):
            await limits.admit("ada", calls_provider=True, reserved=DOLLAR)

    await limits.correct_spending(TODAY, -DOLLAR)

    assert (await limits.admit("ada", calls_provider=True, reserved=DOLLAR)).remaining_today == 0


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        ({"messages_per_minute": 1}, RateLimited),
        ({"daily_messages": 1}, DailyCapReached),
        ({"llm_calls_per_minute": 1}, GlobalLimitReached),
    ],
)
async def test_a7_no_other_refusal_holds_money_back(limits: dict[str, Any], refusal: type[Exception]) -> None:
    """A7: a refusal by another limit leaves the budget unchanged."""
    limited = limiter(Budgets(daily=2 * DOLLAR), **limits)
    await limited.admit("ada", calls_provider=True, reserved=DOLLAR)
    for _ in range(10):
        with pytest.raises(refusal):
            await limited.admit("ada", calls_provider=True, reserved=DOLLAR)

    await limited.admit("bob", calls_provider=False, reserved=DOLLAR)


async def test_what_a_call_did_cost_takes_the_place_of_what_was_held_back() -> None:
    """The actual cost of a call replaces its estimated cost in the budget."""
    limits = limiter(Budgets(daily=DOLLAR))
    for _ in range(10):
        await limits.admit("ada", calls_provider=True, reserved=DOLLAR // 2)
        await limits.correct_spending(TODAY, DOLLAR // 20 - DOLLAR // 2)

    with pytest.raises(BudgetBusy):
        await limits.admit("ada", calls_provider=True, reserved=DOLLAR // 2 + 1)


async def test_midnight_opens_the_days_budget_and_not_the_months() -> None:
    """A9 with money: at midnight UTC the daily budget is reset, but not the monthly one."""
    clock = HeldClock(at=datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC))
    stored = StoredSpending(Spent(DOLLAR, DOLLAR))
    limits = limiter(Budgets(daily=DOLLAR, monthly=2 * DOLLAR), clock, stored)
    with pytest.raises(BudgetBusy) as refusal:
        await limits.admit("ada", calls_provider=True, reserved=DOLLAR)
    assert (refusal.value.retry_after, refusal.value.resets_at) == (BUSY_SECONDS, None)

    clock.seconds, stored.spent = 1, Spent(0, DOLLAR)
    await limits.admit("ada", calls_provider=True, reserved=DOLLAR)
    with pytest.raises(BudgetBusy):
        await limits.admit("ada", calls_provider=True, reserved=DOLLAR)


async def test_an_answer_without_a_model_is_free() -> None:
    """An offline answer passes even if the budget is used up, and spending is not loaded for it."""
    stored = StoredSpending(Spent(DOLLAR, DOLLAR))

    await limiter(Budgets(daily=1), stored=stored).admit("ada", calls_provider=False)

    assert stored.reads == 0


async def test_a_student_may_have_limits_of_their_own() -> None:
    """A student's own limit, higher or lower, replaces the general one; a limit that is not set does not."""
    limits = limiter(Budgets(), messages_per_minute=1, daily_messages=3)
    own = OwnLimits(messages_per_minute=2, daily_messages=None)
    for _ in range(2):
        await limits.admit("ada", calls_provider=False, own=own)
    with pytest.raises(RateLimited):
        await limits.admit("ada", calls_provider=False, own=own)
    await limits.admit("bob", calls_provider=False)
    with pytest.raises(RateLimited):
        await limits.admit("bob", calls_provider=False)


async def test_a8_an_override_that_ran_out_leaves_a_wait_that_is_true() -> None:
    """A8: after a higher individual limit has expired, `retry_after` is the time until the lower limit has room."""
    clock = HeldClock()
    limits = limiter(Budgets(), clock, messages_per_minute=1)
    for clock.seconds in (0, 10, 20):
        await limits.admit("ada", calls_provider=False, own=OwnLimits(5, None))

    with pytest.raises(RateLimited) as refusal:
        await limits.admit("ada", calls_provider=False)

    assert refusal.value.retry_after == 60
    clock.seconds += 60
    await limits.admit("ada", calls_provider=False)


@pytest.mark.parametrize("budgets", [Budgets(daily=100), Budgets(monthly=100)])
async def test_the_database_holds_a_budget_whatever_the_limiters_say(database: Database, budgets: Budgets) -> None:
    """Of 300 simultaneous transactions against a budget for 100, exactly 100 pass, and the sums are right."""

    def hold_back(connection: Connection) -> None:
        commit_spending(connection, TODAY, 1, budgets, NOON)

    outcomes = await asyncio.gather(*(database.commit(hold_back) for _ in range(300)), return_exceptions=True)

    assert sum(outcome is None for outcome in outcomes) == 100
    assert all(outcome is None or isinstance(outcome, BudgetReached) for outcome in outcomes)
    assert await database.read(lambda connection: spent_on(connection, TODAY)) == Spent(100, 100)


async def test_a_refusal_by_one_budget_leaves_the_other_as_it_was(database: Database) -> None:
    """If the monthly budget is used up, an ask is refused without changing the daily spending."""
    await database.commit(lambda connection: change_spending(connection, date(2026, 3, 31), 60))

    with pytest.raises(MonthlyBudgetReached):
        await database.commit(lambda connection: commit_spending(connection, TODAY, 50, Budgets(100, 100), NOON))

    assert await database.read(lambda connection: spent_on(connection, TODAY)) == Spent(0, 60)


async def test_the_operator_is_warned_once_when_four_fifths_are_used(database: Database) -> None:
    """The operator gets one warning in a period, even if spending falls below four fifths and rises above it again."""

    def hold_back(connection: Connection) -> list[NearlySpent]:
        return list(commit_spending(connection, TODAY, 20, Budgets(daily=100), NOON))

    warnings = [await database.commit(hold_back) for _ in range(4)]
    await database.commit(lambda connection: change_spending(connection, TODAY, -20))
    warnings.append(await database.commit(hold_back))

    assert warnings == [[], [], [], [NearlySpent("2026-03-01", 80, 100)], []]


async def test_what_is_larger_than_the_budget_never_passes(database: Database) -> None:
    """An ask that costs more than the whole budget is always refused, even as the first of its period."""
    for _ in range(2):
        with pytest.raises(BudgetReached):
            await database.commit(lambda connection: commit_spending(connection, TODAY, 11, Budgets(daily=10), NOON))

    assert await database.read(lambda connection: connection.execute(select(Spending.period)).all()) == []


def test_refusals_say_when_their_period_ends() -> None:
    """A refusal's `resets_at` is the next midnight UTC for the daily budget, the first of the month for the monthly."""
    daily, monthly = (make(date(2026, 12, 31), NOON) for make in (daily_budget_reached, monthly_budget_reached))

    assert daily.resets_at == monthly.resets_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert (daily.limit, monthly.limit) == ("daily_budget", "monthly_budget")


async def test_a_budget_needs_prices(tmp_path: Path, upstream: FakeUpstream) -> None:
    """With a budget, a model without a price prevents the start, since its calls would not count."""
    settings = Settings.model_validate(
        {
            "data_dir": tmp_path,
            "jwt_secret": SECRET,
            "OPENAI_API_KEY": upstream.key,
            "OPENAI_BASE_URL": upstream.openai_url,
            "openai_model": "a-model-nobody-knows",
            "monthly_budget_usd": 10,
        }
    )

    with pytest.raises(SettingsError, match=r"TUTOR_MONTHLY_BUDGET_USD: no price is known for a-model-nobody-knows"):
        build_app(settings, find_profiles=load_model_profiles)


def row_of_the_ledger(made_at: datetime, reserved: int, state: str = "sent") -> Callable[[Connection], None]:
    """Return a ledger row of a call that reserves a part of the budgets."""

    def write(connection: Connection) -> None:
        change_spending(connection, made_at.date(), reserved)
        connection.execute(
            insert(ModelCall).values(
                id=uuid4(),
                provider="openai",
                model="tutor-model",
                state=state,
                owner="o",
                created_at=made_at,
                reserved_nanodollars=reserved,
            )
        )

    return write


@pytest.mark.parametrize(
    ("budgets", "price", "refusal"),
    [
        (Budgets(daily=100), 30, None),
        (Budgets(daily=100), 31, ("BUDGET_BUSY", "daily_budget")),
        (Budgets(daily=100), 80, ("BUDGET_BUSY", "daily_budget")),
        (Budgets(daily=100), 81, ("BUDGET_REACHED", "daily_budget")),
        (Budgets(monthly=200), 30, None),
        (Budgets(monthly=200), 31, ("BUDGET_BUSY", "monthly_budget")),
        (Budgets(monthly=200), 120, ("BUDGET_BUSY", "monthly_budget")),
        (Budgets(monthly=200), 121, ("BUDGET_REACHED", "monthly_budget")),
        (Budgets(daily=100, monthly=200), 31, ("BUDGET_BUSY", "daily_budget")),
        (Budgets(daily=100, monthly=150), 71, ("BUDGET_REACHED", "monthly_budget")),
        (Budgets(daily=69, monthly=169), 50, ("BUDGET_REACHED", "daily_budget")),
    ],
)
async def test_a_budget_is_used_up_only_where_settled_calls_leave_no_room(
    database: Database, budgets: Budgets, price: int, refusal: tuple[str, str] | None
) -> None:
    """A budget counts as used up only if settled calls leave no room; running calls and last month's do not count."""
    now = datetime(2026, 3, 15, 12, tzinfo=UTC)
    today = now.date()
    for write in (
        lambda connection: change_spending(connection, today, 11),
        row_of_the_ledger(now, 9, "swept"),
        row_of_the_ledger(now, 30),
        row_of_the_ledger(datetime(2026, 3, 15, tzinfo=UTC), 20, "reserved"),
        lambda connection: change_spending(connection, date(2026, 3, 1), 60),
        row_of_the_ledger(datetime(2026, 3, 14, 23, 59, 59, tzinfo=UTC), 40),
        row_of_the_ledger(datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), 1000),
    ):
        await database.commit(write)
    before = await database.read(lambda connection: spent_on(connection, today))

    foreseen = await database.read(lambda connection: budget_refusal(connection, today, price, budgets, now))
    (told,) = await asyncio.gather(
        database.commit(lambda connection: commit_spending(connection, today, price, budgets, now)),
        return_exceptions=True,
    )

    assert (foreseen and (foreseen.code, foreseen.limit)) == refusal
    if refusal is None:
        assert not isinstance(told, BaseException)
    else:
        assert isinstance(told, BudgetBusy | BudgetReached)
        assert (told.code, told.limit) == refusal
        assert await database.read(lambda connection: spent_on(connection, today)) == before == Spent(70, 170)


PRICES = """
[[price]]
provider = "openai"
model = "tutor-model"
input = 100
output = 100
"""


async def test_a_service_stops_spending_at_its_budget(tmp_path: Path, clock: HeldClock, upstream: FakeUpstream) -> None:
    """Asks pass until the day's budget is spent, the spending equals the ledger, and the next day asks pass again."""
    (tmp_path / "prices.toml").write_text(PRICES)
    settings = spending_settings(upstream, daily_budget_usd="0.28")
    async with held_service(tmp_path, clock, **settings) as held:
        token = (await held.register())["access_token"]
        async with connect(held.url, token) as chat:
            ends = [(await chat.answer())[-1] for _ in range(12)]

            spent = await held.database.read(lambda connection: spent_on(connection, TODAY))
            costs = await held.database.read(
                lambda connection: connection.scalars(select(func.sum(ModelCall.cost_nanodollars))).one()
            )
            assert [end["type"] for end in ends[:2]] == ["done", "done"]
            refusal = ends[-1]
            assert (refusal["code"], refusal["limit"], refusal["resets_at"]) == (
                "BUDGET_REACHED",
                "daily_budget",
                "2026-03-02T00:00:00Z",
            )
            assert costs is not None
            assert Spent(costs, costs) == spent
            assert spent.day <= 0.28 * DOLLAR
            assert sum(end["type"] == "done" for end in ends) == (await held.me(token))[1]["messages_today"]
        clock.seconds = 86_400 / 2 + 1
        token = (await held.register("bob@uni.example"))["access_token"]
        async with connect(held.url, token) as chat:
            assert (await chat.answer())[-1]["type"] == "done"


def spending_settings(upstream: FakeUpstream, **settings: str) -> dict[str, Any]:
    """Return settings of a service whose only model has the prices of `PRICES`."""
    return {
        "OPENAI_API_KEY": upstream.key,
        "OPENAI_BASE_URL": upstream.openai_url,
        "openai_model": "tutor-model",
    } | settings


async def test_a_budget_that_answers_under_way_hold_is_busy(
    tmp_path: Path, clock: HeldClock, upstream: FakeUpstream, database_url: str
) -> None:
    """A7, A8: if running answers reserve the whole budget, an ask is refused; it passes once an answer has ended."""
    (tmp_path / "prices.toml").write_text(PRICES)
    upstream.default = Behaviour(fault="silence", tokens_before_fault=1)
    settings = spending_settings(upstream, daily_budget_usd="0.36", database_url=database_url)
    async with held_service(tmp_path, clock, **settings) as held:
        tokens = [(await held.register(f"{name}@uni.example"))["access_token"] for name in ("ada", "bob")]
        async with connect(held.url, tokens[0]) as ada, connect(held.url, tokens[1]) as bob:
            first = await ada.ask()
            await upstream.next_call()
            (refusal,) = await bob.answer()
            messages = (await held.me(tokens[1]))[1]["messages_today"]
            await ada.send({"type": "cancel", "request_id": first})
            await ada.collect(first)
            upstream.default = Behaviour()
            again = await bob.answer()
        levels = await held.database.read(lambda connection: connection.scalars(select(Problem.hint_level)).all())

    assert refusal == {
        "type": "error",
        "request_id": refusal["request_id"],
        "code": "BUDGET_BUSY",
        "content": BudgetBusy.text,
        "limit": "daily_budget",
        "retry_after": BUSY_SECONDS,
        "retryable": True,
    }
    assert messages == 0
    assert again[-1]["type"] == "done"
    assert again[0]["hint_level"] == 1
    assert sorted(levels) == [0, 1]


async def test_a_dearer_provider_is_not_asked_with_money_that_is_not_there(
    tmp_path: Path, clock: HeldClock, upstream: FakeUpstream, database_url: str
) -> None:
    """If the first provider fails and the budget is too small for the second, the ask uses up nothing."""
    dear = PRICES.replace("100", "400").replace("openai", "anthropic").replace("tutor-model", "dear-model")
    (tmp_path / "prices.toml").write_text(PRICES + dear)
    upstream.default = Behaviour(status=400)
    settings = spending_settings(upstream, daily_budget_usd="0.3", database_url=database_url) | {
        "ANTHROPIC_API_KEY": upstream.key,
        "ANTHROPIC_BASE_URL": upstream.url,
        "anthropic_model": "dear-model",
        "llm_providers": "openai,anthropic",
    }
    async with held_service(tmp_path, clock, **settings) as held:
        token = (await held.register())["access_token"]
        async with connect(held.url, token) as chat:
            accepted, refusal = await chat.answer()
        messages = (await held.me(token))[1]["messages_today"]
        spent = await held.database.read(lambda connection: spent_on(connection, TODAY))

    assert accepted["type"] == "accepted"
    assert (refusal["code"], refusal["limit"]) == ("BUDGET_REACHED", "daily_budget")
    assert {call.api for call in upstream.calls} == {"openai"}
    assert messages == 0
    assert spent == Spent(0, 0)
