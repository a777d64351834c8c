"""Ask the tutor and present its answer.

A place in the code has one running answer at a time. A new ask there stops the running answer and replaces it. So two
quick key presses never show two answers, nor raise the hint level twice (a cancelled ask does not count), and a
follow-up question need not wait. Asks about other places run in parallel.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.capture.submission import Captured, capture
from tutor_lsp.capture.workspace_module import WorkspacePlace
from tutor_lsp.features.answers import choose_presenter
from tutor_lsp.features.base import Feature
from tutor_lsp.features.edit_trial import show_edit
from tutor_lsp.features.held_edit import HeldEdit
from tutor_lsp.features.labels import in_line, label, level_note
from tutor_lsp.lsp.error_log import INTERNAL_ERROR_MESSAGE, log_exception
from tutor_lsp.lsp.refused import Refused
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Accepted, Delta, Done, Error, ErrorCode, Queued

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor_lsp.capture.diagnostics import KnownDiagnostics
    from tutor_lsp.features.answers import AnswerPresenter
    from tutor_lsp.features.base import Handler
    from tutor_lsp.features.current_hints import CurrentHints
    from tutor_lsp.features.edit_trial import ShownEdit
    from tutor_lsp.features.status import StatusReport
    from tutor_lsp.lsp.background_tasks import BackgroundTasks
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.lsp.text_document import Anchor, EditedDocument
    from tutor_lsp.tutors.choice import TutorChoice
    from tutor_lsp.tutors.tutor import Tutor
    from tutor_protocol import Change

STOPPED = "Stopped."

_REFUSALS = {
    ErrorCode.RATE_LIMITED,
    ErrorCode.DAILY_CAP_REACHED,
    ErrorCode.GLOBAL_LIMIT_REACHED,
    ErrorCode.BUDGET_BUSY,
    ErrorCode.BUDGET_REACHED,
    ErrorCode.COURSE_BUDGET_REACHED,
    ErrorCode.SWITCHED_OFF,
    ErrorCode.COURSE_OFF,
    ErrorCode.COURSE_NEEDED,
    ErrorCode.VALIDATION_FAILED,
    ErrorCode.PAYLOAD_TOO_LARGE,
    ErrorCode.NOT_FOUND,
    ErrorCode.UNAUTHENTICATED,
}
"""The error codes that mean that an ask was refused. Other codes mean that it failed or was cancelled."""


_Unit = tuple[bool, str, str]


@dataclass(slots=True)
class _Running:
    """A running ask."""

    captured: Captured
    presenter: AnswerPresenter
    is_local: bool = False
    task: asyncio.Task[None] | None = None
    remaining_today: int | None = None
    change: Change | None = None
    held: HeldEdit | None = None
    """The answer's text that is held back, if the answer may show an edit that can be tried."""
    seq: int = 0
    """The number of the next update for the editor."""

    @property
    def unit(self) -> _Unit:
        """The unit of code. An answer of this computer beside a service is on a ladder of its own."""
        unit = self.captured.problem.unit
        return self.is_local, unit.kind, unit.name

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()

    def show(self, text: str) -> None:
        """Present the next part of the answer, if there is any."""
        if text:
            ask_id = str(self.captured.ask.request_id)
            self.presenter.updated(protocol.AnswerUpdated(ask_id=ask_id, seq=self.seq, delta=text))
            self.seq += 1


