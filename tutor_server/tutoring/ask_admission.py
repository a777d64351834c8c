"""Checks the limits before an ask's prompt is known, and releases the limits if the ask is then not opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.errors import BudgetBusy
from tutor_server.llm.provider import Usage
from tutor_server.storage.spending import budget_refusal
from tutor_server.tutoring.prompts import least_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from tutor_protocol import Ask
    from tutor_server.admission.limiter import Grant, Limiter
    from tutor_server.clock import Clock
    from tutor_server.errors import TutorError
    from tutor_server.ledger.calls import Ledger
    from tutor_server.llm.provider import Provider
    from tutor_server.storage.background import Asker
    from tutor_server.storage.database import Database
    from tutor_server.tutoring.ask_place import AskPlace
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
        first_provider: Callable[[Sequence[str] | None], Provider],
        rules: Rules,
    ) -> None:
        self._limiter = limiter
        self._database = database
        self._ledger = ledger
        self._clock = clock
        self._first_provider = first_provider
        self._rules = rules

    async def admit(self, asker: Asker, place: AskPlace, ask: Ask) -> Grant:
        """Check the limits and reserve the maximum cost of a call or, if that exceeds the budget, the cost of this ask.

        The prompt is not known yet. The second attempt reserves the minimum cost of this ask, so that no ask that fits
        the budget is refused. The opening transaction later reserves the prompt's maximum cost. Raises the refusal of a
        limit.
        """
        provider = self._first_provider(place.course.providers)
        try:
            return await self._take(asker, place, provider, self._ledger.max_call_cost if provider.is_remote else 0)
        except BudgetBusy:
            reserved = self._ledger.cost_of(
                provider,
                Usage(least_tokens(ask, self._rules.context_tokens), self._rules.max_output_tokens),
            )
        try:
            return await self._take(asker, place, provider, reserved)
        except BudgetBusy:  # The limiter's copy of the spending may be stale, so the database decides.
            await self._require_room(place, reserved)
            return await self._take(asker, place, provider, reserved)

    async def give_back(self, grant: Grant) -> None:
        """Return to the limiter the message, call and money that an ask took if the ask was not opened."""
        await self._limiter.give_back(grant)
        if grant.call_mark is not None:
            await self._limiter.give_back_call(grant.call_mark)
            await self._limiter.correct_spending(grant.day, -grant.reserved, grant.course_id)

    async def _take(self, asker: Asker, place: AskPlace, provider: Provider, reserved: int) -> Grant:
        return await self._limiter.admit(
            asker.subject,
            calls_provider=provider.is_remote,
            reserved=reserved,
            own=asker.own_limits,
            course=place.limits,
        )

    async def _require_room(self, place: AskPlace, nanodollars: int) -> None:
        """Raise `BudgetBusy` or `BudgetReached` if the database has no budget left; else refresh the limiter's copy."""
        now, course = self._clock.now(), place.course

        def read(connection: Connection) -> TutorError | None:
            today = now.date()
            return budget_refusal(connection, today, nanodollars, self._ledger.budgets, now) or budget_refusal(
                connection, today, nanodollars, course.budgets, now, course_id=course.id
            )

        refusal = await self._database.read(read)
        if refusal is not None:
            raise refusal
        await self._limiter.reread_spending(now.date(), course.id)
