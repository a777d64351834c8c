"""The dashboard's figures, over all courses and of one course."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_server.api.cost_figures import cost_figures, first_day, start_of
from tutor_server.api.figure import Column, Figure
from tutor_server.storage import figures as read
from tutor_server.storage.guard_verdicts import PASSED
from tutor_server.storage.modules import module_names
from tutor_server.storage.ratings import ratings_by_level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.storage.courses import StoredCourse
    from tutor_server.storage.spending import Budgets

HEALTH_HOURS = 24
SLOWEST = 10
MOST_TOPICS = 20
NO_MODULE = "(no module)"


def read_figures(connection: Connection, now: datetime, days: int, budgets: Budgets) -> Sequence[Figure]:
    """Return all figures. Figures without a fixed period cover the last `days` days, including today."""
    since = start_of(first_day(now, days))
    return (
        *cost_figures(connection, now, days, budgets, None),
        *_teaching(connection, now, days, None),
        _health(connection, now),
        _slowest(connection, since),
    )


def read_course_figures(connection: Connection, course: StoredCourse, now: datetime, days: int) -> Sequence[Figure]:
    """Return the figures of one course: those of `read_figures` that speak of its members and its budgets."""
    return (
        *_teaching(connection, now, days, course.id),
        *cost_figures(connection, now, days, course.budgets, course.id),
    )


def _teaching(connection: Connection, now: datetime, days: int, course_id: UUID | None) -> Sequence[Figure]:
    first, last = first_day(now, days), now.date()
    since, until = start_of(first), start_of(last + timedelta(days=1))
    names = module_names(connection, course_id)
    return (
        _levels(read.asks_by_level(connection, since, until, course_id)),
        _error_types(read.asks_by_error_type(connection, since, until, course_id), names),
        _topics(read.asks_by_topic(connection, since, until, course_id), names),
        _refusals(read.refusals_by_limit(connection, first, last, course_id)),
        _verdicts(read.verdicts_by_level(connection, first, last, course_id)),
        _ratings(ratings_by_level(connection, first, last, course_id)),
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
    commonest = f"The commonest: {_topic(topics[0].subject)}." if topics else "No topics yet."
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
        summary=f"The slowest took {found[0].latency_ms / 1000:.1f} s." if found else "No answers yet.",
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


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def _module(item: read.ModuleCount, names: Mapping[str, str]) -> str:
    """Return what a figure calls a module. A deleted module keeps its id."""
    return NO_MODULE if item.module_id is None else names.get(item.module_id, item.module_id)


def _topic(rule: str) -> str:
    """Return a rule's name in words: `runtime.loop-past-the-end` as `loop past the end (runtime)`."""
    kind, _, name = rule.partition(".")
    return f"{name.replace('-', ' ')} ({kind})" if name else rule
