"""The dashboard's figures, over all courses and of one course."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_server.api.figure import Cell, Column, Figure
from tutor_server.ledger.periods import day_of, month_of, week_of
from tutor_server.storage import figures as read
from tutor_server.storage.guard_verdicts import PASSED
from tutor_server.storage.modules import module_names
from tutor_server.storage.ratings import ratings_by_level
from tutor_server.storage.usage import usage_between

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.ledger.periods import Period
    from tutor_server.storage.courses import StoredCourse
    from tutor_server.storage.spending import Budgets

WEEKS = MONTHS = 12
HEALTH_HOURS = 24
SLOWEST = 10
MOST_TOPICS = 20
NO_MODULE = "(no module)"


def read_figures(connection: Connection, now: datetime, days: int, budgets: Budgets) -> Sequence[Figure]:
    """Return all figures. Figures without a fixed period cover the last `days` days, including today."""
    since = _start(first_day(now, days))
    return (
        *_costs(connection, now, days, budgets, None),
        *_teaching(connection, now, days, None),
        _health(connection, now),
        _slowest(connection, since),
    )


def read_course_figures(connection: Connection, course: StoredCourse, now: datetime, days: int) -> Sequence[Figure]:
    """Return the figures of one course: those of `read_figures` that speak of its members and its budgets."""
    return (
        *_teaching(connection, now, days, course.id),
        *_costs(connection, now, days, course.budgets, course.id),
    )


def first_day(now: datetime, days: int) -> date:
    """Return the first of the last `days` days, including today."""
    return now.date() - timedelta(days=days - 1)


def _costs(
    connection: Connection, now: datetime, days: int, budgets: Budgets, course_id: UUID | None
) -> Sequence[Figure]:
    first, last = first_day(now, days), now.date()
    costs = read.cost_by_day(connection, min(first, _months_before(last, MONTHS - 1)), last, course_id)
    by_day = [(str(day), day_of(_start(day))) for day in (first + timedelta(days=number) for number in range(days))]
    return (
        _cost("cost-by-day", "Cost by day", by_day, costs, budgets.daily),
        _cost("cost-by-week", "Cost by week", _weeks(last), costs, None),
        _cost("cost-by-month", "Cost by month", _months(last), costs, budgets.monthly),
        _models(connection, first, last, course_id),
    )


def _teaching(connection: Connection, now: datetime, days: int, course_id: UUID | None) -> Sequence[Figure]:
    first, last = first_day(now, days), now.date()
    since, until = _start(first), _start(last + timedelta(days=1))
    names = module_names(connection, course_id)
    return (
        _levels(read.asks_by_level(connection, since, until, course_id)),
        _error_types(read.asks_by_error_type(connection, since, until, course_id), names),
        _topics(read.asks_by_topic(connection, since, until, course_id), names),
        _refusals(read.refusals_by_limit(connection, first, last, course_id)),
        _verdicts(read.verdicts_by_level(connection, first, last, course_id)),
        _ratings(ratings_by_level(connection, first, last, course_id)),
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


def _levels(counts: Mapping[int, int]) -> Figure:
    total = sum(counts.values())
    solved_early = sum(count for level, count in counts.items() if level <= HintLevel.CONCEPT)
    share = f" {solved_early / total:.0%} of them at levels 1 and 2." if total else ""
    return Figure(
        name="asks-by-level",
        title="Asks by hint level",
        summary=f"{total:,} asks.{share}",
        columns=(Column("Hint level"), Column("Asks", "bar")),
        rows=[(f"{level.value}", counts.get(level, 0)) for level in HintLevel],
    )


def _error_types(found: Sequence[read.ModuleCount], names: Mapping[str, str]) -> Figure:
    kinds = ("syntax", "runtime", "logic", "none")
    by_module: dict[str, dict[str, int]] = defaultdict(dict)
    for item in found:
        by_module[_module(item, names)][item.subject] = item.asks
    modules = len(by_module.keys() - {NO_MODULE})
    return Figure(
        name="error-types-by-module",
        title="Error types by module",
        summary=f"{modules} modules." if modules != 1 else "1 module.",
        columns=(Column("Module"), *(Column(kind.capitalize(), "bar") for kind in kinds)),
        rows=[(module, *(counts.get(kind, 0) for kind in kinds)) for module, counts in sorted(by_module.items())],
        kind="stacked",
        note=_FEW,
    )


def _topics(found: Sequence[read.ModuleCount], names: Mapping[str, str]) -> Figure:
    topics = found[:MOST_TOPICS]
    commonest = f"The commonest: {_topic(topics[0].subject)}." if topics else "Nothing to show yet."
    return Figure(
        name="topics-by-module",
        title="What students struggle with",
        summary=commonest,
        columns=(Column("Module"), Column("What is wrong"), Column("Asks", "bar"), Column("Students")),
        rows=[(_module(item, names), _topic(item.subject), item.asks, item.students) for item in topics],
        labels=2,
        note=_FEW,
    )


def _refusals(counts: Mapping[str, int]) -> Figure:
    return Figure(
        name="refusals-by-limit",
        title="Refusals by limit",
        summary=f"{sum(counts.values()):,} asks were refused.",
        columns=(Column("Limit"), Column("Refused asks", "bar")),
        rows=[(name.replace("_", " "), count) for name, count in sorted(counts.items())],
    )


def _verdicts(found: Sequence[tuple[int, str, int]]) -> Figure:
    passed: dict[int, int] = defaultdict(int)
    stopped: dict[int, int] = defaultdict(int)
    for level, verdict, answers in found:
        (passed if verdict == PASSED else stopped)[level] += answers
    levels = sorted(passed.keys() | stopped.keys())
    return Figure(
        name="guard-stops",
        title="Guard stops by hint level",
        summary=f"The guard stopped {sum(stopped.values()):,} of"
        f" {sum(passed.values()) + sum(stopped.values()):,} answers of models.",
        columns=(Column("Hint level"), Column("Passed", "bar"), Column("Stopped", "bar")),
        rows=[(f"{level}", passed[level], stopped[level]) for level in levels],
        kind="stacked",
    )


def _ratings(found: Sequence[tuple[int, bool, int]]) -> Figure:
    counts: dict[tuple[int, bool], int] = defaultdict(int)
    for level, is_helpful, answers in found:
        counts[level, is_helpful] += answers
    helped = sum(answers for (_, is_helpful), answers in counts.items() if is_helpful)
    levels = sorted({level for level, _ in counts})
    return Figure(
        name="ratings",
        title="Ratings by hint level",
        summary=f"{helped:,} of {sum(counts.values()):,} rated answers helped.",
        columns=(Column("Hint level"), Column("Helped", "bar"), Column("Did not help", "bar")),
        rows=[(f"{level}", counts[level, True], counts[level, False]) for level in levels],
        kind="stacked",
    )


def _health(connection: Connection, now: datetime) -> Figure:
    found = read.provider_health(connection, now - timedelta(hours=HEALTH_HOURS))
    failed = sum(each.failed for each in found)
    return Figure(
        name="provider-health",
        title="Provider health, last 24 hours",
        summary=f"{failed:,} of {sum(each.calls for each in found):,} calls failed.",
        columns=(
            Column("Provider"),
            Column("Model"),
            Column("Answered", "bar"),
            Column("Failed", "bar"),
            Column("Mean time to first text (ms)"),
            Column("Mean time to the end (ms)"),
        ),
        rows=[
            (
                each.provider,
                each.model,
                each.calls - each.failed,
                each.failed,
                _rounded(each.first_content_ms),
                _rounded(each.latency_ms),
            )
            for each in found
        ],
        kind="stacked",
        labels=2,
    )


def _slowest(connection: Connection, since: datetime) -> Figure:
    found = read.slowest_calls(connection, since, SLOWEST)
    return Figure(
        name="slowest-asks",
        title="Slowest answers",
        summary=f"The slowest took {found[0].latency_ms / 1000:.1f} s." if found else "Nothing to show yet.",
        columns=(
            Column("Time (UTC)"),
            Column("Provider"),
            Column("Model"),
            Column("To the end (ms)"),
            Column("To first text (ms)"),
            Column("Tokens out"),
            Column("Outcome"),
        ),
        rows=[
            (
                f"{call.at:%Y-%m-%d %H:%M}",
                call.provider,
                call.model,
                call.latency_ms,
                call.first_content_ms,
                call.output_tokens,
                call.outcome,
            )
            for call in found
        ],
        kind="none",
    )


_FEW = f"What fewer than {read.FEWEST_STUDENTS} students have in common is left out."


def _weeks(last: date) -> list[tuple[str, Period]]:
    weeks = [week_of(_start(last - timedelta(weeks=number))) for number in reversed(range(WEEKS))]
    return [(f"{week.first:%G-W%V}", week) for week in weeks]


def _months(last: date) -> list[tuple[str, Period]]:
    months = [month_of(_start(_months_before(last, number))) for number in reversed(range(MONTHS))]
    return [(f"{month.first:%Y-%m}", month) for month in months]


def _months_before(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def _start(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _dollars(nanodollars: int) -> float:
    return float(Decimal(nanodollars) / 10**9)


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _module(item: read.ModuleCount, names: Mapping[str, str]) -> str:
    """Return what a figure calls a module. A deleted module keeps its id."""
    return NO_MODULE if item.module_id is None else names.get(item.module_id, item.module_id)


def _topic(rule: str) -> str:
    """Return a rule's name in words: `runtime.loop-past-the-end` as `loop past the end (runtime)`."""
    kind, _, name = rule.partition(".")
    return f"{name.replace('-', ' ')} ({kind})" if name else rule
