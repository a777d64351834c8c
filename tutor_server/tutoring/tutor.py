"""The tutoring use case: an ask from the socket's frame to the end of its answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from tutor_analysis.unread import shown_finding
from tutor_protocol import Done
from tutor_server.errors import Cancelled, DatabaseUnavailable, NotFound, ShuttingDown, TutorError, ValidationFailed
from tutor_server.llm.call import run_to_end
from tutor_server.storage.asks import StoredAsk, find_ask
from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.memberships import roles_of
from tutor_server.storage.ratings import rate_ask
from tutor_server.tutoring.answer import Answer
from tutor_server.tutoring.asks_under_way import AsksUnderWay, AskUnderWay
from tutor_server.tutoring.replay import replay
from tutor_server.tutoring.settling import AskProgress

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.limits import Deadlines
    from tutor_server.storage.database import Database
    from tutor_server.tutoring.course_book import CourseBook
    from tutor_server.tutoring.off_switch import OffSwitch
    from tutor_server.tutoring.open_ask import OpenAsk
    from tutor_server.tutoring.opening import Opening
    from tutor_server.tutoring.received import ReceivedAsk
    from tutor_server.tutoring.refusals import RefusalCount
    from tutor_server.tutoring.replicas import Replicas
    from tutor_server.tutoring.settling import Settling
    from tutor_server.tutoring.speaking import Speaker

log = structlog.get_logger(__name__)

SETTLING_SECONDS = 10.0
"""Seconds that a shutdown waits for answers to be settled; the sweep settles the remaining ones."""
NO_MEMBER = "You are not a member of this course any more."
OTHER_CONTENT = "This request_id was used for another question."


class Tutor:
    """Answers asks. Each answer has its own task, which continues for the grace period after a lost connection."""

    def __init__(
        self,
        *,
        opening: Opening,
        speaker: Speaker,
        settling: Settling,
        replicas: Replicas,
        off_switch: OffSwitch,
        book: CourseBook,
        refusals: RefusalCount,
        database: Database,
        deadlines: Deadlines,
    ) -> None:
        self._opening = opening
        self._speaker = speaker
        self._settling = settling
        self._replicas = replicas
        self._off_switch = off_switch
        self._book = book
        self._refusals = refusals
        self._database = database
        self._deadlines = deadlines
        self._asks = AsksUnderWay()
        self._resuming: set[asyncio.Task[None]] = set()
        """Tasks that fill the answers of asks which run in another process or have ended."""
        self._is_closing = False
        replicas.subscribe(lambda user_id, request_id: self._asks.stop(user_id, request_id, Cancelled()))
        self._unchecked: set[UUID] = set()
        """Courses whose members have changed since the answers under way were checked."""
        self._checking: asyncio.Task[None] | None = None
        off_switch.subscribe(self._stop_what_is_off)
        book.subscribe(self._check_courses)

    def ask(self, user_id: UUID, received: ReceivedAsk) -> Answer:
        """Start an answer, or return the existing answer with this request id. A refusal ends the answer.

        Raises `ValidationFailed` if the content differs from that of the running answer, which continues.
        """
        request_id = received.ask.request_id
        known = self._asks.find(user_id, request_id)
        if known is not None:
            if not known.answer.is_to(received.digest):
                raise ValidationFailed(OTHER_CONTENT)
            return known.answer
        if self._is_closing:
            return Answer.refused(request_id, ShuttingDown())
        if (refusal := self._off_switch.refusal(None)) is not None:
            return Answer.refused(request_id, refusal)
        answer = Answer(
            request_id,
            received=received,
            grace=self._deadlines.grace,
            on_abandoned=lambda answer: self._check_abandonment(user_id, answer),
        )
        ask = AskUnderWay(user_id, received, answer)
        self._asks.start(ask, self._answer(ask))
        return answer

    def resume(self, user_id: UUID, request_id: UUID) -> Answer:
        """Return the answer to a request id, whether it is running or has ended."""
        known = self._asks.find(user_id, request_id)
        if known is not None:
            return known.answer
        if self._is_closing:
            return Answer.refused(request_id, ShuttingDown())

        def abandon(_answer: Answer) -> None:
            task.cancel()

        answer = Answer(request_id, grace=self._deadlines.grace, on_abandoned=abandon)
        task = asyncio.create_task(self._resume(user_id, answer))
        self._resuming.add(task)
        task.add_done_callback(self._resuming.discard)
        return answer

    async def cancel(self, user_id: UUID, request_id: UUID) -> None:
        """Cancel an answer, which may run in another process. An ended answer does not change. Raises `NotFound`."""
        known = self._asks.find(user_id, request_id)
        if known is not None and not known.answer.is_followed:
            known.stop(Cancelled())
        elif (await self._find_stored(user_id, request_id)).is_running:
            await self._replicas.cancel(user_id, request_id)

    async def rate(self, user_id: UUID, message_id: UUID, *, helpful: bool) -> None:
        """Store whether an answer helped. Raises `NotFound`."""
        await self._database.commit(lambda connection: rate_ask(connection, user_id, message_id, helpful=helpful))

    async def stop_all_of(self, user_id: UUID) -> None:
        """Stop every answer of a user and wait until they are settled."""
        asks = self._asks.of(user_id)
        for ask in asks:
            ask.stop(Cancelled())
        await asyncio.gather(*(ask.task for ask in asks if ask.task is not None), return_exceptions=True)

    async def close(self, *, finishing: float = 0) -> None:
        """Accept no more asks. After `finishing` seconds, stop the asks that still run, and settle all asks.

        Stopped answers end with the error `SHUTTING_DOWN`.
        """
        self._is_closing = True
        if finishing and (running := self._tasks()):
            await asyncio.wait(running, timeout=finishing)
        tasks = self._tasks()
        for ask in self._asks:
            ask.stop(ShuttingDown())
        for resuming in self._resuming:
            resuming.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=SETTLING_SECONDS)
        self._settling.close()

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [*(ask.task for ask in self._asks if ask.task is not None), *self._resuming]

    async def _answer(self, ask: AskUnderWay) -> None:
        """Run one ask from its opening to its settlement, even if a step in between fails."""
        user_id, answer = ask.user_id, ask.answer
        progress: AskProgress | None = None
        failure: TutorError | None = None
        try:
            opening = asyncio.ensure_future(self._open(ask))
            try:
                known = await run_to_end(opening)
            except asyncio.CancelledError:
                if (refusal := _refusal_by(opening)) is not None:
                    raise refusal from None
                raise
            finally:  # A cancellation is raised after the opening has ended, so that an opened ask is always settled.
                progress = _opened_by(opening)
                del opening
            if isinstance(known, StoredAsk):
                await self._repeat(user_id, known, answer)
                return
            assert progress is not None  # noqa: S101 - narrows the type for the type checker
            answer.share(self._replicas.publisher(user_id, answer.request_id))
            await self._speaker.speak(user_id, progress, answer)
        except TutorError as error:
            failure = error
        except asyncio.CancelledError:
            failure = ask.stopped_by or ShuttingDown()
        except Exception:  # Catch every exception, so that the student gets an error and the ask is settled.
            log.exception("ask_failed", user=str(user_id), request_id=str(answer.request_id))
            failure = TutorError()
        if failure is not None and failure.limit is not None:
            place = ask.received.place
            self._refusals.note(failure.limit, DEFAULT_COURSE if place is None else place.course.id)
        if progress is not None:
            failure = await self._settling.settle(progress, answer, failure)
            if failure is None:
                answer.finish(_done(progress))
                return
        answer.fail(failure or TutorError())

    async def _open(self, ask: AskUnderWay) -> OpenAsk | StoredAsk:
        """Open an ask after the user's earlier, stopped asks are settled and have returned their hint levels."""
        await self._asks.settle_stopped_before(ask)
        return await self._opening.open(ask.user_id, ask.received)

    async def _repeat(self, user_id: UUID, stored: StoredAsk, answer: Answer) -> None:
        """Answer an ask that is stored already: replay its end, or follow it until it ends."""
        if not answer.is_to(stored.digest):
            raise ValidationFailed(OTHER_CONTENT)
        if stored.is_running or stored.is_cut_off:
            answer.is_followed = True
            await self._replicas.follow(user_id, stored, answer)
        else:
            replay(stored, answer)

    async def _resume(self, user_id: UUID, answer: Answer) -> None:
        """Fill an answer that this process does not write, because it runs elsewhere or has ended."""
        try:
            await self._repeat(user_id, await self._find_stored(user_id, answer.request_id), answer)
        except TutorError as error:
            answer.fail(error)
        except asyncio.CancelledError:
            answer.fail(ShuttingDown())

    async def _find_stored(self, user_id: UUID, request_id: UUID) -> StoredAsk:
        stored = await self._database.read(lambda connection: find_ask(connection, user_id, request_id))
        if stored is None or stored.is_free:
            raise NotFound
        return stored

    def _check_abandonment(self, user_id: UUID, answer: Answer) -> None:
        ask = self._asks.find(user_id, answer.request_id)
        if ask is not None:
            ask.abandonment = asyncio.create_task(self._abandon(ask))

    async def _abandon(self, ask: AskUnderWay) -> None:
        """Stop an answer that has no reader in any process."""
        answer = ask.answer
        seconds = await self._replicas.seconds_of_readers(ask.user_id, answer.request_id)
        if seconds > 0:
            answer.wait_for_readers(seconds)
        elif not answer.has_readers:
            ask.stop(Cancelled("Nobody was reading this answer any more."))

    def _stop_what_is_off(self) -> None:
        for ask in self._asks:
            place = ask.received.place
            refusal: TutorError | None
            refusal = self._off_switch.refusal(ask.received.ask.module_id if place is None else place.module_id)
            if refusal is None and place is not None:
                refusal = self._book.refusal(place.course.id)
            if refusal is not None:
                ask.stop(refusal)

    def _check_courses(self, changed: frozenset[UUID]) -> None:
        """Stop the asks of courses that are off, and check the students of courses whose members have changed."""
        self._stop_what_is_off()
        self._unchecked |= changed
        if self._unchecked and (self._checking is None or self._checking.done()):
            self._checking = asyncio.create_task(self._stop_former_members(frozenset(self._unchecked)))

    async def _stop_former_members(self, changed: frozenset[UUID]) -> None:
        """Stop the asks of students who are not members of the course any more. If a read fails, try again later."""
        asks = [(ask, ask.received.place.course.id) for ask in self._asks if ask.received.place is not None]
        asks = [(ask, course_id) for ask, course_id in asks if course_id in changed]

        def read(connection: Connection) -> Mapping[UUID, Collection[UUID]]:
            return {user_id: roles_of(connection, user_id).keys() for user_id in {ask.user_id for ask, _ in asks}}

        try:
            courses = await self._database.read(read) if asks else {}
        except (DatabaseUnavailable, SQLAlchemyError) as error:
            log.warning("members_unread", reason=type(error).__name__)
            return
        self._unchecked -= changed
        for ask, course_id in asks:
            if course_id not in courses[ask.user_id]:
                ask.stop(NotFound(NO_MEMBER))


def _opened_by(opening: asyncio.Future[OpenAsk | StoredAsk]) -> AskProgress | None:
    if opening.cancelled() or opening.exception() is not None:
        return None
    result = opening.result()
    return None if isinstance(result, StoredAsk) else AskProgress(result)


def _refusal_by(opening: asyncio.Future[OpenAsk | StoredAsk]) -> TutorError | None:
    """Return the refusal of an ask that was not opened, or None. It takes precedence over a cancellation."""
    error = opening.exception() if opening.done() and not opening.cancelled() else None
    return error if isinstance(error, TutorError) else None


def _done(progress: AskProgress) -> Done:
    opened, model = progress.opened, progress.model
    assert model is not None  # noqa: S101 - narrows the type for the type checker
    return Done(
        request_id=opened.accepted.request_id,
        message_id=opened.accepted.message_id,
        hint_level=opened.accepted.hint_level,
        provider=model.provider,
        model=model.model,
        fallback=model.fallback,
        withheld=progress.withheld_rule is not None,
        ai=progress.has_model_words,
        usage=progress.usage,
        finding=shown_finding(progress.finding),
        edit=progress.edit,
    )
