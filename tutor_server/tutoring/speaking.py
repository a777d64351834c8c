"""Streams an answer: the model's text as the guard passes it, or the offline tutor's if it is missing or withheld."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from tutor_analysis.guarding import InertGuard
from tutor_analysis.size import is_small
from tutor_analysis.unread import NOT_ANALYSED
from tutor_server.llm.batching import Pacing
from tutor_server.llm.offline import OFFLINE

if TYPE_CHECKING:
    from uuid import UUID

    from tutor_analysis.analyst import Analyst
    from tutor_analysis.guarding import BoundedGuard
    from tutor_protocol import ReportedFinding, Submission
    from tutor_server.llm.chain import Chain
    from tutor_server.tutoring.answer import Answer
    from tutor_server.tutoring.open_ask import OpenAsk
    from tutor_server.tutoring.refusals import RefusalCount
    from tutor_server.tutoring.settling import AskProgress

log = structlog.get_logger(__name__)

FIRST_CHARACTERS = 200
"""The maximum number of characters that the guard checks at once until the first text is sent: a sentence or two."""
OUTAGE_NOTE = "*The AI service cannot be reached right now; this hint comes from the built-in tutor.*\n\n"


class Speaker:
    """Fills answers with text, and finds the offline tutor's finding for each ask."""

    def __init__(self, analyst: Analyst, chain: Chain, refusals: RefusalCount) -> None:
        self._analyst = analyst
        self._chain = chain
        self._refusals = refusals
        self._one_search = asyncio.Lock()

    async def speak(self, user_id: UUID, progress: AskProgress, answer: Answer) -> None:
        """Stream the model's text through the guard. If it is withheld or missing, the offline tutor's text follows.

        Raises `AIUnavailable`, `AnswerInterrupted`, and the ledger's refusals at the start of a call.
        """
        opened = progress.opened
        answer.accept(opened.accepted)
        guard = self._analyst.guard(user_id, opened.accepted.message_id, opened.material)
        own_words: InertGuard | None = None
        pacing = Pacing()
        async with self._chain.stream(opened.hand_over(), opened.calls, pacing) as model:
            progress.model = model
            async for text in model:
                if model.provider == OFFLINE:
                    # The offline text was written for its hint level and tested against the guard,
                    # so it is only escaped (no links or markup), not checked again.
                    if model.fallback and not answer.has_text:
                        answer.release(OUTAGE_NOTE)
                    guard = own_words = own_words or InertGuard()
                await _release(text, guard, answer)
                if guard.verdict is not None:
                    break
                pacing.student_has_text = answer.has_text
        if guard.verdict is None and model.finish is not None and model.finish.reason == "stop":
            answer.release("".join(await guard.finish()))
        finding = None if model.finish is None else model.finish.finding
        if guard.verdict is not None:
            progress.withheld_rule = guard.verdict.rule
            log.info("withheld", message_id=str(opened.accepted.message_id), rule=guard.verdict.rule)
        if guard.verdict is not None or not answer.has_text:
            finding = await self._complete(user_id, opened, answer, own_words or InertGuard())
        progress.finding = await self._find(user_id, opened.material.submission, finding)

    async def _complete(self, user_id: UUID, opened: OpenAsk, answer: Answer, own_words: InertGuard) -> ReportedFinding:
        """Release the offline tutor's explanation if the model's text was stopped or empty. Return its finding."""
        material = opened.material
        explanation = await self._analyst.explain(user_id, material.submission, material.level, opened.student)
        separator = "\n\n" if answer.has_text else ""
        answer.release("".join((*await own_words.feed(separator + explanation.text), *await own_words.finish())))
        return explanation.finding

    async def _find(self, user_id: UUID, submission: Submission, finding: ReportedFinding | None) -> ReportedFinding:
        """Return the offline tutor's finding: the one that was explained, or a new search's.

        The search is deferred until after the answer, so that no student waits for it.
        """
        found = finding or await self._search(user_id, submission)
        if found.rule == NOT_ANALYSED:
            self._refusals.note_unread()
        return found

    async def _search(self, user_id: UUID, submission: Submission) -> ReportedFinding:
        if not is_small(submission):
            return await self._analyst.report(user_id, submission)
        async with self._one_search:  # Many answers may end together, so their searches take turns.
            await asyncio.sleep(0)
            return await self._analyst.report(user_id, submission)


async def _release(text: str, guard: BoundedGuard, answer: Answer) -> None:
    """Release the text that passes the guard: in short deltas until the first one is sent, then the rest as one."""
    while len(text) > FIRST_CHARACTERS and not answer.has_text:
        answer.release("".join(await guard.feed(text[:FIRST_CHARACTERS])))
        text = text[FIRST_CHARACTERS:]
        await asyncio.sleep(0)  # Yield to the event loop, so that the delta is sent now.
    answer.release("".join(await guard.feed(text)))
