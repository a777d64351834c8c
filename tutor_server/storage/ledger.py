"""The rows of the ledger of model calls: written before the call, leased during it, closed with its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, Interval, bindparam, func, literal, select, update

from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.deferred import defer
from tutor_server.storage.models import OPEN_CALLS, ModelCall
from tutor_server.storage.statement import Query, Statement
from tutor_server.storage.types import UtcDateTime
from tutor_server.storage.usage import UsageChange

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from sqlalchemy import Connection, TextClause


class _Closed(NamedTuple):
    """The time and the course of a closed call, and the amount that was reserved for it."""

    created_at: datetime
    course_id: UUID
    reserved_nanodollars: int | None


def _close_where(state: ColumnElement[bool] | TextClause) -> Query[_Closed]:
    return Query(
        lambda _: (
            update(ModelCall)
            .where(ModelCall.id == bindparam("settled"), state)
            .returning(ModelCall.created_at, ModelCall.course_id, ModelCall.reserved_nanodollars)
        ),
        _Closed,
    )


_INSERT = Statement(lambda insert: insert(ModelCall))
_INSERT_LEASED = Statement(
    lambda insert: insert(ModelCall).values(lease_expires_at=func.now() + bindparam("lease", type_=Interval()))
)
_CLOSE_OPEN = _close_where(OPEN_CALLS)
_CLOSE_SWEPT = _close_where(ModelCall.state == "swept")

SWEEP_SIZE = 500
"""The maximum number of rows that one transaction sweeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """A provider call that is about to be made, with the maximum tokens and cost that are reserved for it.

    The ids of ask and user are None if no student caused the call, and its course is `EVERYWHERE`.
    """

    id: UUID
    ask_id: UUID | None
    user_id: UUID | None
    course_id: UUID = DEFAULT_COURSE
    provider: str
    model: str
    state: str
    owner: str
    created_at: datetime
    input_tokens: int
    output_tokens: int
    reserved_nanodollars: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledCall:
    """The usage and outcome of a provider call. `cost_nanodollars` is None if no price is known."""

    id: UUID
    provider: str
    model: str
    settled_at: datetime
    input_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    cost_nanodollars: int | None
    is_estimated: bool
    outcome: str
    latency_ms: int
    first_content_ms: int | None


@dataclass(frozen=True, slots=True)
class Swept:
    """The result of a sweep: the asks of the closed calls, and the changes of the sums."""

    ask_ids: Sequence[UUID]
    changes: Sequence[UsageChange]
    sent: int
    """The number of closed calls that had been sent."""
    is_partial: bool
    """Whether the sweep stopped at its limit, so that more rows may be left."""


def insert_call(connection: Connection, call: NewCall, *, lease: timedelta) -> None:
    """Insert the row of a call before the call is sent. Until it is settled, the row has the call's maximum tokens."""
    values = {
        "id": call.id,
        "ask_id": call.ask_id,
        "user_id": call.user_id,
        "course_id": call.course_id,
        "provider": call.provider,
        "model": call.model,
        "state": call.state,
        "owner": call.owner,
        "created_at": call.created_at,
        "reserved_nanodollars": call.reserved_nanodollars,
        "input_tokens": call.input_tokens,
        "output_tokens": call.output_tokens,
        "is_estimated": False,
    }
    if connection.dialect.name == "sqlite":
        defer(connection, _INSERT, values | {"lease_expires_at": call.created_at + lease})
    else:
        defer(connection, _INSERT_LEASED, values | {"lease": lease})


def settle_call(connection: Connection, call: SettledCall) -> UsageChange | None:
    """Store the usage of a call; return the change of the sums. A call that is settled already keeps its figures.

    A call can have been swept although its process lives, if the process was cut off for longer than its lease. Its
    true figures then replace the reserved ones.
    """
    row = _close(connection, call, _CLOSE_OPEN)
    if row is not None:
        return _change(call, row)
    swept = connection.execute(
        select(
            ModelCall.input_tokens,
            ModelCall.output_tokens,
            ModelCall.cost_nanodollars,
            ModelCall.reserved_nanodollars,
        )
        .where(ModelCall.id == call.id, ModelCall.state == "swept")
        .with_for_update()
    )
    counted = swept.mappings().first()
    row = _close(connection, call, _CLOSE_SWEPT)
    if counted is None or row is None:
        return None
    reserved = UsageChange.of_call(row.created_at, row.course_id, call.provider, call.model, **counted)
    return _change(call, row).minus(reserved)


