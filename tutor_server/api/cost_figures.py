"""The dashboard's figures of money and calls: by day, week and month with the budgets, and by model."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tutor_server.api.figure import Cell, Column, Figure
from tutor_server.ledger.periods import day_of, month_of, week_of
from tutor_server.storage.figures import cost_by_day
from tutor_server.storage.usage import usage_between

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.ledger.periods import Period
    from tutor_server.storage.spending import Budgets

WEEKS = MONTHS = 12


def first_day(now: datetime, days: int) -> date:
    """Return the first of the last `days` days, including today."""
    return now.date() - timedelta(days=days - 1)


def cost_figures(
    connection: Connection, now: datetime, days: int, budgets: Budgets, course_id: UUID | None
) -> Sequence[Figure]:
    """Return the figures of money and calls, over all courses or of one."""
    first, last = first_day(now, days), now.date()
    costs = cost_by_day(connection, min(first, _months_before(last, MONTHS - 1)), last, course_id)
    by_day = [(str(day), day_of(start_of(day))) for day in (first + timedelta(days=number) for number in range(days))]
    return (
        _cost("cost-by-day", "Cost by day", by_day, costs, budgets.daily),
        _cost("cost-by-week", "Cost by week", _weeks(last), costs, None),
        _cost("cost-by-month", "Cost by month", _months(last), costs, budgets.monthly),
        _models(connection, first, last, course_id),
    )


def _cost(
    name: str, title: str, spans: Sequence[tuple[str, Period]], costs: Mapping[date, int], budget: int | None
) -> Figure:
    rows: list[list[Cell]] = []
    for label, span in spans:
        cost = sum(cost for day, cost in costs.items() if span.first <= day <= span.last)
        rows.append([label, _dollars(cost)] if budget is None else [label, _dollars(cost), _dollars(budget)])
    columns = [Column("Period (UTC)"), Column("Estimated cost in US dollars", "bar", 4)]
    if budget is not None:
        columns.append(Column("Budget in US dollars", "line", 2))
    latest = rows[-1]
    summary = f"${latest[1]:,.4f} in the current period"
    if budget is not None:
        summary += f", of a budget of ${_dollars(budget):,.2f}"
    return Figure(name=name, title=title, summary=f"{summary}.", columns=columns, rows=rows)


def _models(connection: Connection, first: date, last: date, course_id: UUID | None) -> Figure:
    usage = usage_between(connection, first, last, course_id)
    return Figure(
        name="calls-by-model",
        title="Calls by provider and model",
        summary=f"{sum(model.calls for model in usage):,} calls, offline answers among them.",
        columns=(
            Column("Provider"),
            Column("Model"),
            Column("Calls", "bar"),
            Column("Tokens in"),
            Column("Tokens out"),
            Column("Estimated cost in US dollars", decimals=4),
            Column("Calls without a price"),
        ),
        rows=[
            (
                model.provider,
                model.model,
                model.calls,
                model.input_tokens,
                model.output_tokens,
                _dollars(model.cost_nanodollars),
                model.unpriced_calls,
            )
            for model in usage
        ],
        labels=2,
    )


def _weeks(last: date) -> list[tuple[str, Period]]:
    weeks = [week_of(start_of(last - timedelta(weeks=number))) for number in reversed(range(WEEKS))]
    return [(f"{week.first:%G-W%V}", week) for week in weeks]


def _months(last: date) -> list[tuple[str, Period]]:
    months = [month_of(start_of(_months_before(last, number))) for number in reversed(range(MONTHS))]
    return [(f"{month.first:%Y-%m}", month) for month in months]


def _months_before(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def start_of(day: date) -> datetime:
    """Return the beginning of a day in UTC."""
    return datetime.combine(day, time.min, UTC)


def _dollars(nanodollars: int) -> float:
    return float(Decimal(nanodollars) / 10**9)
