"""Money that is spent, or reserved for calls under way, by UTC day and month. The budgets limit these amounts.

All courses together have amounts and budgets (`EVERYWHERE`), and so has each course.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, bindparam, case, func, select, update

from tutor_server.errors import (
    BudgetBusy,
    BudgetReached,
    CourseBudgetReached,
    MonthlyBudgetBusy,
    MonthlyBudgetReached,
    MonthlyCourseBudgetReached,
)
from tutor_server.storage.course_models import EVERYWHERE
from tutor_server.storage.models import OPEN_CALLS, CourseSpending, ModelCall, Spending
from tutor_server.storage.statement import Query
from tutor_server.storage.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection


_SPENDING = Sums(Spending, by=("period",), of=("committed_nanodollars",))
_IN_COURSE = Sums(CourseSpending, by=("course_id", "period"), of=("committed_nanodollars",))


def _take(table: type[Spending | CourseSpending], key: list[str]) -> Query[int]:
    return Query(
        lambda insert: (
            (taken := insert(table))
            .on_conflict_do_update(
                index_elements=key,
                set_={"committed_nanodollars": table.committed_nanodollars + taken.excluded.committed_nanodollars},
                where=table.committed_nanodollars <= bindparam("room"),
            )
            .returning(table.committed_nanodollars)
        ),
        int,
    )


_TAKE_WITHIN = _take(Spending, ["period"])
_TAKE_WITHIN_COURSE = _take(CourseSpending, ["course_id", "period"])

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
    course_id: UUID = EVERYWHERE


def periods_of(day: date) -> tuple[str, str]:
    """Return the keys of a day and of its month in the table of spending."""
    iso = day.isoformat()
    return iso, iso[: len("2026-03")]


def spent_on(connection: Connection, day: date, course_id: UUID = EVERYWHERE) -> Spent:
    """Return the money that is spent or reserved for a day and its month: in all courses, or in one."""
    periods = periods_of(day)
    table = _table(course_id)
    query = select(table.period, table.committed_nanodollars).where(table.period.in_(periods))
    if course_id != EVERYWHERE:
        query = query.where(CourseSpending.course_id == course_id)
    rows = connection.execute(query)
    committed = {row.period: row.committed_nanodollars for row in rows}
    return Spent(*(committed.get(period, 0) for period in periods))


def spent_by_course(connection: Connection, day: date) -> Mapping[UUID, Spent]:
    """Return the money that is spent or reserved for a day and its month, by course."""
    periods = periods_of(day)
    found: dict[UUID, dict[str, int]] = {}
    for row in connection.execute(
        select(CourseSpending.course_id, CourseSpending.period, CourseSpending.committed_nanodollars).where(
            CourseSpending.period.in_(periods)
        )
    ):
        found.setdefault(UUID(bytes=row.course_id.bytes), {})[row.period] = row.committed_nanodollars
    return {
        course_id: Spent(*(committed.get(period, 0) for period in periods)) for course_id, committed in found.items()
    }


def commit_spending(
    connection: Connection,
    day: date,
    nanodollars: int,
    budgets: Budgets,
    now: datetime,
    *,
    course_id: UUID = EVERYWHERE,
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
            _add(connection, course_id, period, nanodollars)
        else:
            committed = _take_within(connection, (course_id, period), nanodollars, budget)
            if committed is None:
                for period_taken in taken:
                    _add(connection, course_id, period_taken, -nanodollars)
                refusal = budget_refusal(connection, day, nanodollars, budgets, now, course_id=course_id)
                raise refusal or BudgetBusy(retry_after=BUSY_SECONDS, course_id=_told(course_id))
            if committed >= WARNING_SHARE * budget and _is_first_warning(connection, (course_id, period), now):
                warnings.append(NearlySpent(period, committed, budget, course_id))
        taken.append(period)
    return warnings


def budget_refusal(
    connection: Connection,
    day: date,
    nanodollars: int,
    budgets: Budgets,
    now: datetime,
    *,
    course_id: UUID = EVERYWHERE,
) -> BudgetBusy | BudgetReached | None:
    """Return the error that refuses a call of this price now, or None if the budgets allow it.

    A budget is reached if the call would not fit even though every call under way turned out to cost nothing. The
    refusal that lasts longest comes first: a reached month, a reached day, then calls under way.
    """
    if budgets == Budgets():
        return None
    committed, held = spent_on(connection, day, course_id), held_on(connection, day, course_id)
    if budgets.monthly is not None and committed.month - held.month + nanodollars > budgets.monthly:
        return monthly_budget_reached(day, now, course_id)
    if budgets.daily is not None and committed.day - held.day + nanodollars > budgets.daily:
        return daily_budget_reached(day, now, course_id)
    if budgets.daily is not None and committed.day + nanodollars > budgets.daily:
        return BudgetBusy(retry_after=BUSY_SECONDS, course_id=_told(course_id))
    if budgets.monthly is not None and committed.month + nanodollars > budgets.monthly:
        return MonthlyBudgetBusy(retry_after=BUSY_SECONDS, course_id=_told(course_id))
    return None


def held_on(connection: Connection, day: date, course_id: UUID = EVERYWHERE) -> Spent:
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
    if course_id != EVERYWHERE:
        query = query.where(ModelCall.course_id == course_id)
    held = connection.execute(query).one()
    return Spent(*(int(amount or 0) for amount in held))


def change_spending(connection: Connection, day: date, nanodollars: int, course_id: UUID = EVERYWHERE) -> None:
    """Add the difference between a call's actual cost and its reservation to the day's and the month's spending.

    It is added for all courses together and, if the call was made in a course, for that one. No budget is checked,
    since the money is spent.
    """
    for counted in dict.fromkeys((EVERYWHERE, course_id)):
        for period in periods_of(day):
            _add(connection, counted, period, nanodollars)


def daily_budget_reached(day: date, now: datetime, course_id: UUID = EVERYWHERE) -> BudgetReached:
    """Return the error for a day's budget that is spent. It contains the time at which the day ends."""
    kind = BudgetReached if course_id == EVERYWHERE else CourseBudgetReached
    return _refusal(kind, day + timedelta(days=1), now, course_id)