def mark_sent(connection: Connection, call_id: UUID) -> bool:
    """Mark a reserved call as sent. Return whether its row was still open."""
    marked = connection.execute(
        update(ModelCall).where(ModelCall.id == call_id, ModelCall.state == "reserved").values(state="sent")
    )
    return marked.rowcount == 1


def close_unsent(connection: Connection, call_ids: Collection[UUID]) -> Sequence[UsageChange]:
    """Close the rows of calls that were never made; they cost nothing, and their reservations are released."""
    if not call_ids:
        return ()
    closed = connection.execute(
        update(ModelCall)
        .where(ModelCall.id.in_(call_ids), OPEN_CALLS)
        .values(state="unsent", lease_expires_at=None, input_tokens=0, output_tokens=0, cost_nanodollars=0)
        .returning(
            ModelCall.created_at,
            ModelCall.course_id,
            ModelCall.provider,
            ModelCall.model,
            ModelCall.reserved_nanodollars,
        )
    )
    return [UsageChange.of_no_call(*row) for row in closed]


def renew_leases(connection: Connection, call_ids: Collection[UUID], *, now: datetime, lease: timedelta) -> None:
    """Renew the leases of calls under way, so that the sweep leaves them alone."""
    connection.execute(
        update(ModelCall)
        .where(ModelCall.id.in_(call_ids), OPEN_CALLS)
        .values(lease_expires_at=_lease_end(connection, now, lease))
    )


def sweep_expired(connection: Connection, now: datetime) -> Swept:
    """Close rows whose process died: sent calls cost the reserved amount, unsent calls cost nothing."""
    expired = connection.execute(
        select(*ModelCall.__table__.columns)
        .where(OPEN_CALLS, ModelCall.lease_expires_at < _lease_clock(connection, now))
        .order_by(ModelCall.lease_expires_at)
        .limit(SWEEP_SIZE)
        .with_for_update(skip_locked=True)
    ).all()
    unsent = close_unsent(connection, [row.id for row in expired if row.state == "reserved"])
    sent = [row for row in expired if row.state == "sent"]
    if sent:
        connection.execute(
            update(ModelCall)
            .where(ModelCall.id.in_([row.id for row in sent]))
            .values(
                state="swept",
                lease_expires_at=None,
                settled_at=now,
                cost_nanodollars=ModelCall.reserved_nanodollars,
                is_estimated=True,
                outcome="process_died",
            )
        )
    return Swept(
        ask_ids=[row.ask_id for row in expired if row.ask_id is not None],
        changes=[
            *unsent,
            *(
                UsageChange.of_call(
                    row.created_at,
                    row.course_id,
                    row.provider,
                    row.model,
                    input_tokens=row.input_tokens,
                    output_tokens=row.output_tokens,
                    cost_nanodollars=row.reserved_nanodollars,
                    reserved_nanodollars=row.reserved_nanodollars,
                )
                for row in sent
            ),
        ],
        sent=len(sent),
        is_partial=len(expired) == SWEEP_SIZE,
    )


def _lease_end(connection: Connection, now: datetime, lease: timedelta) -> ColumnElement[datetime]:
    if connection.dialect.name == "sqlite":
        return _lease_clock(connection, now + lease)
    return _lease_clock(connection, now) + lease


def _lease_clock(connection: Connection, now: datetime) -> ColumnElement[datetime]:
    """Return the current time for leases: the database's, since machines' clocks differ.

    SQLite serves one machine, so its time is `now`.
    """
    return literal(now, UtcDateTime()) if connection.dialect.name == "sqlite" else func.now()


def _close(connection: Connection, call: SettledCall, statement: Query[_Closed]) -> _Closed | None:
    """Store the outcome of the rows that a statement selects; return the time and the reserved amount of each."""
    return statement.first(
        connection,
        {
            "settled": call.id,
            "state": "settled",
            "lease_expires_at": None,
            "settled_at": call.settled_at,
            "input_tokens": call.input_tokens,
            "cache_read_tokens": call.cache_read_tokens,
            "cache_write_tokens": call.cache_write_tokens,
            "output_tokens": call.output_tokens,
            "cost_nanodollars": call.cost_nanodollars,
            "is_estimated": call.is_estimated,
            "outcome": call.outcome,
            "latency_ms": call.latency_ms,
            "first_content_ms": call.first_content_ms,
        },
    )


def _change(call: SettledCall, row: _Closed) -> UsageChange:
    return UsageChange.of_call(
        row.created_at,
        row.course_id,
        call.provider,
        call.model,
        input_tokens=call.input_tokens,
        output_tokens=call.output_tokens,
        cost_nanodollars=call.cost_nanodollars,
        reserved_nanodollars=row.reserved_nanodollars,
    )
