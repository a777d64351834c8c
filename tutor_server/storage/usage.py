"""The daily sums over the ledger by provider and model: changed with each row, read by period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sqlalchemy import func, select, true

from tutor_server.storage.models import UsageRollup
from tutor_server.storage.spending import change_spending
from tutor_server.storage.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection

_SUMS = ("calls", "input_tokens", "output_tokens", "cost_nanodollars", "unpriced_calls")
_USAGE = Sums(UsageRollup, by=("day", "provider", "model"), of=_SUMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsage:
    """The use of one model of one provider in a span of days."""

    provider: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_nanodollars: int
    unpriced_calls: int


@dataclass(frozen=True, slots=True)
class UsageChange:
    """The change that one row of the ledger makes in the sums of its day, provider and model."""

    day: date
    provider: str
    model: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_nanodollars: int
    unpriced_calls: int
    freed_nanodollars: int = 0
    """The amount that was reserved for the row, and is released."""

    @classmethod
    def of_call(
        cls,
        made_at: datetime,
        provider: str,
        model: str,
        *,
        input_tokens: int,
        output_tokens: int,
        cost_nanodollars: int | None,
        reserved_nanodollars: int | None,
    ) -> Self:
        """Return the change of one call; its cost is None if no price is known."""
        return cls(
            made_at.date(),
            provider,
            model,
            calls=1,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cost_nanodollars=cost_nanodollars or 0,
            unpriced_calls=int(cost_nanodollars is None),
            freed_nanodollars=reserved_nanodollars or 0,
        )

    @classmethod
    def of_no_call(cls, made_at: datetime, provider: str, model: str, reserved_nanodollars: int | None) -> Self:
        """Return the change of a row whose call was never made: its reservation is released."""
        return cls(made_at.date(), provider, model, 0, 0, 0, 0, 0, freed_nanodollars=reserved_nanodollars or 0)

    @property
    def amounts(self) -> tuple[int, ...]:
        """The amounts to add to the sums, in the order of their columns."""
        return self.calls, self.input_tokens, self.output_tokens, self.cost_nanodollars, self.unpriced_calls

    def minus(self, other: UsageChange) -> UsageChange:
        """Return the difference from an earlier change of the same call, which the sums already include."""
        sums = {name: getattr(self, name) - getattr(other, name) for name in (*_SUMS, "freed_nanodollars")}
        return UsageChange(self.day, self.provider, self.model, **sums)


def add_usage(connection: Connection, changes: Iterable[UsageChange]) -> None:
    """Add changes to the sums of usage and to the spending of their days and months."""
    for change in changes:
        _USAGE.add(connection, (change.day, change.provider, change.model), change.amounts)
        change_spending(connection, change.day, change.cost_nanodollars - change.freed_nanodollars)


def usage_between(connection: Connection, first: date, last: date) -> Sequence[ModelUsage]:
    """Return the sums of the days from `first` to `last`, both included, the most expensive model first."""
    return _usage_where(connection, UsageRollup.day.between(first, last))


def usage_of_all_time(connection: Connection) -> Sequence[ModelUsage]:
    """Return the sums of all days, the most expensive model first."""
    return _usage_where(connection, true())


def _usage_where(connection: Connection, condition: ColumnElement[bool]) -> Sequence[ModelUsage]:
    cost = func.sum(UsageRollup.cost_nanodollars)
    query = (
        select(
            UsageRollup.provider,
            UsageRollup.model,
            *(func.sum(getattr(UsageRollup, name)).label(name) for name in _SUMS),
        )
        .where(condition)
        .group_by(UsageRollup.provider, UsageRollup.model)
        .order_by(cost.desc(), UsageRollup.provider, UsageRollup.model)
    )
    return [
        ModelUsage(
            provider=row["provider"],
            model=row["model"],
            **{name: int(row[name]) for name in _SUMS},  # PostgreSQL returns the sum of a bigint column as `Decimal`.
        )
        for row in connection.execute(query).mappings()
    ]
