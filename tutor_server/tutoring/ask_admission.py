"""How an ask passes the limits before its prompt is known, and how what it took is given back."""

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
    """Admits asks by the limiter, whose word on money the database confirms."""

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
        """Pass the limits, with money for the dearest call there is or, where that does not fit, for this ask's.

        The prompt is not known yet. What is reserved at the second try is the least that it can cost, so that no ask is
        refused here that fits; the opening transaction reserves what the prompt does cost at the most. Raises a limit's
        refusal.
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
        except BudgetBusy:  # by the limiter's copy, which knows neither what is under way nor what is just settled
            await self._require_room(reserved)
            return await self._take(asker, reserved)

    async def give_back(self, grant: Grant) -> None:
        """Return to the limiter what an ask had taken that was not opened."""
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
        """Raise `BudgetBusy` or `BudgetReached` where the database has no room for a call; else mend the limiter."""
        now = self._clock.now()
        refusal = await self._database.read(
            lambda connection: budget_refusal(connection, now.date(), nanodollars, self._ledger.budgets, now)
        )
        if refusal is not None:
            raise refusal
        await self._limiter.reread_spending(now.date())
