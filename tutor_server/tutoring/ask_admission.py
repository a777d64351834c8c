"""Checks the limits before an ask's prompt is known, and releases the limits if the ask is then not opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.errors import BudgetBusy
from tutor_server.llm.provider import Usage
from tutor_server.storage.spending import budget_refusal
from tutor_server.tutoring.prompts import least_tokens

if TYPE_CHECKING:
    from tutor_protocol import Ask
    from tutor_server.admission.limiter import Grant, Limiter
    from tutor_server.clock import Clock
    from tutor_server.ledger.calls import Ledger
    from tutor_server.llm.provider import Provider
    from tutor_server.storage.background import Asker
    from tutor_server.storage.database import Database
    from tutor_server.tutoring.rules import Rules


class AskAdmission:
    """Admits asks that the limiter allows. The database confirms a refusal because of a budget."""

    def __init__(
        self,
        *,
        limiter: Limiter,
        database: Database,
        ledger: Ledger,
        clock: Clock,
        first_provider: Provider,
        rules: Rules,
    ) -> None:
        self._limiter = limiter
        self._database = database
        self._ledger = ledger
        self._clock = clock
        self._first_provider = first_provider
        self._rules = rules

    async def admit(self, asker: Asker, ask: Ask) -> Grant:
        """Check the limits and reserve the maximum cost of a call or, if that exceeds the budget, the cost of this ask.

        The prompt is not known yet. The second attempt reserves the minimum cost of this ask, so that no ask that fits
        the budget is refused. The opening transaction later reserves the prompt's maximum cost. Raises the refusal of a
        limit.
        """
        calls_provider = self._first_provider.is_remote
        try:
            return await self._take(asker, self._ledger.max_call_cost if calls_provider else 0)
        except BudgetBusy:
            reserved = self._ledger.cost_of(
                self._first_provider,
                Usage(least_tokens(ask, self._rules.context_tokens), self._rules.max_output_tokens),
            )
        try:
            return await self._take(asker, reserved)
        except BudgetBusy:  # The limiter's copy of the spending may be stale, so the database decides.
            await self._require_room(reserved)
            return await self._take(asker, reserved)

    async def give_back(self, grant: Grant) -> None:
        """Return to the limiter the message, call and money that an ask took if the ask was not opened."""
        await self._limiter.give_back(grant)
        if grant.call_mark is not None:
            await self._limiter.give_back_call(grant.call_mark)
            await self._limiter.correct_spending(grant.day, -grant.reserved)

    async def _take(self, asker: Asker, reserved: int) -> Grant:
        return await self._limiter.admit(
            asker.subject,
            calls_provider=self._first_provider.is_remote,
            reserved=reserved,
            own=asker.own_limits,
        )

    async def _require_room(self, nanodollars: int) -> None:
        """Raise `BudgetBusy` or `BudgetReached` if the database has no budget left; else refresh the limiter's copy."""
        now = self._clock.now()
        refusal = await self._database.read(
            lambda connection: budget_refusal(connection, now.date(), nanodollars, self._ledger.budgets, now)
        )
        if refusal is not None:
            raise refusal
        await self._limiter.reread_spending(now.date())
