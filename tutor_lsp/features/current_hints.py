"""The hints of this session by their lines, which editors without a view of their own show as a hover."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from lsprotocol import types

from tutor_lsp.features.base import Feature
from tutor_lsp.features.labels import heading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_lsp import protocol
    from tutor_lsp.capture.submission import Captured
    from tutor_lsp.features.answers import AnswerPresenter
    from tutor_lsp.features.base import Handler
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.lsp.text_document import Anchor, EditedDocument

MAX_HINTS = 20
"""The maximum number of lines of a document whose hints are kept."""


@dataclass(slots=True)
class _Hint:
    """The latest hint about a line. The anchor follows the line while the document is edited."""

    anchor: Anchor
    label: str
    note: str | None
    is_ai: bool = False
    pieces: list[str] = field(default_factory=list)

    @property
    def markdown(self) -> str:
        return f"**{heading(self.label, self.note, is_ai=self.is_ai)}**\n\n{''.join(self.pieces)}"


class CurrentHints(Feature):
    """Feature: `textDocument/hover` on a line with an answer of this session."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._hints: WeakKeyDictionary[EditedDocument, list[_Hint]] = WeakKeyDictionary()

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of LSP and custom methods."""
        return {types.TEXT_DOCUMENT_HOVER: self.hover}

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        """Return the latest hint about the line, also while it is being written, or None."""
        document = self._editor.documents.open_document(params.text_document.uri)
        hints = [] if document is None else self._hints.get(document, [])
        hint = next((one for one in reversed(hints) if one.anchor.line == params.position.line and one.pieces), None)
        if hint is None:
            return None
        kind = types.MarkupKind.Markdown if self._editor.hovers_markdown else types.MarkupKind.PlainText
        return types.Hover(contents=types.MarkupContent(kind=kind, value=hint.markdown))

    def watch(self, captured: Captured, presenter: AnswerPresenter) -> AnswerPresenter:
        """Return a presenter that shows the answer as `presenter` does, and keeps it as the hint of its line."""
        return _Watched(self, captured, presenter)

    def begin(self, captured: Captured, message: protocol.AnswerStarted) -> _Hint:
        """Keep a new hint. Hints without text, and the oldest beyond the limit, are dropped."""
        hint = _Hint(captured.anchor, message.label, message.level_note)
        earlier = [one for one in self._hints.get(captured.document, []) if one.pieces]
        self._hints[captured.document] = [*earlier, hint][-MAX_HINTS:]
        return hint


class _Watched:
    """Passes the messages of one answer on, and keeps its text."""

    def __init__(self, hints: CurrentHints, captured: Captured, presenter: AnswerPresenter) -> None:
        self._hints = hints
        self._captured = captured
        self._presenter = presenter
        self._hint: _Hint | None = None

    def started(self, message: protocol.AnswerStarted) -> None:
        self._hint = self._hints.begin(self._captured, message)
        self._presenter.started(message)

    def queued(self, message: protocol.AnswerQueued) -> None:
        self._presenter.queued(message)

    def updated(self, message: protocol.AnswerUpdated) -> None:
        if self._hint is not None:
            self._hint.pieces.append(message.delta)
        self._presenter.updated(message)

    def ended(self, message: protocol.AnswerEnded) -> None:
        if self._hint is not None:
            self._hint.is_ai = bool(message.ai)
        self._presenter.ended(message)
