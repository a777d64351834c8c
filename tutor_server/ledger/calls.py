"""The ledger's view of one ask: a row a provider call, written with the ask, settled with its outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from tutor_server.limits import Leases
from tutor_server.llm.provider import Usage
from tutor_server.storage.ledger import NewCall, SettledCall, close_unsent, insert_call, settle_call
from tutor_server.storage.spending import Budgets, commit_spending
from tutor_server.storage.usage import add_usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.admission.limiter import Limiter, Mark
    from tutor_server.clock import Clock
    from tutor_server.llm.call import CallOutcome
    from tutor_server.llm.provider import Provider
    from tutor_server.storage.database import Database
    from tutor_server.storage.spending import NearlySpent
    from tutor_server.storage.usage import UsageChange

log = structlog.get_logger(__name__)

NEEDS_THE_OPERATOR = ("authentication", "payment_required")
"""Outcomes that stay until somebody changes a setting or pays a bill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Parts that the rows of an ask need. `price` returns nano-dollars at a time, or None if no price is known."""

    database: Database
    limiter: Limiter
    clock: Clock
    new_id: Callable[[], UUID]
    owner: str
    price: Callable[[str, str, Usage, datetime], int | None]
    leases: Leases = field(default_factory=Leases)
    budgets: Budgets = field(default_factory=Budgets)
    max_call_cost: int = 0
    """Nano-dollars that the limiter reserves first, without a look at the prompt."""
    under_way: set[UUID] = field(default_factory=set)
    """The calls of this process whose rows are open: their leases are renewed. Whatever is not here will be swept."""

    def cost_of(self, provider: Provider, usage: Usage) -> int:
        """Return nano-dollars that a call would cost now; 0 where no price is known."""
        return self.price(provider.name, provider.model, usage, self.clock.now()) or 0

    @property
    def lease(self) -> timedelta:
        """How long a row outlives its last renewal."""
        return timedelta(seconds=self.leases.lasts)


class AskCalls:
    """The calls of one ask; the chain's recorder.

    The first row is written in the ask's own opening transaction (`reserve`), what the calls used in its ending one
    (`write_outcomes`), so that an ask of one call takes two transactions in all. `opened` and `closed` follow these
    once they are committed.
    """

    def __init__(
        self, ledger: Ledger, *, ask_id: UUID, user_id: UUID, place: Mark | None, held: int, reserved_usage: Usage
    ) -> None:
        self._ledger = ledger
        self._ask_id = ask_id
        self._user_id = user_id
        self._place = place
        self._reserved_usage = reserved_usage
        self._reserved: NewCall | None = None
        self._unsent: list[UUID] = []
        """Calls that were not made, and whose rows may be open."""
        self._outcomes: list[SettledCall] = []
        self._ids: list[UUID] = []
        self._held = held
        self._cost = 0
        self._nearly_spent: Sequence[NearlySpent] = ()

    @property
    def spending_correction(self) -> int:
        """What the calls did cost, less what the limiter reserved for the ask, in nano-dollars."""
        return self._cost - self._held

    @property
    def unused_place(self) -> Mark | None:
        """The place in the provider window that was taken and not used."""
        return self._place

    def reserve(self, connection: Connection, provider: Provider) -> None:
        """Write the row of the call that will probably be made first. Raises `BudgetBusy` or `BudgetReached`.

        Where the call leaves the process it counts as sent from now on: no transaction of its own holds up the model's
        first word for saying so. A process that dies before the call went out is billed for one call too many.
        """
        call = self._new_call(provider, state="sent" if provider.is_remote else "reserved")
        self._hold_back(connection, call)
        insert_call(connection, call, lease=self._ledger.lease)
        self._reserved = call

    def opened(self) -> None:
        """Keep the reserved row from now on."""
        self._warn()
        if self._reserved is not None:
            self._keep(self._reserved)

    def closed(self) -> None:
        """Leave whatever is still open to the sweep."""
        self._ledger.under_way.difference_update(self._ids)

    def reserved(self, provider: Provider) -> _AskCall | None:
        """Return the call that the ask was opened with, once, if it is to this provider."""
        reserved = self._reserved
        if reserved is None or (reserved.provider, reserved.model) != (provider.name, provider.model):
            return None
        self._reserved = None
        place, self._place = self._place, None
        return _AskCall(self, reserved, place)

    async def start(self, provider: Provider) -> _AskCall:
        """Record that a call is about to be sent.

        Raises `GlobalLimitReached`, `BudgetBusy`, `BudgetReached` or `DatabaseUnavailable`.
        """
        place = await self._take_place() if provider.is_remote else None
        reserved, self._reserved = self._reserved, None
        call = self._new_call(provider, state="sent")
        self._keep(call)
        if reserved is not None:
            self._unsent.append(reserved.id)
        try:
            await self._write_start(call)
        except BaseException:
            self.not_made(call, place)
            raise
        return _AskCall(self, call, place)

    def write_outcomes(self, connection: Connection) -> Sequence[UsageChange]:
        """Write what the calls used, and close the rows of calls that were not made; return what this adds to the sums.

        The sums are for the caller to write at the end of the transaction, with `add_usage`.
        """
        reserved = () if self._reserved is None else (self._reserved.id,)
        unsent = close_unsent(connection, (*self._unsent, *reserved))
        changes = [settle_call(connection, outcome) for outcome in self._outcomes]
        return [*unsent, *(change for change in changes if change is not None)]

    async def _take_place(self) -> Mark:
        place, self._place = self._place, None
        if place is None:
            place = await self._ledger.limiter.take_call()
        return place

    async def _write_start(self, call: NewCall) -> None:
        def write(connection: Connection) -> None:
            changes = self.write_outcomes(connection)
            add_usage(connection, changes)
            self._hold_back(connection, call)
            insert_call(connection, call, lease=self._ledger.lease)

        await self._ledger.database.commit(write)
        self._warn()
        self._unsent.clear()
        self._outcomes.clear()

    def _hold_back(self, connection: Connection, call: NewCall) -> None:
        self._nearly_spent = commit_spending(
            connection, call.created_at.date(), call.reserved_nanodollars or 0, self._ledger.budgets, call.created_at
        )

    def _warn(self) -> None:
        """Log the budgets of which little is left, after the commit."""
        for budget in self._nearly_spent:
            log.warning(
                "budget_nearly_spent",
                period=budget.period,
                committed_usd=budget.committed_nanodollars / 1e9,
                budget_usd=budget.budget_nanodollars / 1e9,
            )
        self._nearly_spent = ()

    def not_made(self, call: NewCall, place: Mark | None) -> None:
        """Note that a call was not sent: its row is closed with the next write, its place serves another call."""
        self._unsent.append(call.id)
        self._place = place

    def _keep(self, call: NewCall) -> None:
        self._ids.append(call.id)
        self._ledger.under_way.add(call.id)

    def _new_call(self, provider: Provider, *, state: str) -> NewCall:
        now = self._ledger.clock.now()
        usage = self._reserved_usage if provider.is_remote else Usage(0, 0)
        return NewCall(
            id=self._ledger.new_id(),
            ask_id=self._ask_id,
            user_id=self._user_id,
            provider=provider.name,
            model=provider.model,
            state=state,
            owner=self._ledger.owner,
            created_at=now,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            reserved_nanodollars=self._ledger.price(provider.name, provider.model, usage, now),
        )

    def settled(self, call: NewCall, outcome: CallOutcome) -> None:
        """Note what became of a call, and log it: it is written with the ask's end, or before the next call."""
        usage = outcome.usage
        cost = self._ledger.price(call.provider, call.model, usage, call.created_at)
        self._cost += cost or 0
        latency_ms = round(outcome.latency_seconds * 1000)
        self._outcomes.append(
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
    place: Mark | None

    def settle(self, outcome: CallOutcome) -> None:
        """Note what became of the call; it is written with the ask's end, or before the next call."""
        self.calls.settled(self.call, outcome)

    def withdraw(self) -> None:
        """Note that the call was not made after all."""
        self.calls.not_made(self.call, self.place)


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
