"""The tutoring use case: an ask from the socket's frame to the end of its answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import Cancelled, DatabaseUnavailable, NotFound, ShuttingDown, TutorError, ValidationFailed
from tutor_server.llm.call import run_to_end
from tutor_server.pedagogy.guard import Guard
from tutor_server.pedagogy.levels import HintLevel
from tutor_server.pedagogy.offline import explain
from tutor_server.protocol import Done, TokenUsage
from tutor_server.storage.asks import EndedAsk, StoredAsk, end_ask, find_ask, rate_ask
from tutor_server.storage.daily_usage import uncount_message
from tutor_server.tutoring.answer import Answer
from tutor_server.tutoring.opening import digest_of
from tutor_server.tutoring.replay import OTHER_CONTENT, replay

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.admission.limiter import Limiter
    from tutor_server.clock import Clock
    from tutor_server.limits import Deadlines
    from tutor_server.llm.chain import Answer as ModelAnswer
    from tutor_server.llm.chain import Chain
    from tutor_server.llm.provider import Request
    from tutor_server.protocol import Ask
    from tutor_server.storage.database import Database
    from tutor_server.tutoring.opening import OpenAsk, Opening

log = structlog.get_logger(__name__)

OFFLINE = "offline"
"""The offline tutor's words are made for their level and measured against the guard; they are only made inert."""
OUTAGE_NOTE = "*The AI service cannot be reached right now; this hint comes from the built-in tutor.*\n\n"
UNSETTLED_RETRY_SECONDS = 2.0


@dataclass(slots=True)
class _Progress:
    """How far an ask has come; what is not there yet needs no settling."""

    opened: OpenAsk | None = None
    model: ModelAnswer | None = None
    withheld_rule: str | None = None


