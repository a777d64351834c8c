"""Counts of the calls to providers that failed, by reason. A call is counted when it is settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from tutor_server.storage.models import CallFailures
from tutor_server.storage.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from tutor_server.storage.ledger import SettledCall

ENDED_WELL = frozenset({"completed", "cancelled"})
"""Outcomes of calls that are no failure of the provider."""

_FAILURES = Sums(CallFailures, by=("day", "course_id", "provider", "model", "outcome"), of=("calls",))


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureTotal:
    """The number of calls to a model that failed for a reason, over all days."""

    provider: str
    model: str
    outcome: str
    calls: int


def count_failures(connection: Connection, calls: Iterable[tuple[UUID, SettledCall]]) -> None:
    """Count the calls that failed, each in its course."""
    for course_id, call in calls:
        if call.outcome not in ENDED_WELL:
            key = (call.settled_at.date(), course_id, call.provider, call.model, call.outcome)
            _FAILURES.add(connection, key, (1,))


def failure_totals(connection: Connection) -> Sequence[FailureTotal]:
    """Return the sums over all days and courses. The table has one row for each day, course, model and reason."""
    by = (CallFailures.provider, CallFailures.model, CallFailures.outcome)
    rows = connection.execute(select(*by, func.sum(CallFailures.calls).label("calls")).group_by(*by).order_by(*by))
    return [FailureTotal(**{**row, "calls": int(row["calls"])}) for row in rows.mappings()]


def failures_by_course(connection: Connection) -> Mapping[tuple[UUID, str], int]:
    """Return the failed calls over all days and models, by course and reason."""
    by = (CallFailures.course_id, CallFailures.outcome)
    rows = connection.execute(select(*by, func.sum(CallFailures.calls)).group_by(*by))
    return {(UUID(bytes=course_id.bytes), outcome): int(calls) for course_id, outcome, calls in rows}
