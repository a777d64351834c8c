"""The calls of one ask in the ledger: a row for each provider call, settled with its outcome."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from tutor_server.limits import Leases
from tutor_server.llm.provider import Usage
from tutor_server.storage.call_failures import count_failures
from tutor_server.storage.course_models import EVERYWHERE
from tutor_server.storage.ledger import NewCall, SettledCall, close_unsent, insert_call, mark_sent, settle_call
from tutor_server.storage.spending import Budgets, commit_spending
from tutor_server.storage.usage import add_usage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.admission.limiter import Limiter, Mark
    from tutor_server.clock import Clock
    from tutor_server.llm.call import CallOutcome
    from tutor_server.llm.provider import Provider
    from tutor_server.storage.courses import StoredCourse
    from tutor_server.storage.database import Database
    from tutor_server.storage.spending import NearlySpent
    from tutor_server.storage.usage import UsageChange

log = structlog.get_logger(__name__)

NEEDS_THE_OPERATOR = ("authentication", "payment_required")
"""Call outcomes that retrying cannot change, such as a bad key or an unpaid bill: permanent until an operator acts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The shared dependencies of all asks' ledger rows. `price` returns nano-dollars, or None if no price is known."""

    database: Database
    limiter: Limiter
    clock: Clock
    new_id: Callable[[], UUID]
    owner: str
    price: Callable[[str, str, Usage, datetime], int | None]
    leases: Leases = field(default_factory=Leases)
    budgets: Budgets = field(default_factory=Budgets)
    max_call_cost: int = 0
    """Nano-dollars that the limiter reserves for a call before its prompt is known."""
    queued: Collection[str] = ()
    """The names of the providers whose calls may wait in a queue: their rows are reserved until the call is sent."""
    under_way: set[UUID] = field(default_factory=set)
    """The open calls of this process, whose leases are renewed. Calls that are not in this set will be swept."""

    def cost_of(self, provider: Provider, usage: Usage) -> int:
        """Return the nano-dollars that a call would cost now, or 0 if no price is known."""
        return self.price(provider.name, provider.model, with_thoughts(usage, provider), self.clock.now()) or 0

    def most_for(self, provider: Provider, usage: Usage, at: datetime) -> int | None:
        """Return the nano-dollars that a call costs at the most, with a cache that is empty or is not used.

        `usage` counts the tokens that the provider may write to its cache. Return None if no price is known.
        """
        plain = self.price(provider.name, provider.model, replace(usage, cache_write_tokens=0), at)
        written = self.price(provider.name, provider.model, usage, at)
        return None if plain is None or written is None else max(plain, written)

    @property
    def lease(self) -> timedelta:
        """The time for which a row's lease is valid without a renewal."""
        return timedelta(seconds=self.leases.lasts)


