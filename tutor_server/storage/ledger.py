"""The rows of the ledger of model calls and the daily sums over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from tutor_server.storage.models import Ask, ModelCall, UsageRollup
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

OPEN_STATES = ("reserved", "sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """A provider call that is about to be made."""

    id: UUID
    ask_id: UUID
    user_id: UUID
    provider: str
    model: str
    state: str
    owner: str
    lease_expires_at: datetime
    created_at: datetime
    reserved_nanodollars: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledCall:
    """What a provider call used. `cost_nanodollars` None: no price is known."""

    id: UUID
    provider: str
    model: str
    settled_at: datetime
    input_tokens: int
    output_tokens: int
    cost_nanodollars: int | None
    is_estimated: bool
    outcome: str
    latency_ms: int
    first_content_ms: int | None


def insert_call(connection: Connection, call: NewCall) -> None:
    """Write the row before the money is spent."""
    connection.execute(
        insert(ModelCall).values(
            id=call.id,
            ask_id=call.ask_id,
            user_id=call.user_id,
            provider=call.provider,
            model=call.model,
            state=call.state,
            owner=call.owner,
            lease_expires_at=call.lease_expires_at,
            created_at=call.created_at,
            reserved_nanodollars=call.reserved_nanodollars,
            is_estimated=False,
        )
    )


def mark_sent(connection: Connection, call_id: UUID, lease_expires_at: datetime) -> None:
    """Say that the request is leaving for the provider."""
    connection.execute(
        update(ModelCall)
        .where(ModelCall.id == call_id, ModelCall.state == "reserved")
        .values(state="sent", lease_expires_at=lease_expires_at)
    )


def settle_call(connection: Connection, call: SettledCall) -> None:
    """Write what a call used and add it to the day's sums; a call that is settled or swept already stays as it is."""
    settled = connection.execute(
        update(ModelCall)
        .where(ModelCall.id == call.id, ModelCall.state.in_(OPEN_STATES))
        .values(
            state="settled",
            lease_expires_at=None,
            settled_at=call.settled_at,
            input_tokens=call.input_tokens,
            output_tokens=call.output_tokens,
            cost_nanodollars=call.cost_nanodollars,
            is_estimated=call.is_estimated,
            outcome=call.outcome,
            latency_ms=call.latency_ms,
            first_content_ms=call.first_content_ms,
        )
        .returning(ModelCall.created_at)
    ).first()
    if settled is not None:
        _add_to_rollup(
            connection,
            created_at=settled.created_at,
            provider=call.provider,
            model=call.model,
            input_tokens=call.input_tokens,
            output_tokens=call.output_tokens,
            cost_nanodollars=call.cost_nanodollars,
        )


def drop_unsent_call(connection: Connection, call_id: UUID) -> None:
    """Close the row of a call that was reserved but never made; it costs nothing and counts nowhere."""
    connection.execute(
        update(ModelCall)
        .where(ModelCall.id == call_id, ModelCall.state == "reserved")
        .values(state="unsent", lease_expires_at=None, cost_nanodollars=0)
    )


def renew_leases(connection: Connection, owner: str, lease_expires_at: datetime) -> None:
    """Keep the open rows of a living process out of the sweep."""
    connection.execute(
        update(ModelCall)
        .where(ModelCall.owner == owner, ModelCall.state.in_(OPEN_STATES))
        .values(lease_expires_at=lease_expires_at)
    )


def sweep_expired(connection: Connection, now: datetime) -> Sequence[UUID]:
    """Close the rows whose process died: what was sent is costed as reserved, and its ask ends as interrupted.

    Returns the ids of the asks.
    """
    is_expired = ModelCall.lease_expires_at < now
    unsent = connection.scalars(
        update(ModelCall)
        .where(ModelCall.state == "reserved", is_expired)
        .values(state="unsent", lease_expires_at=None, cost_nanodollars=0)
        .returning(ModelCall.ask_id)
    ).all()
    expired = connection.execute(
        update(ModelCall)
        .where(ModelCall.state == "sent", is_expired)
        .values(
            state="swept",
            lease_expires_at=None,
            settled_at=now,
            cost_nanodollars=ModelCall.reserved_nanodollars,
            is_estimated=True,
            outcome="process_died",
        )
        .returning(
            ModelCall.ask_id, ModelCall.provider, ModelCall.model, ModelCall.created_at, ModelCall.cost_nanodollars
        )
    ).all()
    for row in expired:
        _add_to_rollup(
            connection,
            created_at=row.created_at,
            provider=row.provider,
            model=row.model,
            input_tokens=0,
            output_tokens=0,
            cost_nanodollars=row.cost_nanodollars,
        )
    asks = [ask_id for ask_id in (*unsent, *(row.ask_id for row in expired)) if ask_id is not None]
    if asks:
        connection.execute(
            update(Ask)
            .where(Ask.id.in_(asks), Ask.state == "running")
            .values(state="failed", error_code="ANSWER_INTERRUPTED", ended_at=now)
        )
    return asks


def has_open_calls(connection: Connection, owner: str) -> bool:
    """Tell whether a process still has calls under way."""
    query = select(ModelCall.id).where(ModelCall.owner == owner, ModelCall.state.in_(OPEN_STATES)).limit(1)
    return connection.execute(query).first() is not None


def _add_to_rollup(
    connection: Connection,
    *,
    created_at: datetime,
    provider: str,
    model: str,
    input_tokens: int,
    output_tokens: int,
    cost_nanodollars: int | None,
) -> None:
    values = {
        "calls": 1,
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "cost_nanodollars": cost_nanodollars or 0,
        "unpriced_calls": int(cost_nanodollars is None),
    }
    connection.execute(
        upsert(connection, UsageRollup)
        .values(day=created_at.date(), provider=provider, model=model, **values)
        .on_conflict_do_update(
            index_elements=["day", "provider", "model"],
            set_={name: getattr(UsageRollup, name) + value for name, value in values.items()},
        )
    )