class Tutor:
    """Answers asks. Each answer is a task of its own and lives on without its socket, for the grace period."""

    def __init__(
        self,
        *,
        opening: Opening,
        chain: Chain,
        database: Database,
        limiter: Limiter,
        clock: Clock,
        deadlines: Deadlines,
    ) -> None:
        self._opening = opening
        self._chain = chain
        self._database = database
        self._limiter = limiter
        self._clock = clock
        self._deadlines = deadlines
        self._running: dict[tuple[UUID, UUID], tuple[Answer, asyncio.Task[None]]] = {}
        self._unsettled: set[asyncio.Task[None]] = set()
        self._is_closing = False

    def ask(self, user_id: UUID, ask: Ask) -> Answer:
        """Start to answer, or find the answer that this request id already has. A refusal ends the answer."""
        answer = self._find(user_id, ask.request_id)
        if answer is None and self._is_closing:
            return Answer.refused(ask.request_id, ShuttingDown())
        if answer is None:
            answer = self._new_answer(user_id, ask.request_id, digest_of(ask))
            self._run(user_id, answer, self._answer(user_id, ask, answer))
        elif not answer.is_to(digest_of(ask)):
            return Answer.refused(ask.request_id, ValidationFailed(OTHER_CONTENT))
        return answer

    def resume(self, user_id: UUID, request_id: UUID) -> Answer:
        """Find the answer to a request id, running or ended."""
        answer = self._find(user_id, request_id)
        if answer is None:
            answer = self._new_answer(user_id, request_id, None)
            self._run(user_id, answer, self._replay(user_id, answer))
        return answer

    async def cancel(self, user_id: UUID, request_id: UUID) -> None:
        """Stop an answer; one that has ended stays as it is. Raises `NotFound`."""
        if self._stop(user_id, request_id, Cancelled()):
            return
        if await self._database.read(lambda connection: find_ask(connection, user_id, request_id)) is None:
            raise NotFound

    async def rate(self, user_id: UUID, message_id: UUID, *, helpful: bool) -> None:
        """Keep whether an answer helped. Raises `NotFound`."""
        await self._database.commit(lambda connection: rate_ask(connection, user_id, message_id, helpful=helpful))

    async def stop_all_of(self, user_id: UUID) -> None:
        """Stop every answer of a user and wait until they are settled."""
        theirs = [(request_id, task) for (owner, request_id), (_, task) in self._running.items() if owner == user_id]
        for request_id, _ in theirs:
            self._stop(user_id, request_id, Cancelled())
        await asyncio.gather(*(task for _, task in theirs), return_exceptions=True)

    async def close(self) -> None:
        """Take no more asks, end the running ones with `SHUTTING_DOWN`, and settle them."""
        self._is_closing = True
        tasks = [task for _, task in self._running.values()]
        for user_id, request_id in list(self._running):
            self._stop(user_id, request_id, ShuttingDown())
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in self._unsettled:
            task.cancel()

    async def _answer(self, user_id: UUID, ask: Ask, answer: Answer) -> None:
        """Carry one ask from its opening to its settlement, whatever happens on the way."""
        progress = _Progress()
        failure: TutorError | None = None
        try:
            stored = await run_to_end(self._open(user_id, ask, progress))
            if stored is not None:
                replay(stored, answer, digest_of(ask))
                return
            await self._speak(progress, answer)
        except TutorError as error:
            failure = error
        except asyncio.CancelledError:
            failure = answer.stopped_by or ShuttingDown()
        except Exception:  # the edge of this task: the student is told, the ask is settled
            log.exception("ask_failed", user=str(user_id), request_id=str(ask.request_id))
            failure = TutorError()
        if progress.opened is not None:
            failure = await run_to_end(self._settle(progress, answer, failure))
        if failure is not None:
            answer.fail(failure)
        else:
            answer.finish(_done(progress))

    async def _open(self, user_id: UUID, ask: Ask, progress: _Progress) -> StoredAsk | None:
        opened = await self._opening.open(user_id, ask)
        if isinstance(opened, StoredAsk):
            return opened
        progress.opened = opened
        return None

    async def _speak(self, progress: _Progress, answer: Answer) -> None:
        """Stream the model's words through the guard; where they may not or do not come, the offline tutor's."""
        opened = progress.opened
        assert opened is not None  # noqa: S101 - for the type checker
        answer.accept(opened.accepted)
        request = opened.request
        guard = Guard(
            request.level,
            request.submission,
            allowed_names=opened.allowed_names,
            earlier=opened.earlier_answers,
            canary=opened.canary,
        )
        own_words = Guard(HintLevel.SOLUTION, request.submission)
        async with self._chain.stream(request, opened.calls) as model:
            progress.model = model
            async for text in model:
                if model.provider == OFFLINE:
                    if model.fallback and not answer.has_text:
                        answer.release(OUTAGE_NOTE)
                    guard = own_words
                for unit in guard.feed(text.content):
                    answer.release(unit)
                if guard.verdict is not None:
                    break
        if guard.verdict is None and model.finish is not None and model.finish.reason == "stop":
            for unit in guard.finish():
                answer.release(unit)
        if guard.verdict is not None:
            progress.withheld_rule = guard.verdict.rule
            log.info("withheld", message_id=str(opened.accepted.message_id), rule=guard.verdict.rule)
        if guard.verdict is not None or not answer.has_text:
            await self._complete(request, answer, own_words)

    @staticmethod
    async def _complete(request: Request, answer: Answer, own_words: Guard) -> None:
        """Give the offline tutor's explanation where the model's was stopped, or was none."""
        explanation = await asyncio.to_thread(explain, request.submission, request.level, request.student)
        separator = "\n\n" if answer.has_text else ""
        for unit in (*own_words.feed(separator + explanation.text), *own_words.finish()):
            answer.release(unit)

    async def _settle(self, progress: _Progress, answer: Answer, failure: TutorError | None) -> TutorError | None:
        """Write what the ask used and gave, in one transaction; give how it ends for the student."""
        opened = progress.opened
        assert opened is not None  # noqa: S101 - for the type checker
        state = _state(answer, failure)
        usage = _usage(progress)
        ended = EndedAsk(
            id=opened.accepted.message_id,
            state=state,
            session_id=opened.accepted.session_id,
            hint_level=opened.accepted.hint_level,
            content=answer.text,
            delta_ends=answer.delta_ends,
            ended_at=self._clock.now(),
            error_code=None if failure is None else failure.code,
            provider=progress.model.provider if progress.model else None,
            model=progress.model.model if progress.model else None,
            fallback=progress.model.fallback if progress.model else False,
            withheld_rule=progress.withheld_rule,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
        )

        def write(connection: Connection) -> None:
            opened.calls.write_outcomes(connection)
            end_ask(connection, ended)
            if state == "released":
                uncount_message(connection, opened.grant.subject, opened.grant.day)

        try:
            await self._database.commit(write)
        except DatabaseUnavailable as error:
            self._settle_later(write)
            return failure or error
        finally:
            if state == "released":
                await self._limiter.give_back(opened.grant)
            if not opened.calls.place_is_used:
                await self._limiter.give_back_call(opened.grant)
        return failure

    def _settle_later(self, write: Callable[[Connection], None]) -> None:
        """Keep trying to write a settlement while this process lives; after that the sweep closes the rows."""

        async def keep_trying() -> None:
            while True:
                await asyncio.sleep(UNSETTLED_RETRY_SECONDS)
                try:
                    await self._database.commit(write)
                except DatabaseUnavailable:
                    continue
                return

        log.error("settlement_delayed", reason="database unavailable")
        task = asyncio.create_task(keep_trying())
        self._unsettled.add(task)
        task.add_done_callback(self._unsettled.discard)

    async def _replay(self, user_id: UUID, answer: Answer) -> None:
        """Fill an answer that ended earlier from the database."""
        try:
            stored = await self._database.read(lambda connection: find_ask(connection, user_id, answer.request_id))
            if stored is None:
                raise NotFound
            replay(stored, answer)
        except TutorError as error:
            answer.fail(error)
        except asyncio.CancelledError:
            answer.fail(answer.stopped_by or ShuttingDown())

    def _find(self, user_id: UUID, request_id: UUID) -> Answer | None:
        running = self._running.get((user_id, request_id))
        return None if running is None else running[0]

    def _new_answer(self, user_id: UUID, request_id: UUID, digest: bytes | None) -> Answer:
        def abandon() -> None:
            self._stop(user_id, request_id, Cancelled("Nobody was reading this answer any more."))

        return Answer(request_id, digest, grace=self._deadlines.grace, on_abandoned=abandon)

    def _run(self, user_id: UUID, answer: Answer, work: Coroutine[None, None, None]) -> None:
        key = (user_id, answer.request_id)
        task = asyncio.create_task(work)
        self._running[key] = (answer, task)
        task.add_done_callback(lambda _: self._running.pop(key, None))

    def _stop(self, user_id: UUID, request_id: UUID, reason: TutorError) -> bool:
        running = self._running.get((user_id, request_id))
        if running is None:
            return False
        answer, task = running
        if answer.stopped_by is None and not answer.is_over:
            answer.stopped_by = reason
            task.cancel()
        return True


def _state(answer: Answer, failure: TutorError | None) -> str:
    if failure is None:
        return "done"
    if isinstance(failure, Cancelled):
        return "cancelled"
    return "failed" if answer.has_text else "released"


def _usage(progress: _Progress) -> TokenUsage:
    used = progress.model.usage if progress.model else None
    return TokenUsage(input_tokens=used.input_tokens, output_tokens=used.output_tokens) if used else TokenUsage()


def _done(progress: _Progress) -> Done:
    opened, model = progress.opened, progress.model
    assert opened is not None  # noqa: S101 - for the type checker
    assert model is not None  # noqa: S101 - for the type checker
    return Done(
        request_id=opened.accepted.request_id,
        message_id=opened.accepted.message_id,
        hint_level=opened.accepted.hint_level,
        provider=model.provider,
        model=model.model,
        fallback=model.fallback,
        withheld=progress.withheld_rule is not None,
        usage=_usage(progress),
    )
