"""Builds the tutor, which answers asks, and its ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from tutor_server.ledger.budgets import budgets_of
from tutor_server.ledger.calls import Ledger
from tutor_server.ledger.lease_keeper import LeaseKeeper
from tutor_server.tutoring.course_book import CourseBook
from tutor_server.tutoring.off_switch import OffSwitch
from tutor_server.tutoring.opening import Opening
from tutor_server.tutoring.refusals import RefusalCount
from tutor_server.tutoring.rules import Rules
from tutor_server.tutoring.settling import Settling
from tutor_server.tutoring.speaking import Speaker
from tutor_server.tutoring.tutor import Tutor

if TYPE_CHECKING:
    from collections.abc import Hashable

    from structlog.typing import FilteringBoundLogger

    from tutor_analysis.analyst import Analyst
    from tutor_analysis.pool import NotAnalysed
    from tutor_server.composition.inputs import BackgroundWork, Inputs
    from tutor_server.composition.llm import Models
    from tutor_server.composition.storage import Storage
    from tutor_server.settings import Settings

log: FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tutoring:
    """The tutor, the analyst that the chat socket also uses, the off switch and the cached courses."""

    tutor: Tutor
    analyst: Analyst
    off_switch: OffSwitch
    book: CourseBook
    refusals: RefusalCount
    models: Models
    work: tuple[BackgroundWork, ...]

    async def close(self) -> None:
        """Write the counts of refusals, close the providers' connections, and end the child processes."""
        await self.refusals.write()
        await self.models.chain.close()
        await self.analyst.close()


def build_tutoring(
    inputs: Inputs, storage: Storage, models: Models, analyst: Analyst, *, marker_key: bytes
) -> Tutoring:
    """Build the tutor from the storage, the models and the analyst.

    The secret words of prompts are derived from `marker_key`.
    """
    settings, clock, database = inputs.settings, inputs.clock, storage.database
    limiter, chain = storage.shared.limiter, models.chain
    ledger = build_ledger(inputs, storage, models)
    off_switch, book, refusals = OffSwitch(database), CourseBook(database, clock), RefusalCount(database, clock)
    opening = Opening(
        database=database,
        limiter=limiter,
        ledger=ledger,
        analyst=analyst,
        first_provider=chain.first_of,
        book=book,
        off_switch=off_switch,
        rules=rules_of(settings),
        clock=clock,
        new_id=inputs.new_id,
        marker_key=marker_key,
    )
    tutor = Tutor(
        opening=opening,
        speaker=Speaker(analyst, chain, refusals),
        settling=Settling(database, limiter, clock, store_code=settings.store_code),
        replicas=storage.shared.replicas,
        off_switch=off_switch,
        book=book,
        refusals=refusals,
        database=database,
        deadlines=inputs.deadlines,
    )
    return Tutoring(
        tutor=tutor,
        analyst=analyst,
        off_switch=off_switch,
        book=book,
        refusals=refusals,
        models=models,
        work=(LeaseKeeper(ledger).run, off_switch.run, book.run, refusals.run),
    )


def build_ledger(inputs: Inputs, storage: Storage, models: Models) -> Ledger:
    """Build the ledger of model calls of this process."""
    return Ledger(
        database=storage.database,
        limiter=storage.shared.limiter,
        clock=inputs.clock,
        new_id=inputs.new_id,
        owner=inputs.random_bytes(16).hex(),
        price=models.prices.estimated_cost,
        leases=inputs.leases,
        budgets=budgets_of(inputs.settings),
        max_call_cost=models.max_call_cost,
        queued=storage.shared.queues,
    )


def log_unanalysed(owner: Hashable, step: str, failure: NotAnalysed) -> None:
    """Log that a step of analysis gave no result, without student data. The student then gets a generic hint."""
    note = log.error if failure.reason == "failed" else log.warning
    note("not_analysed", user=str(owner), step=step, reason=failure.reason, exception_type=failure.detail or None)


def rules_of(settings: Settings) -> Rules:
    """Return the operator's settings that shape every answer."""
    return Rules(
        daily_messages=settings.daily_message_cap,
        max_hint_level=settings.max_hint_level,
        ladder=settings.ladder,
        context_tokens=settings.context_tokens,
        max_output_tokens=settings.max_output_tokens,
        store_code=settings.store_code,
    )
