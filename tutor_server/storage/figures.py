"""The dashboard's figures: sums over the ledger and the asks. No figure is about a single student."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select

from tutor_server.storage.course_models import DEFAULT_COURSE, is_in_course
from tutor_server.storage.models import Ask, GuardVerdicts, ModelCall, Refusals, UsageRollup
from tutor_server.storage.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection
    from sqlalchemy.orm import InstrumentedAttribute

FEWEST_STUDENTS = 5
"""The minimum number of students behind a figure that is shown by module (k-anonymity)."""

UNCLEAR = "no clear cause"
"""The topic of asks whose cause the offline tutor did not find."""
NOT_ANALYSED = "not_analysed"
"""The name in the table of refusals that counts asks whose analysis ran out of time."""
_REFUSALS = Sums(Refusals, by=("day", "course_id", "limit_name"), of=("count",))
_ENDED_WELL = ("completed", "cancelled")
"""Outcomes of calls that do not count as a failure of the provider."""


@dataclass(frozen=True, slots=True)
class ModuleCount:
    """The number of asks about one subject in a module, by at least `FEWEST_STUDENTS` students.

    `module_id` is None for asks outside of modules.
    """

    module_id: str | None
    subject: str
    asks: int
    students: int


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """A model's record: its calls, how many of them failed, and mean times in milliseconds."""

    provider: str
    model: str
    calls: int
    failed: int
    first_content_ms: float | None
    latency_ms: float | None


@dataclass(frozen=True, slots=True)
class SlowCall:
    """One of the slowest calls; it does not identify a student."""

    at: datetime
    provider: str
    model: str
    latency_ms: int
    first_content_ms: int | None
    output_tokens: int
    outcome: str


def cost_by_day(connection: Connection, first: date, last: date, course_id: UUID | None = None) -> dict[date, int]:
    """Return the cost of each day in nano-dollars, without days that have no calls."""
    query = (
        select(UsageRollup.day, func.sum(UsageRollup.cost_nanodollars))
        .where(UsageRollup.day.between(first, last), is_in_course(UsageRollup, course_id))
        .group_by(UsageRollup.day)
    )
    return {day: int(cost) for day, cost in connection.execute(query)}


def asks_by_level(
    connection: Connection, since: datetime, until: datetime, course_id: UUID | None = None
) -> dict[int, int]:
    """Return the number of asks in a period by hint level."""
    query = (
        select(Ask.hint_level, func.count().label("asks"))
        .where(_made_in(since, until, course_id))
        .group_by(Ask.hint_level)
    )
    return {row.hint_level: row.asks for row in connection.execute(query)}


def asks_by_error_type(
    connection: Connection, since: datetime, until: datetime, course_id: UUID | None = None
) -> Sequence[ModuleCount]:
    """Return the number of asks by module and error type."""
    return _by_module(connection, Ask.error_type, since, until, course_id)


def asks_by_topic(
    connection: Connection, since: datetime, until: datetime, course_id: UUID | None = None
) -> Sequence[ModuleCount]:
    """Return the number of asks by module and topic, the most frequent first.

    Asks in which the tutor only knew where to start looking have no cause, so they are counted under `UNCLEAR`.
    """
    topic = case((Ask.finding_certainty == "start_here", UNCLEAR), else_=Ask.topic)
    return _by_module(connection, topic, since, until, course_id)


def refusals_by_limit(connection: Connection, first: date, last: date, course_id: UUID | None = None) -> dict[str, int]:
    """Return the refusals of some days by limit."""
    query = (
        select(Refusals.limit_name, func.sum(Refusals.count))
        .where(
            Refusals.day.between(first, last), Refusals.limit_name != NOT_ANALYSED, is_in_course(Refusals, course_id)
        )
        .group_by(Refusals.limit_name)
    )
    return {name: int(count) for name, count in connection.execute(query)}


def refusals_of_all_time(connection: Connection) -> dict[str, int]:
    """Return all refusals by limit."""
    query = select(Refusals.limit_name, func.sum(Refusals.count)).where(Refusals.limit_name != NOT_ANALYSED)
    query = query.group_by(Refusals.limit_name).order_by(Refusals.limit_name)
    return {name: int(count) for name, count in connection.execute(query)}


