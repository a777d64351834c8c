"""Money that is spent, or reserved for calls under way, by UTC day and month. The budgets limit these amounts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, case, func, select, update

from tutor_server.errors import BudgetBusy, BudgetReached, MonthlyBudgetBusy, MonthlyBudgetReached
from tutor_server.storage.models import OPEN_CALLS, ModelCall, Spending
from tutor_server.storage.statement import Query
from tutor_server.storage.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


_SPENDING = Sums(Spending, by=("period",), of=("committed_nanodollars",))
_TAKE_WITHIN = Query(
    lambda insert: (
        (taken := insert(Spending))
        .on_conflict_do_update(
            index_elements=["period"],
            set_={"committed_nanodollars": Spending.committed_nanodollars + taken.excluded.committed_nanodollars},
            where=Spending.committed_nanodollars <= bindparam("room"),
        )
        .returning(Spending.committed_nanodollars)
    ),
    int,
)

BUSY_SECONDS = 5
"""Seconds until a retry if calls under way hold the rest of a budget: about the duration of one answer."""
WARNING_SHARE = 0.8
"""The share of a budget at which the operator is warned that little is left."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """The budgets of a UTC day and a calendar month, in nano-dollars; None means no budget."""

    daily: int | None = None
    monthly: int | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """Money that is spent or reserved of a day's and its month's budget, in nano-dollars."""

    day: int
    month: int


@dataclass(frozen=True, slots=True)
class NearlySpent:
    """A warning that little of a budget is left, given once in its period."""

    period: str
    committed_nanodollars: int
    budget_nanodollars: int


def periods_of(day: date) -> tuple[str, str]:
    """Return the keys of a day and of its month in the table of spending."""
    iso = day.isoformat()
    return iso, iso[: len("2026-03")]


def spent_on(connection: Connection, day: date) -> Spent:
    """Return the money that is spent or reserved for a day and its month."""
    periods = periods_of(day)
    rows = connection.execute(
        select(Spending.period, Spending.committed_nanodollars).where(Spending.period.in_(periods))
    )
    committed = {row.period: row.committed_nanodollars for row in rows}
    return Spent(*(committed.get(period, 0) for period in periods))


def commit_spending(
    connection: Connection, day: date, nanodollars: int, budgets: Budgets, now: datetime
) -> Sequence[NearlySpent]:
    """Reserve money for a call whose row is not written yet. Return a warning for each budget that is nearly spent.

    Raise `BudgetBusy` or `BudgetReached`.
    """
    if not nanodollars:
        return ()
    warnings = []
    taken: list[str] = []
    for period, budget in zip(periods_of(day), (budgets.daily, budgets.monthly), strict=True):
        if budget is None:
            _SPENDING.add(connection, (period,), (nanodollars,))
        else:
            committed = _take_within(connection, period, nanodollars, budget)
            if committed is None:
                for period_taken in taken:
                    _SPENDING.add(connection, (period_taken,), (-nanodollars,))
                raise budget_refusal(connection, day, nanodollars, budgets, now) or BudgetBusy(retry_after=BUSY_SECONDS)
            if committed >= WARNING_SHARE * budget and _is_first_warning(connection, period, now):
                warnings.append(NearlySpent(period, committed, budget))
        taken.append(period)
    return warnings


def budget_refusal(
    connection: Connection, day: date, nanodollars: int, budgets: Budgets, now: datetime
) -> BudgetBusy | BudgetReached | None:
    """Return the error that refuses a call of this price now, or None if the budgets allow it.

    A budget is reached if the call would not fit even though every call under way turned out to cost nothing. The
    refusal that lasts longest comes first: a reached month, a reached day, then calls under way.
    """
    committed, held = spent_on(connection, day), held_on(connection, day)
    if budgets.monthly is not None and committed.month - held.month + nanodollars > budgets.monthly:
        return monthly_budget_reached(day, now)
    if budgets.daily is not None and committed.day - held.day + nanodollars > budgets.daily:
        return daily_budget_reached(day, now)
    if budgets.daily is not None and committed.day + nanodollars > budgets.daily:
        return BudgetBusy(retry_after=BUSY_SECONDS)
    if budgets.monthly is not None and committed.month + nanodollars > budgets.monthly:
        return MonthlyBudgetBusy(retry_after=BUSY_SECONDS)
    return None


def held_on(connection: Connection, day: date) -> Spent:
    """Return the money that is reserved for calls under way that were made on a day, and in its month.

    The query does not filter by time: it reads the calls under way, which are few, through their own index.
    """
    reserved, made_at = ModelCall.reserved_nanodollars, ModelCall.created_at
    spans = ((day, day + timedelta(days=1)), (day.replace(day=1), _next_month(day)))
    sums = [
        func.sum(case((and_(made_at >= _midnight(first), made_at < _midnight(end)), reserved), else_=0))
        for first, end in spans
    ]
    query = select(*sums).where(OPEN_CALLS)
    held = connection.execute(query).one()
    return Spent(*(int(amount or 0) for amount in held))


def change_spending(connection: Connection, day: date, nanodollars: int) -> None:
    """Add the difference between a call's actual cost and its reservation to the day's and the month's spending.

    No budget is checked, since the money is spent.
    """
    for period in periods_of(day):
        _SPENDING.add(connection, (period,), (nanodollars,))


def daily_budget_reached(day: date, now: datetime) -> BudgetReached:
    """Return the error for a day's budget that is spent. It contains the time at which the day ends."""
    return _refusal(BudgetReached, day + timedelta(days=1), now)


def monthly_budget_reached(day: date, now: datetime) -> BudgetReached:
    """Return the error for a month's budget that is spent. It contains the time at which the month ends."""
    return _refusal(MonthlyBudgetReached, _next_month(day), now)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _refusal(kind: type[BudgetReached], next_period: date, now: datetime) -> BudgetReached:
    resets_at = datetime.combine(next_period, time.min, UTC)
    return kind(retry_after=max(1, math.ceil((resets_at - now).total_seconds())), resets_at=resets_at)


def _take_within(connection: Connection, period: str, nanodollars: int, budget: int) -> int | None:
    """Add an amount to a period unless that passes its budget; return the new total, or None."""
    if nanodollars > budget:
        return None
    _SPENDING.write_deferred(connection)
    return _TAKE_WITHIN.first(
        connection, {"period": period, "committed_nanodollars": nanodollars, "room": budget - nanodollars}
    )


def _is_first_warning(connection: Connection, period: str, now: datetime) -> bool:
    """Record that the operator is warned; return whether this is the first warning."""
    noted = connection.execute(
        update(Spending).where(Spending.period == period, Spending.warned_at.is_(None)).values(warned_at=now)
    )
    return noted.rowcount == 1