class AskCalls:
    """The calls of one ask. It is the chain's call recorder.

    The first row is written in the transaction that opens the ask (`reserve`), and the outcomes in the transaction that
    ends the ask (`write_outcomes`). So an ask with one call takes two transactions in all. `opened` and `closed`
    must be called after these transactions are committed. Calls that no student caused have no ids and no course, and a
    `prefix` of the provider's name sets them apart.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        ask_id: UUID | None,
        user_id: UUID | None,
        course: StoredCourse | None = None,
        place: Mark | None,
        held: int,
        reserved_usage: Usage,
        prefix: str = "",
    ) -> None:
        self._ledger = ledger
        self._ask_id = ask_id
        self._user_id = user_id
        self._course = course
        self._place = place
        self._reserved_usage = reserved_usage
        self._prefix = prefix
        self._reserved: NewCall | None = None
        self._unsent: list[UUID] = []
        """The ids of calls that were not made and whose rows may still be open."""
        self._outcomes: list[SettledCall] = []
        self._ids: list[UUID] = []
        self._held = held
        self._cost = 0
        self._is_priced = True
        self._nearly_spent: Sequence[NearlySpent] = ()

    @property
    def spending_correction(self) -> int:
        """The cost of the calls minus the limiter's reservation for the ask, in nano-dollars. It may be negative."""
        return self._cost - self._held

    @property
    def cost_nanodollars(self) -> int | None:
        """The cost of the settled calls, or None if one has no known price."""
        return self._cost if self._is_priced else None

    @property
    def unused_place(self) -> Mark | None:
        """The entry in the rate limit of provider calls that this ask has taken but not used, or None."""
        return self._place

    def reserve(self, connection: Connection, provider: Provider) -> None:
        """Write the row of the call that will probably be made first. Raises `BudgetBusy` or `BudgetReached`.

        A call to a remote provider is marked as sent at once, so that no further transaction delays the first word. If
        the process dies before it sends the call, the ledger counts one call too many. A call that may wait in a queue
        is only reserved: while it waits it costs nothing.
        """
        is_sent = provider.is_remote and provider.name not in self._ledger.queued
        call = self._new_call(provider, state="sent" if is_sent else "reserved")
        self._hold_back(connection, call)
        insert_call(connection, call, lease=self._ledger.lease)
        self._reserved = call

    def opened(self) -> None:
        """Renew the lease of the reserved row from now on."""
        self._warn()
        if self._reserved is not None:
            self._keep(self._reserved)

    def closed(self) -> None:
        """Stop renewing the leases of this ask's calls; the sweep closes rows that are still open."""
        self._ledger.under_way.difference_update(self._ids)

    def reserved(self, provider: Provider) -> _AskCall | None:
        """Return the reserved call if it is for this provider, or None. It is returned only once."""
        reserved = self._reserved
        if reserved is None or not self._is_for(reserved, provider) or provider.name in self._ledger.queued:
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
        if reserved is not None and self._is_for(reserved, provider):
            if await self._mark_sent(reserved, place):
                return _AskCall(self, reserved, place)
            reserved = None
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
        """Store the outcomes of calls and close the rows of calls that were not made; return the changes of the sums.

        The caller writes these changes at the end of the transaction with `add_usage`.
        """
        reserved = () if self._reserved is None else (self._reserved.id,)
        unsent = close_unsent(connection, (*self._unsent, *reserved))
        changes = [settle_call(connection, outcome) for outcome in self._outcomes]
        counted = zip(self._outcomes, changes, strict=True)
        count_failures(connection, ((change.course_id, call) for call, change in counted if change))
        return [*unsent, *(change for change in changes if change is not None)]

    async def _take_place(self) -> Mark:
        place = self._place
        if place is None:
            return await self._ledger.limiter.take_call()
        if self._ledger.queued:
            place = await self._ledger.limiter.send_call(place)
        self._place = None
        return place

    async def _mark_sent(self, call: NewCall, place: Mark | None) -> bool:
        """Mark a reserved call as sent. Return False if its lease ran out, so that the sweep has closed its row."""
        try:
            return await self._ledger.database.commit(lambda connection: mark_sent(connection, call.id))
        except BaseException:
            self.not_made(call, place)
            raise

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
        amount = (connection, call.created_at.date(), call.reserved_nanodollars or 0)
        warnings = list(commit_spending(*amount, self._ledger.budgets, call.created_at))
        if self._course is not None:
            warnings += commit_spending(*amount, self._course.budgets, call.created_at, course_id=self._course.id)
        self._nearly_spent = warnings

    def _warn(self) -> None:
        """Log the budgets of which little is left. Called after the commit."""
        for budget in self._nearly_spent:
            log.warning(
                "budget_nearly_spent",
                period=budget.period,
                committed_usd=budget.committed_nanodollars / 1e9,
                budget_usd=budget.budget_nanodollars / 1e9,
                course=None if budget.course_id == EVERYWHERE else str(budget.course_id),
            )
        self._nearly_spent = ()

    def not_made(self, call: NewCall, place: Mark | None) -> None:
        """Record that a call was not sent. The next write closes its row; its rate-limit entry serves another call."""
        self._unsent.append(call.id)
        self._place = place

    def _keep(self, call: NewCall) -> None:
        self._ids.append(call.id)
        self._ledger.under_way.add(call.id)

    def _new_call(self, provider: Provider, *, state: str) -> NewCall:
        now = self._ledger.clock.now()
        usage = with_thoughts(self._reserved_usage, provider) if provider.is_remote else Usage(0, 0)
        return NewCall(
            id=self._ledger.new_id(),
            ask_id=self._ask_id,
            user_id=self._user_id,
            course_id=EVERYWHERE if self._course is None else self._course.id,
            provider=self._name_of(provider),
            model=provider.model,
            state=state,
            owner=self._ledger.owner,
            created_at=now,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            reserved_nanodollars=self._ledger.most_for(provider, usage, now),
        )

    def _is_for(self, call: NewCall, provider: Provider) -> bool:
        return (call.provider, call.model) == (self._name_of(provider), provider.model)

    def _name_of(self, provider: Provider) -> str:
        """Return the provider's name in the ledger."""
        return f"{self._prefix}{provider.name}"

    def settled(self, call: NewCall, outcome: CallOutcome) -> None:
        """Record and log the outcome of a call. It is stored when the ask ends or before the next call."""
        usage = outcome.usage
        name = call.provider.removeprefix(self._prefix)
        cost = self._ledger.price(name, call.model, usage, call.created_at)
        self._cost += cost or 0
        self._is_priced = self._is_priced and cost is not None
        latency_ms = round(outcome.latency_seconds * 1000)
        self._outcomes.append(
            SettledCall(
                id=call.id,
                provider=call.provider,
                model=call.model,
                settled_at=self._ledger.clock.now(),
                input_tokens=usage.input_tokens,
                cache_read_tokens=usage.cache_read_tokens,
                cache_write_tokens=usage.cache_write_tokens,
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
            user=self._user_id and str(self._user_id),
            message_id=self._ask_id and str(self._ask_id),
            provider=call.provider,
            model=call.model,
            input_tokens=usage.input_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
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
        """Record the outcome of the call. It is stored when the ask ends or before the next call."""
        self.calls.settled(self.call, outcome)

    def withdraw(self) -> None:
        """Record that the call was not made after all."""
        self.calls.not_made(self.call, self.place)


def with_thoughts(usage: Usage, provider: Provider) -> Usage:
    """Return the most that a call may use: a model that thinks has room for thoughts beside the longest answer."""
    return replace(usage, output_tokens=usage.output_tokens + provider.thinking_tokens)


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