def monthly_budget_reached(day: date, now: datetime, course_id: UUID = EVERYWHERE) -> BudgetReached:
    """Return the error for a month's budget that is spent. It contains the time at which the month ends."""
    kind = MonthlyBudgetReached if course_id == EVERYWHERE else MonthlyCourseBudgetReached
    return _refusal(kind, _next_month(day), now, course_id)


def _told(course_id: UUID) -> UUID | None:
    return None if course_id == EVERYWHERE else course_id


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _refusal(kind: type[BudgetReached], next_period: date, now: datetime, course_id: UUID) -> BudgetReached:
    resets_at = datetime.combine(next_period, time.min, UTC)
    return kind(
        retry_after=max(1, math.ceil((resets_at - now).total_seconds())),
        resets_at=resets_at,
        course_id=_told(course_id),
    )


def _take_within(connection: Connection, key: tuple[UUID, str], nanodollars: int, budget: int) -> int | None:
    """Add an amount to a course's period unless that passes its budget; return the new total, or None."""
    if nanodollars > budget:
        return None
    course_id, period = key
    values = {"period": period, "committed_nanodollars": nanodollars, "room": budget - nanodollars}
    if course_id == EVERYWHERE:
        _SPENDING.write_deferred(connection)
        return _TAKE_WITHIN.first(connection, values)
    _IN_COURSE.write_deferred(connection)
    return _TAKE_WITHIN_COURSE.first(connection, values | {"course_id": course_id})


def _add(connection: Connection, course_id: UUID, period: str, nanodollars: int) -> None:
    if course_id == EVERYWHERE:
        _SPENDING.add(connection, (period,), (nanodollars,))
    else:
        _IN_COURSE.add(connection, (course_id, period), (nanodollars,))


def _table(course_id: UUID) -> type[Spending | CourseSpending]:
    return Spending if course_id == EVERYWHERE else CourseSpending


def _is_first_warning(connection: Connection, key: tuple[UUID, str], now: datetime) -> bool:
    """Record that the operator is warned; return whether this is the first warning."""
    course_id, period = key
    table = _table(course_id)
    is_unwarned = (table.period == period) & table.warned_at.is_(None)
    if course_id != EVERYWHERE:
        is_unwarned &= CourseSpending.course_id == course_id
    return connection.execute(update(table).where(is_unwarned).values(warned_at=now)).rowcount == 1
