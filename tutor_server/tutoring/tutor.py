"""The tutoring use case: an ask from the socket's frame to the end of its answer."""

from __future__ import annotations

import asyncio
from itertools import takewhile
from typing import TYPE_CHECKING

import structlog

from tutor_analysis.guarding import InertGuard
from tutor_analysis.size import is_small
from tutor_analysis.unread import NOT_ANALYSED
from tutor_analysis.work import Material
from tutor_protocol import Done
from tutor_server.errors import Cancelled, NotFound, ShuttingDown, TutorError, ValidationFailed
from tutor_server.llm.call import run_to_end
from tutor_server.storage.asks import StoredAsk, find_ask, rate_ask
from tutor_server.tutoring.answer import Answer
from tutor_server.tutoring.replay import replay
from tutor_server.tutoring.settling import AskProgress

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from uuid import UUID

    from tutor_analysis.analyst import Analyst
    from tutor_analysis.guarding import BoundedGuard
    from tutor_server.limits import Deadlines
    from tutor_server.llm.chain import Chain
    from tutor_server.llm.provider import Request
    from tutor_server.storage.database import Database
    from tutor_server.tutoring.off_switch import OffSwitch
    from tutor_server.tutoring.opening import OpenAsk, Opening
    from tutor_server.tutoring.received import ReceivedAsk
    from tutor_server.tutoring.refusals import RefusalCount
    from tutor_server.tutoring.replicas import Replicas
    from tutor_server.tutoring.settling import Settling

log = structlog.get_logger(__name__)

SETTLING_SECONDS = 10.0
"""How long a shutdown waits for answers to be settled; what is not by then is left to the sweep."""
FIRST_CHARACTERS = 200
"""How much is judged at a time until the student has some text: a sentence or two."""
OFFLINE = "offline"
"""The offline tutor's words are made for their level and measured against the guard; they are only made inert."""
OUTAGE_NOTE = "*The AI service cannot be reached right now; this hint comes from the built-in tutor.*\n\n"
OTHER_CONTENT = "This request_id was used for another question."


