"""The ledger's view of one ask: a row a provider call, reserved with the ask, marked sent, settled with its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import DatabaseUnavailable
from tutor_server.limits import LEASE_SECONDS
from tutor_server.storage.ledger import (
    NewCall,
    SettledCall,
    drop_unsent_call,
    insert_call,
    mark_sent,
    settle_call,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.admission.limiter import Grant, Limiter
    from tutor_server.clock import Clock
    from tutor_server.llm.call import CallOutcome
    from tutor_server.llm.provider import Provider, Usage
    from tutor_server.storage.database import Database

log = structlog.get_logger(__name__)

NEEDS_THE_OPERATOR = ("authentication", "payment_required")
"""Outcomes that stay until somebody changes a setting or pays a bill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What is needed to keep the rows of an ask. `price` gives nano-dollars at a time, or None: no price is known."""

    database: Database
    limiter: Limiter
    clock: Clock
    new_id: Callable[[], UUID]
    owner: str
    price: Callable[[str, str, Usage, datetime], int | None]

    def lease(self) -> timedelta:
        """How long a row outlives its last renewal."""
        return timedelta(seconds=LEASE_SECONDS)


class AskCalls:
    """The calls of one ask; the chain's recorder.

    The first row is reserved in the ask's own opening transaction (`reserve`), what the calls used is written in its
    ending one (`write_outcomes`), so that an ask of one call takes three transactions in all.
    """

    def __init__(self, ledger: Ledger, *, ask_id: UUID, user_id: UUID, grant: Grant, reserved_usage: Usage) -> None:
        self._ledger = ledger
        self._ask_id = ask_id
        self._user_id = user_id
        self._has_place = grant.call_mark is not None
        self._reserved_usage = reserved_usage
        self._reserved: NewCall | None = None
        self._outcomes: list[SettledCall] = []

    @property
    def place_is_used(self) -> bool:
        """Whether the place in the provider window that came with the grant was used for a call."""
        return not self._has_place

    def reserve(self, connection: Connection, provider: Provider) -> None:
        """Write the row of the call that will probably be made first."""
        call = self._new_call(provider, state="reserved")
        insert_call(connection, call)
        self._reserved = call

    async def start(self, provider: Provider) -> _AskCall:
        """Record that a call is about to be sent. Raises `GlobalLimitReached` or `DatabaseUnavailable`."""
        if provider.is_remote:
            if self._has_place:
                self._has_place = False
            else:
                await self._ledger.limiter.take_call()
        reserved, self._reserved = self._reserved, None
        if reserved is not None and (reserved.provider, reserved.model) == (provider.name, provider.model):
            if provider.is_remote:
                lease_expires_at = self._ledger.clock.now() + self._ledger.lease()
                await self._ledger.database.commit(
                    lambda connection: mark_sent(connection, reserved.id, lease_expires_at)
                )
            return _AskCall(self, reserved)
        call = self._new_call(provider, state="sent")
        outcomes, self._outcomes = self._outcomes, []

        def write(connection: Connection) -> None:
            if reserved is not None:
                drop_unsent_call(connection, reserved.id)
            for outcome in outcomes:
                settle_call(connection, outcome)
            insert_call(connection, call)

        try:
            await self._ledger.database.commit(write)
        except DatabaseUnavailable:
            self._reserved, self._outcomes = reserved, outcomes
            raise
        return _AskCall(self, call)

    def note(self, outcome: SettledCall) -> None:
        """Keep an outcome for the next transaction."""
        self._outcomes.append(outcome)

    def write_outcomes(self, connection: Connection) -> None:
        """Write what the calls used, and close a row whose call was never made."""
        if self._reserved is not None:
            drop_unsent_call(connection, self._reserved.id)
        for outcome in self._outcomes:
            settle_call(connection, outcome)

    def _new_call(self, provider: Provider, *, state: str) -> NewCall:
        now = self._ledger.clock.now()
        return NewCall(
            id=self._ledger.new_id(),
            ask_id=self._ask_id,
            user_id=self._user_id,
            provider=provider.name,
            model=provider.model,
            state=state,
            owner=self._ledger.owner,
            lease_expires_at=now + self._ledger.lease(),
            created_at=now,
            reserved_nanodollars=self._ledger.price(provider.name, provider.model, self._reserved_usage, now),
        )

    def _settle(self, call: NewCall, outcome: CallOutcome) -> None:
        usage = outcome.usage
        cost = self._ledger.price(call.provider, call.model, usage, call.created_at)
        latency_ms = round(outcome.latency_seconds * 1000)
        self.note(
            SettledCall(
                id=call.id,
                provider=call.provider,
                model=call.model,
                settled_at=self._ledger.clock.now(),
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                cost_nanodollars=cost,
                is_estimated=outcome.usage_estimated,
                outcome=outcome.reason,
                latency_ms=latency_ms,
                first_content_ms=_milliseconds(outcome.first_content_seconds),
            )
        )
        note = log.error if outcome.reason in NEEDS_THE_OPERATOR else log.info
        note(
            "model_call",
            user=str(self._user_id),
            message_id=str(self._ask_id),
            provider=call.provider,
            model=call.model,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            usage_estimated=outcome.usage_estimated,
            estimated_cost_usd=None if cost is None else cost / 1e9,
            latency_ms=latency_ms,
            first_content_ms=_milliseconds(outcome.first_content_seconds),
            outcome=outcome.reason,
            upstream_status=outcome.status,
            upstream_message=outcome.message,
        )


@dataclass(frozen=True, slots=True)
class _AskCall:
    calls: AskCalls
    call: NewCall

    async def settle(self, outcome: CallOutcome) -> None:
        """Note what became of the call; it is written with the ask's end, or before the next call."""
        self.calls._settle(self.call, outcome)  # noqa: SLF001 - one thing in two classes


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
