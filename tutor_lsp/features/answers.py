"""Present an answer to the student: as notifications, as a Markdown document, or as a message."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.features.hint_documents import HintDocument
from tutor_lsp.features.labels import heading

if TYPE_CHECKING:
    from tutor_lsp.capture.submission import Captured
    from tutor_lsp.lsp.background_tasks import BackgroundTasks
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.settings import Settings

PROGRESS_AFTER_SECONDS = 0.5
"""Seconds after which progress is shown. An answer or a run that ends sooner shows none."""


class AnswerPresenter(Protocol):
    """Presents one answer. `started` is called at most once, and `ended` is called exactly once."""

    def started(self, message: protocol.AnswerStarted) -> None:
        """Show that the ask was accepted."""
        ...

    def queued(self, message: protocol.AnswerQueued) -> None:
        """Show the ask's place in the queue for the model, or that the wait is over."""
        ...

    def updated(self, message: protocol.AnswerUpdated) -> None:
        """Show the next part of the answer."""
        ...

    def ended(self, message: protocol.AnswerEnded) -> None:
        """Show the end of the answer, or why it failed."""
        ...


def choose_presenter(
    editor: Editor, settings: Settings, background: BackgroundTasks, captured: Captured, elsewhere: str | None = None
) -> AnswerPresenter:
    """Return the presenter that the settings name, else the best one that the editor supports.

    `elsewhere` names the file that the answer is about, if the student asked from another file.
    """
    way = settings.answer_in
    if way == "notifications" or (way is None and editor.speaks_tutor):
        return NotificationPresenter(editor)
    progress = CancellableProgress(editor, background, str(captured.ask.request_id))
    document = None
    if way != "message" and editor.shows_documents:
        document = HintDocument(editor, settings.data_dir / "answers", captured.document.uri)
    return BufferedPresenter(editor, background, progress, document, elsewhere)


class NotificationPresenter:
    """Sends the answer as the notifications of `protocol` while it streams."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def started(self, message: protocol.AnswerStarted) -> None:
        """Send `tutor/answer/didStart`."""
        self._editor.notify(protocol.ANSWER_DID_START, message)

    def queued(self, message: protocol.AnswerQueued) -> None:
        """Send `tutor/answer/didQueue`."""
        self._editor.notify(protocol.ANSWER_DID_QUEUE, message)

    def updated(self, message: protocol.AnswerUpdated) -> None:
        """Send `tutor/answer/didUpdate`."""
        self._editor.notify(protocol.ANSWER_DID_UPDATE, message)

    def ended(self, message: protocol.AnswerEnded) -> None:
        """Send `tutor/answer/didEnd`."""
        self._editor.notify(protocol.ANSWER_DID_END, message)


class CancellableProgress:
    """Shows `$/progress` that the student can cancel, until `end` is called.

    It appears after `after` seconds. For an ask, the progress token is the ask's id.
    """

    def __init__(
        self,
        editor: Editor,
        background: BackgroundTasks,
        token: str,
        *,
        title: str = "Ask tutor",
        after: float = PROGRESS_AFTER_SECONDS,
    ) -> None:
        self._editor = editor
        self._token = token
        self._title = title
        self._text = ""
        self._shown = False
        self._task = background.run(self._begin(after), "progress") if editor.shows_progress else None

    def report(self, text: str) -> None:
        """Set the text that the progress shows, such as `Hint 2 · concept`."""
        self._text = text
        if self._shown:
            self._editor.report_progress(self._token, text)

    def end(self) -> None:
        """End the progress. If it has not been shown yet, it is never shown."""
        if self._task is not None:
            self._task.cancel()
        if self._shown:
            self._shown = False
            self._editor.end_progress(self._token)

    async def _begin(self, after: float) -> None:
        await asyncio.sleep(after)
        self._shown = await self._editor.begin_progress(self._token, self._title)
        if self._shown and self._text:
            self._editor.report_progress(self._token, self._text)


class BufferedPresenter:
    """Shows the whole answer at its end, and progress until then.

    The answer is added to `document`. Without one, or if it cannot be shown, it is a message (`window/showMessage`).
    """

    def __init__(
        self,
        editor: Editor,
        background: BackgroundTasks,
        progress: CancellableProgress,
        document: HintDocument | None,
        elsewhere: str | None = None,
    ) -> None:
        self._editor = editor
        self._background = background
        self._progress = progress
        self._document = document
        self._elsewhere = elsewhere
        self._started: protocol.AnswerStarted | None = None
        self._pieces: list[str] = []

    def started(self, message: protocol.AnswerStarted) -> None:
        """Show in the progress which hint is being written."""
        self._started = message
        self._report(message, None)

    def queued(self, message: protocol.AnswerQueued) -> None:
        """Show the place in the progress."""
        if self._started is not None:
            self._report(self._started, message.message)

    def updated(self, message: protocol.AnswerUpdated) -> None:
        """Append a part to the answer."""
        self._pieces.append(message.delta)

    def ended(self, message: protocol.AnswerEnded) -> None:
        """Show the answer, or a message that says why the ask was refused or failed."""
        self._progress.end()
        if self._started is not None and self._pieces:
            self._background.run(self._show(self._started, message), "showing an answer")
        if message.reason in {"refused", "failed"} and message.message:
            self._editor.show_message(message.message, types.MessageType.Warning)

    def _report(self, started: protocol.AnswerStarted, waiting: str | None) -> None:
        self._progress.report(heading(started.label, self._elsewhere, started.level_note, waiting))

    async def _show(self, started: protocol.AnswerStarted, ended: protocol.AnswerEnded) -> None:
        body = f"\n\n{''.join(self._pieces)}{_note(ended)}"
        label, note, is_ai = started.label, started.level_note, bool(ended.ai)
        line = f"line {started.range.start.line + 1}"
        markdown = f"**{heading(label, self._elsewhere, line, note, is_ai=is_ai)}**{body}\n"
        if self._document is None or not await self._document.show(markdown):
            # Some editors show only the beginning of a message, in one line and without its line ends.
            hover = f" (hover over {line} to read it):" if self._editor.hovers else ""
            message = f"{heading(label, self._elsewhere, note, is_ai=is_ai)}{hover}{body}"
            self._editor.show_message(message.strip(), types.MessageType.Info)


def _note(message: protocol.AnswerEnded) -> str:
    notes = []
    if message.reason == "cancelled":
        notes.append("Stopped.")
    if message.stale:
        notes.append("Your code has changed since you asked.")
    return "".join(f"\n\n*{note}*" for note in notes)