class Asks(Feature):
    """Feature: the commands `tutor.ask`, `tutor.cancel` and `tutor.rate`, and the other ways to cancel an answer."""

    def __init__(
        self,
        editor: Editor,
        choice: TutorChoice,
        known: KnownDiagnostics,
        status: StatusReport,
        background: BackgroundTasks,
        *,
        hints: CurrentHints,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self._editor = editor
        self._choice = choice
        self._known = known
        self._status = status
        self._background = background
        self._hints = hints
        self._new_id = new_id
        self._running: dict[UUID, _Running] = {}
        self._levels: WeakKeyDictionary[EditedDocument, dict[_Unit, int]] = WeakKeyDictionary()
        """The hint levels of the last complete answers about the units of each document."""
        self._places: WeakKeyDictionary[EditedDocument, Anchor] = WeakKeyDictionary()
        """The place of the last complete answer about each document."""

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of LSP and custom methods."""
        return {protocol.ANSWER_CANCEL: self.cancel, types.WINDOW_WORK_DONE_PROGRESS_CANCEL: self.cancel_progress}

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands."""
        return {protocol.ASK: self.ask, protocol.CANCEL: self.cancel, protocol.RATE: self.rate}

    async def ask(self, argument: protocol.AskArgument) -> protocol.AskStarted:
        """Start an ask and return its id at once (command `tutor.ask`). A background task streams the answer.

        A second call with the `askId` of a running answer does nothing. Raise `Refused` for invalid arguments.
        """
        if not isinstance(argument.local, bool | None):
            raise Refused("local is true or false.")
        request_id = self._new_id() if argument.ask_id is None else _uuid(argument.ask_id)
        if request_id not in self._running:
            captured = capture(argument, self._editor.documents, self._known, request_id)
            self._start(captured, argument)
        return protocol.AskStarted(ask_id=str(request_id))

    async def cancel(self, params: protocol.CancelAsk) -> None:
        """Stop one answer, or all (command `tutor.cancel`, notification `tutor/answer/cancel`)."""
        for request_id in list(self._running):
            if params.ask_id is None or params.ask_id.lower() == str(request_id):
                self._stop(request_id)

    async def cancel_progress(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Stop the answer whose progress the student has cancelled (`window/workDoneProgress/cancel`)."""
        await self.cancel(protocol.CancelAsk(ask_id=str(params.token)))

    async def rate(self, rating: protocol.Rating) -> None:
        """Send the student's rating of an answer (command `tutor.rate`). Raise `Refused` for an invalid rating."""
        if not isinstance(rating.helpful, bool):
            raise Refused("helpful is true or false.")
        tutor = self._choice.tutor()
        if tutor is not None:
            await tutor.rate(rating.message_id, helpful=rating.helpful)

    def last_line(self, document: EditedDocument) -> int | None:
        """Return the present line of the last ask about a document that was answered in this window, or None."""
        anchor = self._places.get(document)
        return None if anchor is None else anchor.line

    @property
    def is_idle(self) -> bool:
        """Whether no answer is running."""
        return not self._running

    async def shutdown(self) -> None:
        """Stop all answers."""
        await self.cancel(protocol.CancelAsk())

    def _start(self, captured: Captured, argument: protocol.AskArgument) -> None:
        for request_id, earlier in list(self._running.items()):
            if captured.is_about_the_place_of(earlier.captured):
                self._stop(request_id)
        request_id = captured.ask.request_id
        self._status.is_about(WorkspacePlace(captured.ask.module_id, captured.ask.course_id))
        elsewhere = None if captured.uri == argument.uri else captured.document.filename
        answer = choose_presenter(self._editor, self._choice.settings, self._background, captured, elsewhere)
        answer = self._hints.watch(captured, answer)
        running = self._running[request_id] = _Running(captured, answer, is_local=bool(argument.local))
        running.task = self._background.run(self._run(running), "an answer")

    def _stop(self, request_id: UUID) -> None:
        """End the answer for the student at once. The tutor's stream is closed later."""
        running = self._running[request_id]
        self._end(running, reason="cancelled", code=ErrorCode.CANCELLED, message=STOPPED)
        running.cancel()

    async def _run(self, running: _Running) -> None:
        """Stream one answer. Its end is presented exactly once, even after an exception."""
        # Yield, so that the command is answered first: the editor needs the id before the first notification.
        await asyncio.sleep(0)
        try:
            tutor = await self._tutor_for(running)
            if tutor is None:
                self._refuse(running)
            else:
                await self._stream(running, tutor)
        except Exception as error:  # noqa: BLE001 - the answer must end after any error
            log_exception("an answer", error)
        # A correct stream has ended with `Done` or `Error`, and then this call does nothing.
        self._end(running, reason="failed", code=ErrorCode.INTERNAL_ERROR, message=INTERNAL_ERROR_MESSAGE)

    async def _tutor_for(self, running: _Running) -> Tutor | None:
        await self._choice.reload_sign_ins()
        return self._choice.local_tutor() if running.is_local else self._choice.tutor()

    def _refuse(self, running: _Running) -> None:
        """End the ask because no tutor is available: the student is signed out, or a setting is wrong."""
        status = self._choice.status
        code = ErrorCode.UNAUTHENTICATED if status.state == "signedOut" else ErrorCode.VALIDATION_FAILED
        self._end(running, reason="refused", code=code, message=status.message)

    async def _stream(self, running: _Running, tutor: Tutor) -> None:
        async with aclosing(tutor.ask(running.captured.ask)) as stream:
            async for message in stream:
                self._status.refresh()
                match message:
                    case Accepted():
                        self._accepted(running, message)
                    case Queued(request_id=request_id, place=place):
                        running.presenter.queued(
                            protocol.AnswerQueued(ask_id=str(request_id), place=place, message=in_line(place))
                        )
                    case Delta():
                        held = running.held
                        running.show(message.content if held is None else held.feed(message.content))
                    case Done():
                        self._done(running, message, await show_edit(running, message))
                        return
                    case Error():
                        self._failed(running, message)
                        return

    def _accepted(self, running: _Running, accepted: Accepted) -> None:
        running.remaining_today, running.change = accepted.remaining_today, accepted.change
        self._status.counted(accepted.remaining_today)
        if running.captured.trial is not None and accepted.hint_level == HintLevel.SOLUTION:
            running.held = HeldEdit()
        if accepted.course_id is not None:
            self._background.run(self._status.answered_in(accepted.course_id), "the course of an answer")
        running.presenter.started(
            protocol.AnswerStarted(
                ask_id=str(running.captured.ask.request_id),
                uri=running.captured.uri,
                range=running.captured.range,
                hint_level=accepted.hint_level,
                max_hint_level=accepted.max_hint_level,
                error_type=accepted.error_type,
                purpose=accepted.purpose,
                change=accepted.change,
                label=label(accepted),
                level_note=level_note(accepted, self._levels.get(running.captured.document, {}).get(running.unit)),
            )
        )

    def _done(self, running: _Running, done: Done, shown: ShownEdit) -> None:
        self._places[running.captured.document] = running.captured.anchor
        if running.change != "solved":
            self._levels.setdefault(running.captured.document, {})[running.unit] = done.hint_level
        self._end(
            running,
            reason="completed",
            # Local answers cannot be rated: the service does not know their ids.
            message_id=None if running.is_local else str(done.message_id),
            answer_id=str(done.message_id),
            provider=done.provider,
            fallback=done.fallback,
            withheld=done.withheld,
            ai=done.ai,
            stale=running.captured.is_stale(),
            finding=None if done.finding is None else protocol.Finding(**asdict(done.finding)),
            edit=shown.edit,
            tried=shown.tried,
        )

    def _failed(self, running: _Running, error: Error) -> None:
        if running.held is not None:
            running.show(running.held.release())
        reason: protocol.EndReason = "refused" if error.code in _REFUSALS else "failed"
        if error.code == ErrorCode.CANCELLED:
            reason = "cancelled"
        self._end(running, reason=reason, code=error.code, message=error.content, retry_after=error.retry_after)

    def _end(self, running: _Running, **fields: Any) -> None:
        """End the answer, unless it has already ended."""
        request_id = running.captured.ask.request_id
        if self._running.pop(request_id, None) is not None:
            running.presenter.ended(
                protocol.AnswerEnded(ask_id=str(request_id), remaining_today=running.remaining_today, **fields)
            )
            self._status.refresh()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("askId is a UUID.") from None
