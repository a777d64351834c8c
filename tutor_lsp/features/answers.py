"""Present an answer to the student: as notifications, as a Markdown document, or as a message."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from lsprotocol import types

from tutor_lsp import protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path
    from uuid import UUID

    from tutor_lsp.lsp.background_tasks import BackgroundTasks
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.settings import Settings

PROGRESS_AFTER_SECONDS = 0.5
"""Seconds after which progress is shown. An answer or a run that ends sooner shows none."""
KEPT_DOCUMENTS = 20


class AnswerPresenter(Protocol):
    """Presents one answer. `started` is called at most once, and `ended` is called exactly once."""

    def started(self, message: protocol.AnswerStarted) -> None:
        """Show that the ask was accepted."""
        ...

    def updated(self, message: protocol.AnswerUpdated) -> None:
        """Show the next part of the answer."""
        ...

    def ended(self, message: protocol.AnswerEnded) -> None:
        """Show the end of the answer, or why it failed."""
        ...


def choose_presenter(
    editor: Editor, settings: Settings, background: BackgroundTasks, ask_id: UUID, elsewhere: str | None = None
) -> AnswerPresenter:
    """Return the presenter that the settings name, else the best one that the editor supports.

    `elsewhere` names the file that the answer is about, if the student asked from another file.
    """
    way = settings.answer_in
    if way == "notifications" or (way is None and editor.speaks_tutor):
        return NotificationPresenter(editor)
    progress = CancellableProgress(editor, background, str(ask_id))
    if way == "message" or not editor.shows_documents:
        return BufferedPresenter(editor, background, progress, MessageSurface(editor).show, elsewhere)
    surface = DocumentSurface(editor, settings.data_dir / "answers", f"hint-{str(ask_id)[:8]}.md")
    return BufferedPresenter(editor, background, progress, surface.show, elsewhere)


class NotificationPresenter:
    """Sends the answer as the notifications of `protocol` while it streams."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def started(self, message: protocol.AnswerStarted) -> None:
        """Send `tutor/answer/didStart`."""
        self._editor.notify(protocol.ANSWER_DID_START, message)

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
        """Set the text that the progress shows, such as `Hint 2 of 5`."""
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
    """Shows the whole answer at its end, and progress until then."""

    def __init__(
        self,
        editor: Editor,
        background: BackgroundTasks,
        progress: CancellableProgress,
        show: Callable[[str], Coroutine[Any, Any, None]],
        elsewhere: str | None = None,
    ) -> None:
        self._editor = editor
        self._background = background
        self._progress = progress
        self._show = show
        self._elsewhere = "" if elsewhere is None else f" · {elsewhere}"
        self._heading = ""
        self._pieces: list[str] = []

    def started(self, message: protocol.AnswerStarted) -> None:
        """Show in the progress which hint is being written."""
        self._heading = f"Hint {message.hint_level} of {message.max_hint_level}{self._elsewhere}"
        self._progress.report(self._heading)

    def updated(self, message: protocol.AnswerUpdated) -> None:
        """Append a part to the answer."""
        self._pieces.append(message.delta)

    def ended(self, message: protocol.AnswerEnded) -> None:
        """Show the answer, or a message that says why the ask was refused or failed."""
        self._progress.end()
        if self._pieces:
            markdown = f"**{self._heading}**\n\n{''.join(self._pieces)}{_note(message)}\n"
            self._background.run(self._show(markdown), "showing an answer")
        if message.reason in {"refused", "failed"} and message.message:
            self._editor.show_message(message.message, types.MessageType.Warning)


class MessageSurface:
    """Shows Markdown as a message (`window/showMessage`)."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    async def show(self, markdown: str) -> None:
        """Show the Markdown source."""
        self._editor.show_message(markdown.strip(), types.MessageType.Info)


class DocumentSurface:
    """Shows Markdown as a document (`window/showDocument`), or as a message if the editor cannot show documents."""

    def __init__(self, editor: Editor, folder: Path, name: str) -> None:
        self._editor = editor
        self._folder = folder
        self._name = name

    async def show(self, markdown: str) -> None:
        """Write a document that only the user can read, and show it. Only the newest `KEPT_DOCUMENTS` are kept."""
        try:
            path = await asyncio.to_thread(_write, self._folder, self._name, markdown)
            is_shown = await self._editor.show_document(path)
        except OSError:
            is_shown = False
        if not is_shown:
            await MessageSurface(self._editor).show(markdown)


def _write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    documents = sorted(folder.glob("hint-*.md"), key=lambda document: document.stat().st_mtime_ns)
    for old in documents[:-KEPT_DOCUMENTS]:
        old.unlink(missing_ok=True)
    return path


def _note(message: protocol.AnswerEnded) -> str:
    notes = []
    if message.reason == "cancelled":
        notes.append("Stopped.")
    if message.stale:
        notes.append("Your code has changed since you asked.")
    return "".join(f"\n\n*{note}*" for note in notes)
