"""The daily sums over the ledger by course, provider and model: changed with each row, read by period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from uuid import UUID

from sqlalchemy import func, select, true

from tutor_server.storage.course_models import is_in_course
from tutor_server.storage.models import UsageRollup
from tutor_server.storage.spending import change_spending
from tutor_server.storage.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection

_SUMS = ("calls", "input_tokens", "output_tokens", "cost_nanodollars", "unpriced_calls")
_USAGE = Sums(UsageRollup, by=("day", "course_id", "provider", "model"), of=_SUMS)


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
    """The change that one row of the ledger makes in the sums of its day, course, provider and model."""

    day: date
    course_id: UUID
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
        course_id: UUID,
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
            UUID(bytes=course_id.bytes),  # asyncpg returns UUIDs in its own class, which cannot be sorted with others.
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
    def of_no_call(
        cls, made_at: datetime, course_id: UUID, provider: str, model: str, reserved_nanodollars: int | None
    ) -> Self:
        """Return the change of a row whose call was never made: its reservation is released."""
        course_id, freed = UUID(bytes=course_id.bytes), reserved_nanodollars or 0
        return cls(made_at.date(), course_id, provider, model, 0, 0, 0, 0, 0, freed_nanodollars=freed)

    @property
    def amounts(self) -> tuple[int, ...]:
        """The amounts to add to the sums, in the order of their columns."""
        return self.calls, self.input_tokens, self.output_tokens, self.cost_nanodollars, self.unpriced_calls

    def minus(self, other: UsageChange) -> UsageChange:
        """Return the difference from an earlier change of the same call, which the sums already include."""
        sums = {name: getattr(self, name) - getattr(other, name) for name in (*_SUMS, "freed_nanodollars")}
        return UsageChange(self.day, self.course_id, self.provider, self.model, **sums)


def add_usage(connection: Connection, changes: Iterable[UsageChange]) -> None:
    """Add changes to the sums of usage and to the spending of their days and months."""
    for change in changes:
        key = (change.day, change.course_id, change.provider, change.model)
        _USAGE.add(connection, key, change.amounts)
        change_spending(connection, change.day, change.cost_nanodollars - change.freed_nanodollars, change.course_id)


def usage_between(
    connection: Connection, first: date, last: date, course_id: UUID | None = None
) -> Sequence[ModelUsage]:
    """Return the sums of the days from `first` to `last`, both included, the most expensive model first.

    They are those of one course or, if it is None, of all together.
    """
    return _usage_where(connection, UsageRollup.day.between(first, last) & is_in_course(UsageRollup, course_id))


def usage_by_course(connection: Connection, first: date, last: date) -> Mapping[UUID, Sequence[ModelUsage]]:
    """Return the sums of some days for each course that has any; `EVERYWHERE` stands for calls without a course."""
    courses = select(UsageRollup.course_id).where(UsageRollup.day.between(first, last)).distinct()
    ids = sorted(UUID(bytes=course_id.bytes) for course_id in connection.scalars(courses))
    return {course_id: usage_between(connection, first, last, course_id) for course_id in ids}


def calls_by_course(connection: Connection) -> Mapping[UUID, tuple[int, int]]:
    """Return the number of calls of all time and their cost in nano-dollars, by course."""
    query = select(UsageRollup.course_id, func.sum(UsageRollup.calls), func.sum(UsageRollup.cost_nanodollars)).group_by(
        UsageRollup.course_id
    )
    return {UUID(bytes=each.bytes): (int(calls), int(cost)) for each, calls, cost in connection.execute(query)}


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
