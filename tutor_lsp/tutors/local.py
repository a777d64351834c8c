"""Local mode: the offline tutor with its hint levels inside the language server, without account, network or model."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

from tutor_analysis.unread import shown_finding, unread_snapshot
from tutor_lsp.tutors.analysis import LazyAnalyst
from tutor_lsp.tutors.local_state import LocalAnswer, LocalState, StateUnavailable
from tutor_lsp.tutors.tutor import LOCAL
from tutor_pedagogy.conversation.talk import NO_CHANGE
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.ladder.policy import Ladder, is_reply
from tutor_protocol import Accepted, Delta, Done, Error, ErrorCode

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
    from pathlib import Path

    from tutor_analysis.known_examinations import Examination
    from tutor_lsp.settings import LadderName
    from tutor_lsp.tutors.local_state import PlacedAsk
    from tutor_protocol import Ask, FromService

T = TypeVar("T")

logger = logging.getLogger(__name__)

PROVIDER = "offline"
MODEL = "offline-1"
STUDENT = "student"
"""The owner to whom the analysis of local asks is charged."""
_SENTENCE_END = re.compile(r"(?<=[.!?]\s)|(?<=\n)")


class LocalTutor:
    """A `Tutor` in this process. `student` may be set at any time, and applies from the next ask on."""

    status = LOCAL

    def __init__(
        self,
        data_dir: Path,
        *,
        student: StudentLevels | None = None,
        max_hint_level: HintLevel = HintLevel.SOLUTION,
        ladder: LadderName = "code",
        new_id: Callable[[], UUID] = uuid4,
        analysis: LazyAnalyst | None = None,
    ) -> None:
        self.student = student or StudentLevels()
        self._analysis = analysis or LazyAnalyst()
        self._state = LocalState(data_dir)
        self._max_hint_level = max_hint_level
        self._ladder = Ladder(ladder)
        self._new_id = new_id
        self._session_id = new_id()
        self._open: dict[UUID, asyncio.Future[Error]] = {}

    async def ask(self, ask: Ask) -> AsyncGenerator[FromService, None]:
        """Yield the offline tutor's answer. An ask that is cancelled or fails does not raise the hint level."""
        if ask.request_id in self._open:
            yield Error(
                request_id=ask.request_id,
                code=ErrorCode.VALIDATION_FAILED,
                content="This question is already being answered.",
            )
            return
        stop = self._open[ask.request_id] = asyncio.get_running_loop().create_future()
        try:
            async with aclosing(self._answer(ask, stop)) as answer:
                async for message in answer:
                    yield message
        except _Stopped:
            yield stop.result()
        except _UnknownAnswer:
            yield Error(
                request_id=ask.request_id,
                code=ErrorCode.NOT_FOUND,
                content="The answer that this question is about does not exist.",
            )
        except StateUnavailable as error:
            yield Error(
                request_id=ask.request_id,
                code=ErrorCode.DATABASE_UNAVAILABLE,
                content=str(error),
                retryable=error.retryable,
            )
        finally:
            del self._open[ask.request_id]

    async def cancel(self, request_id: UUID) -> None:
        """Stop an answer. Its stream ends with an `Error` of code `CANCELLED`."""
        self._stop(request_id, ErrorCode.CANCELLED, "Stopped.")

    async def rate(self, message_id: str, *, helpful: bool) -> None:
        """Do nothing, because in local mode nobody reads ratings."""

    async def close(self) -> None:
        """End the running answers, and the child process."""
        for request_id in self._open:
            self._stop(request_id, ErrorCode.SHUTTING_DOWN, "The tutor was closed.")
        await self._analysis.close()

    def _stop(self, request_id: UUID, code: ErrorCode, content: str) -> None:
        stop = self._open.get(request_id)
        if stop is not None and not stop.done():
            stop.set_result(Error(request_id=request_id, code=code, content=content))

    async def _answer(self, ask: Ask, stop: asyncio.Future[Error]) -> AsyncGenerator[FromService, None]:
        analyst = await _unless(stop, self._analysis.analyst())
        examined = await _unless(stop, analyst.examine(STUDENT, ask))
        placing = asyncio.ensure_future(asyncio.to_thread(self._place, ask, examined))
        whole = False
        try:
            placed = await asyncio.shield(placing)
            level = placed.step.level
            talk = placed.talk if examined.is_read else replace(placed.talk, comparison=NO_CHANGE)
            explanation = await _unless(stop, analyst.explain(STUDENT, ask, level, self.student, talk))
            message_id = self._new_id()
            answer = LocalAnswer(
                message_id=message_id,
                problem=placed.problem,
                session=self._session_id,
                level=level,
                is_follow_up=ask.follow_up_to is not None,
                question=ask.question,
                text=explanation.text,
            )
            await asyncio.to_thread(self._state.remember_answer, answer)
            yield Accepted(
                request_id=ask.request_id,
                session_id=self._session_id,
                message_id=message_id,
                hint_level=level,
                max_hint_level=self._max_hint_level,
                error_type=examined.error_type,
                purpose=examined.purpose if placed.comparison is not None else "follow_up",
                change=placed.comparison.change if placed.comparison is not None and examined.is_read else None,
            )
            for seq, sentence in enumerate(_sentences(explanation.text)):
                if stop.done():
                    raise _Stopped
                yield Delta(request_id=ask.request_id, seq=seq, content=sentence)
            is_solution = level is HintLevel.SOLUTION
            edit = await analyst.edit_shown(STUDENT, ask, explanation.text) if is_solution else None
            whole = True
            yield Done(
                request_id=ask.request_id,
                message_id=message_id,
                hint_level=level,
                provider=PROVIDER,
                model=MODEL,
                finding=shown_finding(explanation.finding),
                edit=edit,
            )
        finally:
            if not whole:
                await self._give_back(placing)

    def _place(self, ask: Ask, examined: Examination) -> PlacedAsk:
        """Store the ask's version and hint level. Raise `StateUnavailable`, or `_UnknownAnswer` for a follow-up."""
        snapshot = examined.snapshot or unread_snapshot(examined.problem)
        now = datetime.now(UTC)
        if ask.follow_up_to is not None:
            placed = self._state.place_follow_up(
                ask.follow_up_to,
                snapshot=snapshot,
                session=self._session_id,
                made_effort=is_reply(ask.question),
                policy=self._ladder,
                bound=self._max_hint_level,
                now=now,
            )
            if placed is None:
                raise _UnknownAnswer
            return placed
        return self._state.place_ask(
            snapshot,
            session=self._session_id,
            run_id=ask.run_id,
            policy=self._ladder,
            bound=self._max_hint_level,
            now=now,
        )

    async def _give_back(self, placing: asyncio.Future[PlacedAsk]) -> None:
        with suppress(_UnknownAnswer):
            try:
                placed = await placing
                if placed.step.moved:
                    await asyncio.to_thread(self._state.take_back, placed.problem)
            except StateUnavailable as error:  # The ask was not stored, or the student's next hint skips a level.
                logger.warning("hint level not given back: %s", error)


class _UnknownAnswer(Exception):
    """A question is about an answer that this student never got."""


class _Stopped(Exception):
    """The ask was cancelled, or the tutor was closed. The ask's future holds the message that ends the stream."""


async def _unless(stop: asyncio.Future[Error], work: Awaitable[T]) -> T:
    """Return the result of `work`. Raise `_Stopped` if `stop` is done first."""
    running = asyncio.ensure_future(work)
    either: set[asyncio.Future[Any]] = {running, stop}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if stop.done():
            raise _Stopped
        return await running
    finally:
        running.cancel()


def _sentences(text: str) -> Iterator[str]:
    """Yield a Markdown text in parts, split after sentences and lines."""
    yield from (piece for piece in _SENTENCE_END.split(text) if piece)