class Tutor:
    """Answers asks. Each answer is a task of its own and lives on without its socket, for the grace period."""

    def __init__(
        self,
        *,
        opening: Opening,
        analyst: Analyst,
        settling: Settling,
        replicas: Replicas,
        chain: Chain,
        off_switch: OffSwitch,
        refusals: RefusalCount,
        database: Database,
        deadlines: Deadlines,
    ) -> None:
        self._opening = opening
        self._analyst = analyst
        self._settling = settling
        self._replicas = replicas
        self._chain = chain
        self._off_switch = off_switch
        self._refusals = refusals
        self._database = database
        self._deadlines = deadlines
        self._running: dict[tuple[UUID, UUID], tuple[Answer, asyncio.Task[None]]] = {}
        self._stopping: set[tuple[UUID, UUID]] = set()
        """Those of the running that were told to stop."""
        self._modules: dict[tuple[UUID, UUID], str | None] = {}
        """The module of each running ask."""
        self._resuming: set[asyncio.Task[None]] = set()
        self._abandoning: set[asyncio.Task[None]] = set()
        self._one_topic = asyncio.Lock()
        self._is_closing = False
        replicas.subscribe(lambda user_id, request_id: self._stop(user_id, request_id, Cancelled()))
        off_switch.subscribe(self._stop_what_is_off)

    def ask(self, user_id: UUID, received: ReceivedAsk) -> Answer:
        """Start to answer, or find the answer that this request id already has. A refusal ends the answer.

        Raises `ValidationFailed` for other content than that of the running answer, which goes on.
        """
        ask = received.ask
        answer = self._find(user_id, ask.request_id)
        if answer is None and self._is_closing:
            return Answer.refused(ask.request_id, ShuttingDown())
        if answer is None and (refusal := self._off_switch.refusal(ask.module_id)) is not None:
            return Answer.refused(ask.request_id, refusal)
        if answer is None:
            answer = self._new_answer(user_id, received)
            self._modules[user_id, ask.request_id] = ask.module_id
            self._run(user_id, answer, self._answer(user_id, received, answer))
        elif not answer.is_to(received.digest):
            raise ValidationFailed(OTHER_CONTENT)
        return answer

    def resume(self, user_id: UUID, request_id: UUID) -> Answer:
        """Find the answer to a request id, running or ended."""
        answer = self._find(user_id, request_id)
        if answer is not None:
            return answer
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
        """Stop an answer, at whichever process; one that has ended stays as it is. Raises `NotFound`."""
        answer = self._find(user_id, request_id)
        if answer is not None and not answer.is_followed:
            self._stop(user_id, request_id, Cancelled())
        elif (await self._find_stored(user_id, request_id)).is_running:
            await self._replicas.cancel(user_id, request_id)

    async def rate(self, user_id: UUID, message_id: UUID, *, helpful: bool) -> None:
        """Keep whether an answer helped. Raises `NotFound`."""
        await self._database.commit(lambda connection: rate_ask(connection, user_id, message_id, helpful=helpful))

    async def stop_all_of(self, user_id: UUID) -> None:
        """Stop every answer of a user and wait until they are settled."""
        theirs = [(request_id, task) for (owner, request_id), (_, task) in self._running.items() if owner == user_id]
        for request_id, _ in theirs:
            self._stop(user_id, request_id, Cancelled())
        await asyncio.gather(*(task for _, task in theirs), return_exceptions=True)

    async def close(self, *, finishing: float = 0) -> None:
        """Take no more asks, let the running ones finish for so many seconds, end the others and settle all.

        Those that are ended have the error `SHUTTING_DOWN`.
        """
        self._is_closing = True
        if finishing and (running := [*(task for _, task in self._running.values()), *self._resuming]):
            await asyncio.wait(running, timeout=finishing)
        tasks = [*(task for _, task in self._running.values()), *self._resuming]
        for user_id, request_id in list(self._running):
            self._stop(user_id, request_id, ShuttingDown())
        for resuming in self._resuming:
            resuming.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=SETTLING_SECONDS)
        self._settling.close()

    async def _answer(self, user_id: UUID, received: ReceivedAsk, answer: Answer) -> None:
        """Carry one ask from its opening to its settlement, whatever happens on the way."""
        progress: AskProgress | None = None
        failure: TutorError | None = None
        try:
            opening = asyncio.ensure_future(self._open(user_id, received, answer))
            try:
                known = await run_to_end(opening)
            except asyncio.CancelledError:
                if (refusal := _refusal_by(opening)) is not None:
                    raise refusal from None
                raise
            finally:  # a cancel that came meanwhile is raised after the opening, which is settled all the same
                progress = _opened_by(opening)
                del opening
            if isinstance(known, StoredAsk):
                await self._repeat(user_id, known, answer)
                return
            assert progress is not None  # noqa: S101 - for the type checker
            answer.share(self._replicas.publisher(user_id, answer.request_id))
            await self._speak(user_id, progress, answer)
        except TutorError as error:
            failure = error
        except asyncio.CancelledError:
            failure = answer.stopped_by or ShuttingDown()
        except Exception:  # the edge of this task: the student is told, the ask is settled
            log.exception("ask_failed", user=str(user_id), request_id=str(answer.request_id))
            failure = TutorError()
        if failure is not None and failure.limit is not None:
            self._refusals.note(failure.limit)
        if progress is not None:
            failure = await self._settling.settle(progress, answer, failure)
            if failure is None:
                answer.finish(_done(progress))
                return
        answer.fail(failure or TutorError())

    async def _open(self, user_id: UUID, received: ReceivedAsk, answer: Answer) -> OpenAsk | StoredAsk:
        """Open an ask once the user's earlier, stopped ones have given back their rungs of the ladder."""
        if self._stopping:
            earlier = takewhile(lambda running: running[1][0] is not answer, self._running.items())
            stopped = {task for key, (_, task) in earlier if key[0] == user_id and key in self._stopping}
            if stopped:
                await asyncio.wait(stopped)
        return await self._opening.open(user_id, received)

    async def _speak(self, user_id: UUID, progress: AskProgress, answer: Answer) -> None:
        """Stream the model's words through the guard; where they may not or do not come, the offline tutor's."""
        opened = progress.opened
        answer.accept(opened.accepted)
        request = opened.request
        guard = self._analyst.guard(user_id, opened.accepted.message_id, _material(opened))
        own_words: InertGuard | None = None
        async with self._chain.stream(request, opened.calls) as model:
            progress.model = model
            async for text in model:
                if model.provider == OFFLINE:
                    if model.fallback and not answer.has_text:
                        answer.release(OUTAGE_NOTE)
                    guard = own_words = own_words or InertGuard()
                await _release(text, guard, answer)
                if guard.verdict is not None:
                    break
                request.is_heard = answer.has_text
        if guard.verdict is None and model.finish is not None and model.finish.reason == "stop":
            answer.release("".join(await guard.finish()))
        if guard.verdict is not None:
            progress.withheld_rule = guard.verdict.rule
            log.info("withheld", message_id=str(opened.accepted.message_id), rule=guard.verdict.rule)
        if guard.verdict is not None or not answer.has_text:
            await self._complete(user_id, request, answer, own_words or InertGuard())
        progress.topic = await self._topic(user_id, request)

    async def _topic(self, user_id: UUID, request: Request) -> str:
        """Return the offline tutor's rule for what is wrong with a program, once everybody has heard what there is."""
        topic = request.rule or await self._found_topic(user_id, request)
        if topic == NOT_ANALYSED:
            self._refusals.note_unread()
        return topic

    async def _found_topic(self, user_id: UUID, request: Request) -> str:
        if not is_small(request.submission):
            return await self._analyst.topic(user_id, request.submission)
        async with self._one_topic:  # answers that began together end together
            await asyncio.sleep(0)
            return await self._analyst.topic(user_id, request.submission)

    async def _complete(self, user_id: UUID, request: Request, answer: Answer, own_words: InertGuard) -> None:
        """Give the offline tutor's explanation where the model's was stopped, or was none."""
        explanation = await self._analyst.explain(user_id, request.submission, request.level, request.student)
        request.rule = explanation.rule
        separator = "\n\n" if answer.has_text else ""
        answer.release("".join((*await own_words.feed(separator + explanation.text), *await own_words.finish())))

    async def _repeat(self, user_id: UUID, stored: StoredAsk, answer: Answer) -> None:
        """Answer an ask that is known already: as it ended, or once it has."""
        if not answer.is_to(stored.digest):
            raise ValidationFailed(OTHER_CONTENT)
        if stored.is_running or stored.is_cut_off:
            answer.is_followed = True
            await self._replicas.follow(user_id, stored, answer)
        else:
            replay(stored, answer)

    async def _resume(self, user_id: UUID, answer: Answer) -> None:
        """Fill an answer that is not this process's, or not any more."""
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

    def _find(self, user_id: UUID, request_id: UUID) -> Answer | None:
        running = self._running.get((user_id, request_id))
        return None if running is None else running[0]

    def _new_answer(self, user_id: UUID, received: ReceivedAsk) -> Answer:
        def abandon(answer: Answer) -> None:
            work = asyncio.create_task(self._abandon(user_id, answer))
            self._abandoning.add(work)
            work.add_done_callback(self._abandoning.discard)

        request_id = received.ask.request_id
        return Answer(request_id, received=received, grace=self._deadlines.grace, on_abandoned=abandon)

    async def _abandon(self, user_id: UUID, answer: Answer) -> None:
        """Stop an answer that nobody reads, unless somebody does at another process."""
        seconds = await self._replicas.seconds_of_readers(user_id, answer.request_id)
        if seconds > 0:
            answer.wait_for_readers(seconds)
        elif not answer.has_readers:
            self._stop(user_id, answer.request_id, Cancelled("Nobody was reading this answer any more."))

    def _run(self, user_id: UUID, answer: Answer, work: Coroutine[None, None, None]) -> None:
        key = (user_id, answer.request_id)
        task = asyncio.create_task(work)
        self._running[key] = (answer, task)

        def forget(_task: asyncio.Task[None]) -> None:
            del self._running[key]
            self._stopping.discard(key)
            self._modules.pop(key, None)
            if not answer.is_over:
                answer.fail(answer.stopped_by or TutorError())

        task.add_done_callback(forget)

    def _stop_what_is_off(self) -> None:
        for (user_id, request_id), module_id in list(self._modules.items()):
            refusal = self._off_switch.refusal(module_id)
            if refusal is not None:
                self._stop(user_id, request_id, refusal)

    def _stop(self, user_id: UUID, request_id: UUID, reason: TutorError) -> bool:
        running = self._running.get((user_id, request_id))
        if running is None:
            return False
        answer, task = running
        if answer.stopped_by is None and not answer.is_over:
            answer.stopped_by = reason
            self._stopping.add((user_id, request_id))
            # Not at once: a task that is cancelled before its first step never runs, and its ask would count nowhere.
            asyncio.get_running_loop().call_soon(task.cancel)
        return True


