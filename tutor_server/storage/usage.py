"""Sums over the ledger by provider and model, read from the daily rollups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from tutor_server.storage.models import UsageRollup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsage:
    """What one model of one provider was used for in a span of days."""

    provider: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_nanodollars: int
    unpriced_calls: int


def usage_between(connection: Connection, first: date, last: date) -> Sequence[ModelUsage]:
    """Sum the days from `first` to `last`, both included, the dearest model first."""
    names = ("calls", "input_tokens", "output_tokens", "cost_nanodollars", "unpriced_calls")
    cost = func.sum(UsageRollup.cost_nanodollars)
    query = (
        select(
            UsageRollup.provider,
            UsageRollup.model,
            *(func.sum(getattr(UsageRollup, name)).label(name) for name in names),
        )
        .where(UsageRollup.day.between(first, last))
        .group_by(UsageRollup.provider, UsageRollup.model)
        .order_by(cost.desc(), UsageRollup.provider, UsageRollup.model)
    )
    return [
        ModelUsage(
            provider=row["provider"],
            model=row["model"],
            **{name: int(row[name]) for name in names},  # PostgreSQL sums bigints as numeric
        )
        for row in connection.execute(query).mappings()
    ]
