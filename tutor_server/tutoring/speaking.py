"""Streams an answer: the model's text as guard and floor pass it, and the offline tutor's where it owes more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from tutor_analysis.guarding import InertGuard
from tutor_analysis.unread import NOT_ANALYSED
from tutor_pedagogy.floor import completion
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_server.llm.batching import Pacing
from tutor_server.llm.offline import OFFLINE
from tutor_server.tutoring.model_text import ModelText
from tutor_server.tutoring.setbacks import setback_note

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tutor_analysis.analyst import Analyst
    from tutor_pedagogy.floor import Floor
    from tutor_protocol import ReportedFinding
    from tutor_server.llm.chain import Chain
    from tutor_server.tutoring.answer import Answer
    from tutor_server.tutoring.open_ask import OpenAsk
    from tutor_server.tutoring.refusals import RefusalCount
    from tutor_server.tutoring.settling import AskProgress

log = structlog.get_logger(__name__)

FIRST_CHARACTERS = 200
"""The maximum number of characters that the guard checks at once until the first text is sent: a sentence or two."""
OUTAGE_NOTE = "*The AI service cannot be reached right now; this hint comes from the built-in tutor.*\n\n"
BUSY_NOTE = "*The AI service has too many questions right now; this hint comes from the built-in tutor.*\n\n"


class Speaker:
    """Fills answers with text. `hear` is called with each text of a model before the guard judges it."""

    def __init__(
        self,
        analyst: Analyst,
        chain: Chain,
        refusals: RefusalCount,
        *,
        hear: Callable[[str], object] | None = None,
    ) -> None:
        self._analyst = analyst
        self._chain = chain
        self._refusals = refusals
        self._hear = hear

    async def speak(self, user_id: UUID, progress: AskProgress, answer: Answer) -> None:
        """Stream the model's text between guard and floor. The offline tutor completes what its level still owes.

        Raises `AIUnavailable`, `AnswerInterrupted`, and the ledger's refusals at the start of a call.
        """
        opened = progress.opened
        answer.accept(opened.accepted)
        answer.introduce(opened.introduction and f"{opened.introduction}\n\n")
        guard = self._analyst.guard(user_id, opened.accepted.message_id, opened.material)
        model_text = ModelText(guard, opened.material, opened.accepted.purpose)
        own_words = OwnWords()
        pacing = Pacing()
        async with self._chain.stream(opened.hand_over(), opened.calls, pacing, answer.queue) as model:
            progress.model = model
            async for text in model:
                if model.provider == OFFLINE and model.fallback and not answer.has_text:
                    reason = setback_note(model.setback, opened.material.submission)
                    answer.release(reason or (BUSY_NOTE if model.was_busy else OUTAGE_NOTE))
                source = own_words if model.provider == OFFLINE else model_text
                if self._hear is not None and source is model_text:
                    self._hear(text)
                await _release(text, source, answer)
                progress.has_model_words = model_text.floor.has_said
                if source.is_over:
                    break
                pacing.student_has_text = answer.has_text
        explained = None if model.finish is None else model.finish.finding
        if model.provider == OFFLINE:
            answer.release("".join(await own_words.finish()))
            is_complete = answer.has_text and not own_words.is_over
        else:
            answer.release("".join(await model_text.finish(model.finish)))
            progress.has_model_words = model_text.floor.has_said
            is_complete = answer.has_text and model_text.floor.is_met
            self._note_end(progress, model_text)
        if not is_complete:
            progress.is_completed = True
            if not answer.has_text:
                answer.release(setback_note(model.setback, opened.material.submission))
            explained = await self._complete(user_id, opened, answer, model_text.floor)
        progress.finding = explained or opened.finding
        if opened.material.level is HintLevel.SOLUTION:
            progress.edit = await self._analyst.edit_shown(user_id, opened.material.submission, answer.text)
        if progress.finding.rule == NOT_ANALYSED:
            self._refusals.note_unread(opened.course_id)

    @staticmethod
    def _note_end(progress: AskProgress, model_text: ModelText) -> None:
        """Note why the model's text was withheld or ended."""
        message_id = str(progress.opened.accepted.message_id)
        progress.withheld_rule = model_text.withheld_rule
        progress.ended_by = model_text.floor.end
        if model_text.withheld_rule is not None:
            log.info("withheld", message_id=message_id, rule=model_text.withheld_rule)
        elif model_text.floor.end is not None:
            log.info("ended", message_id=message_id, reason=model_text.floor.end)

    async def _complete(self, user_id: UUID, opened: OpenAsk, answer: Answer, floor: Floor) -> ReportedFinding:
        """Release what the model's text lacks of the level: the offline tutor's explanation. Return its finding."""
        material = opened.material
        explanation = await self._analyst.explain(
            user_id, material.submission, material.level, opened.student, opened.talk
        )
        own_words = OwnWords()
        text = completion(floor, explanation)
        answer.release("".join((*await own_words.feed(text), *await own_words.finish())))
        return explanation.finding


class OwnWords:
    """The offline tutor's text. It was written for its hint level and tested against the guard, so it is only escaped.

    It gets no links or markup of its own, and is not checked again.
    """

    def __init__(self) -> None:
        self._guard = InertGuard()

    @property
    def is_over(self) -> bool:
        """Whether a line of the text exceeds the maximum length, which stops the text."""
        return self._guard.verdict is not None

    async def feed(self, text: str) -> list[str]:
        """Return the units of the next text."""
        return await self._guard.feed(text)

    async def finish(self) -> list[str]:
        """Return the remaining units."""
        return await self._guard.finish()


async def _release(text: str, source: ModelText | OwnWords, answer: Answer) -> None:
    """Release the text that may be shown: in short deltas until the first one is sent, then the rest as one."""
    while len(text) > FIRST_CHARACTERS and not answer.has_text:
        answer.release("".join(await source.feed(text[:FIRST_CHARACTERS])))
        text = text[FIRST_CHARACTERS:]
        await asyncio.sleep(0)  # Yield to the event loop, so that the delta is sent now.
    answer.release("".join(await source.feed(text)))
