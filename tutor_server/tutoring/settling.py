"""Settlement of asks: the usage, text and outcome of an ask are written in one transaction, even if the ask failed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from tutor_pedagogy.conversation.said import digests_of
from tutor_protocol import TokenUsage
from tutor_server.errors import AnswerInterrupted, Cancelled, DatabaseUnavailable, TutorError
from tutor_server.llm.offline import OFFLINE
from tutor_server.storage.asks import EndedAsk, end_ask
from tutor_server.storage.course_models import EVERYWHERE
from tutor_server.storage.daily_usage import uncount_messages
from tutor_server.storage.guard_verdicts import PASSED, JudgedAnswer, count_verdict
from tutor_server.storage.usage import add_usage
from tutor_server.tutoring.stored_words import without_code

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_protocol import ReportedEdit, ReportedFinding
    from tutor_server.admission.limiter import Limiter
    from tutor_server.clock import Clock
    from tutor_server.llm.chain import ModelAnswer
    from tutor_server.storage.database import Database
    from tutor_server.tutoring.answer import Answer
    from tutor_server.tutoring.open_ask import OpenAsk

log: FilteringBoundLogger = structlog.get_logger()

RETRY_SECONDS = 2.0


@dataclass(slots=True)
class AskProgress:
    """An opened ask with the results that its settlement stores."""

    opened: OpenAsk
    model: ModelAnswer | None = None
    withheld_rule: str | None = None
    has_model_words: bool = False
    """Whether words of a model are in the answer."""
    finding: ReportedFinding | None = None
    edit: ReportedEdit | None = None
    """The edit that the answer shows at the solution level."""
    ended_by: str | None = None
    """Why the floor ended the model's text, or None."""
    is_completed: bool = False
    """Whether the offline tutor added what the model's text lacked of its level."""

    @property
    def usage(self) -> TokenUsage:
        """The tokens of all calls that were made so far."""
        used = self.model.usage if self.model else None
        return TokenUsage(input_tokens=used.input_tokens, output_tokens=used.output_tokens) if used else TokenUsage()


class Settling:
    """Settles asks. If the database is unavailable, it keeps the settlement and retries."""

    def __init__(self, database: Database, limiter: Limiter, clock: Clock, *, store_code: bool = True) -> None:
        self._database = database
        self._limiter = limiter
        self._clock = clock
        self._store_code = store_code
        self._owed: set[asyncio.Task[None]] = set()

    async def settle(self, progress: AskProgress, answer: Answer, failure: TutorError | None) -> TutorError | None:
        """Write the ask's outcome and return unused limits. Return the error that the student gets, or None.

        A cancellation does not interrupt the settlement, since the ask has ended already.
        """
        settling = asyncio.create_task(self._settle(progress, answer, failure))
        while not settling.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({settling})
        return settling.result()

    def close(self) -> None:
        """Stop the retries; the sweep closes the rows that are still open."""
        for task in self._owed:
            task.cancel()

    async def _settle(self, progress: AskProgress, answer: Answer, failure: TutorError | None) -> TutorError | None:
        opened = progress.opened
        ended = _ended(progress, answer, failure, self._clock.now(), store_code=self._store_code)
        judged = _judged(progress, ended)

        def write(connection: Connection) -> bool:
            changes = opened.calls.write_outcomes(connection)
            was_running = end_ask(connection, ended)
            if was_running and ended.state == "released":
                _uncount(connection, opened)
            if was_running and judged is not None:
                count_verdict(connection, judged)
            add_usage(connection, changes)
            return was_running

        was_running = True
        try:
            was_running = await self._database.commit(write)
        except DatabaseUnavailable as error:
            self._settle_later(opened, write)
            failure = failure or error
        except Exception:
            # Catch every exception, so that the student still gets the end of the answer. The sweep closes the rows.
            log.exception("settlement_failed", message_id=str(ended.id))
            opened.calls.closed()
            failure = failure or TutorError()
        else:
            opened.calls.closed()
        if not was_running:
            # This process was cut off for longer than its lease: another process has ended the ask and returned its
            # limits.
            failure = failure or AnswerInterrupted()
        elif ended.state == "released":
            await self._limiter.give_back(opened.grant)
        grant = opened.grant
        await self._limiter.correct_spending(grant.day, opened.calls.spending_correction, grant.course_id)
        if opened.calls.unused_place is not None:
            await self._limiter.give_back_call(opened.calls.unused_place)
        return failure

    def _settle_later(self, opened: OpenAsk, write: Callable[[Connection], bool]) -> None:
        """Retry writing a settlement while this process lives; after that the sweep closes the rows."""

        async def keep_trying() -> None:
            try:
                while True:
                    await asyncio.sleep(RETRY_SECONDS)
                    with suppress(DatabaseUnavailable):
                        await self._database.commit(write)
                        return
            finally:
                opened.calls.closed()

        log.error("settlement_delayed", reason="database unavailable")
        task = asyncio.create_task(keep_trying())
        self._owed.add(task)
        task.add_done_callback(self._owed.discard)


def _uncount(connection: Connection, opened: OpenAsk) -> None:
    for course_id in (EVERYWHERE, opened.course_id):
        uncount_messages(connection, opened.grant.subject, opened.grant.day, course_id=course_id)


def _ended(
    progress: AskProgress, answer: Answer, failure: TutorError | None, now: datetime, *, store_code: bool
) -> EndedAsk:
    accepted, model, usage = progress.opened.accepted, progress.model, progress.usage
    state = _state(answer, failure)
    content = answer.text if store_code else without_code(answer.text)
    return EndedAsk(
        id=accepted.message_id,
        state=state,
        session_id=accepted.session_id,
        hint_level=accepted.hint_level,
        content="" if state == "released" else content,
        delta_ends=answer.delta_ends,
        ended_at=now,
        error_code=None if failure is None else failure.code,
        provider=model.provider if model else None,
        model=model.model if model else None,
        fallback=model.fallback if model else False,
        withheld_rule=progress.withheld_rule,
        has_model_words=progress.has_model_words,
        said=digests_of(answer.text),
        was_cut=model is not None and model.finish is not None and model.finish.reason != "stop",
        finding=progress.finding,
        edit=progress.edit if store_code else None,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
    )


def _judged(progress: AskProgress, ended: EndedAsk) -> JudgedAnswer | None:
    """Return the guard's verdict on a model's answer, or None if no model gave a complete answer or broke a rule."""
    model = progress.model
    if model is None or model.provider in {"", OFFLINE}:
        return None
    is_whole = ended.state == "done" and model.finish is not None and model.finish.reason == "stop"
    verdict = progress.withheld_rule or (PASSED if is_whole else None)
    if verdict is None:
        return None
    return JudgedAnswer(
        day=progress.opened.grant.day,
        course_id=progress.opened.course_id,
        provider=model.provider,
        model=model.model,
        hint_level=ended.hint_level,
        verdict=verdict,
    )


def _state(answer: Answer, failure: TutorError | None) -> str:
    if failure is None:
        return "done"
    if isinstance(failure, Cancelled):
        return "cancelled"
    return "failed" if answer.has_text else "released"