async def _release(text: str, guard: BoundedGuard, answer: Answer) -> None:
    """Give the student what the guard lets pass of a text: the first of it at once, the rest as one delta."""
    while len(text) > FIRST_CHARACTERS and not answer.has_text:
        answer.release("".join(await guard.feed(text[:FIRST_CHARACTERS])))
        text = text[FIRST_CHARACTERS:]
        await asyncio.sleep(0)  # in which it leaves
    answer.release("".join(await guard.feed(text)))


def _opened_by(opening: asyncio.Future[OpenAsk | StoredAsk]) -> AskProgress | None:
    if opening.cancelled() or opening.exception() is not None:
        return None
    result = opening.result()
    return None if isinstance(result, StoredAsk) else AskProgress(result)


def _refusal_by(opening: asyncio.Future[OpenAsk | StoredAsk]) -> TutorError | None:
    """Give why an ask was not opened; that it was stopped meanwhile changes nothing, since it never was under way."""
    error = opening.exception() if opening.done() and not opening.cancelled() else None
    return error if isinstance(error, TutorError) else None


def _done(progress: AskProgress) -> Done:
    opened, model = progress.opened, progress.model
    assert model is not None  # noqa: S101 - for the type checker
    return Done(
        request_id=opened.accepted.request_id,
        message_id=opened.accepted.message_id,
        hint_level=opened.accepted.hint_level,
        provider=model.provider,
        model=model.model,
        fallback=model.fallback,
        withheld=progress.withheld_rule is not None,
        usage=progress.usage,
    )


def _material(opened: OpenAsk) -> Material:
    """Return what the guard over a model's words knows."""
    return Material(
        level=opened.request.level,
        submission=opened.request.submission,
        allowed_names=opened.allowed_names,
        earlier=opened.earlier_answers,
        canary=opened.canary,
    )
