"""Counts of the calls to providers that failed, by reason. A call is counted when it is settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from tutor_server.storage.models import CallFailures
from tutor_server.storage.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from tutor_server.storage.ledger import SettledCall

ENDED_WELL = frozenset({"completed", "cancelled"})
"""Outcomes of calls that are no failure of the provider."""

_FAILURES = Sums(CallFailures, by=("day", "provider", "model", "outcome"), of=("calls",))


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureTotal:
    """The number of calls to a model that failed for a reason, over all days."""

    provider: str
    model: str
    outcome: str
    calls: int


def count_failures(connection: Connection, calls: Iterable[SettledCall]) -> None:
    """Count the calls that failed."""
    for call in calls:
        if call.outcome not in ENDED_WELL:
            _FAILURES.add(connection, (call.settled_at.date(), call.provider, call.model, call.outcome), (1,))


def failure_totals(connection: Connection) -> Sequence[FailureTotal]:
    """Return the sums over all days. The table has one row for each day, model and reason."""
    by = (CallFailures.provider, CallFailures.model, CallFailures.outcome)
    rows = connection.execute(select(*by, func.sum(CallFailures.calls).label("calls")).group_by(*by).order_by(*by))
    return [FailureTotal(**{**row, "calls": int(row["calls"])}) for row in rows.mappings()]