def refusals_by_course(connection: Connection) -> Mapping[tuple[UUID, str], int]:
    """Return all refusals by course and limit."""
    by = (Refusals.course_id, Refusals.limit_name)
    query = select(*by, func.sum(Refusals.count)).where(Refusals.limit_name != NOT_ANALYSED).group_by(*by)
    return {(UUID(bytes=course_id.bytes), name): int(count) for course_id, name, count in connection.execute(query)}


def not_analysed_of_all_time(connection: Connection) -> int:
    """Return how many asks got a generic hint, since their code could not be analysed in time."""
    query = select(func.sum(Refusals.count)).where(Refusals.limit_name == NOT_ANALYSED)
    return int(connection.execute(query).scalar() or 0)


def count_refusals(
    connection: Connection, day: date, counts: Mapping[str, int], course_id: UUID = DEFAULT_COURSE
) -> None:
    """Add refusals to the count of a day and a course."""
    for name, count in counts.items():
        _REFUSALS.add(connection, (day, course_id, name), (count,))


def verdicts_by_level(
    connection: Connection, first: date, last: date, course_id: UUID | None = None
) -> list[tuple[int, str, int]]:
    """Return the guard's verdicts on models' answers of some days, by hint level and verdict."""
    by = (GuardVerdicts.hint_level, GuardVerdicts.verdict)
    query = (
        select(*by, func.sum(GuardVerdicts.answers))
        .where(GuardVerdicts.day.between(first, last), is_in_course(GuardVerdicts, course_id))
        .group_by(*by)
        .order_by(*by)
    )
    return [(level, verdict, int(answers)) for level, verdict, answers in connection.execute(query)]


def provider_health(connection: Connection, since: datetime) -> Sequence[ProviderHealth]:
    """Return the record of each model since a time."""
    has_failed = case((ModelCall.outcome.in_(_ENDED_WELL), 0), else_=1)
    query = (
        select(
            ModelCall.provider,
            ModelCall.model,
            func.count(),
            func.sum(has_failed),
            func.avg(ModelCall.first_content_ms),
            func.avg(ModelCall.latency_ms),
        )
        .where(ModelCall.created_at >= since, ModelCall.state.in_(("settled", "swept")))
        .group_by(ModelCall.provider, ModelCall.model)
        .order_by(ModelCall.provider, ModelCall.model)
    )
    return [
        ProviderHealth(provider, model, calls, int(failed), _number(first), _number(latency))
        for provider, model, calls, failed, first, latency in connection.execute(query)
    ]


def slowest_calls(connection: Connection, since: datetime, limit: int) -> Sequence[SlowCall]:
    """Return the slowest calls to models since a time."""
    query = (
        select(
            ModelCall.created_at.label("at"),
            ModelCall.provider,
            ModelCall.model,
            ModelCall.latency_ms,
            ModelCall.first_content_ms,
            ModelCall.output_tokens,
            ModelCall.outcome,
        )
        .where(ModelCall.created_at >= since, ModelCall.state == "settled", ModelCall.latency_ms.is_not(None))
        .order_by(ModelCall.latency_ms.desc(), ModelCall.created_at)
        .limit(limit)
    )
    return [SlowCall(**row) for row in connection.execute(query).mappings()]


def _by_module(
    connection: Connection,
    subject: InstrumentedAttribute[str] | ColumnElement[str | None],
    since: datetime,
    until: datetime,
    course_id: UUID | None,
) -> Sequence[ModuleCount]:
    students = func.count(Ask.user_id.distinct())
    query = (
        select(Ask.module_id, subject, func.count().label("asks"), students)
        .where(_made_in(since, until, course_id), subject.is_not(None))
        .group_by(Ask.module_id, subject)
        .having(students >= FEWEST_STUDENTS)
        .order_by(func.count().desc(), Ask.module_id, subject)
    )
    return [
        ModuleCount(module_id, str(about), asks, distinct)
        for module_id, about, asks, distinct in connection.execute(query)
    ]


def _made_in(since: datetime, until: datetime, course_id: UUID | None) -> ColumnElement[bool]:
    is_in_span = (Ask.created_at >= since) & (Ask.created_at < until) & (Ask.state != "released")
    return is_in_span & is_in_course(Ask, course_id)


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
