"""Try the edit that an answer shows, and show it only if nothing speaks against it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.features.held_edit import FAILED, GO_ON, NOT_RUN, PASSED
from tutor_lsp.runner.trials import TestTrial, try_edit

if TYPE_CHECKING:
    from tutor_lsp.capture.submission import Captured
    from tutor_lsp.features.held_edit import HeldEdit
    from tutor_protocol import Done, ReportedEdit


@dataclass(frozen=True, slots=True)
class ShownEdit:
    """The edit for the client, and what became of it when it was tried. Without a trial, `tried` is None."""

    edit: protocol.Edit | None = None
    tried: protocol.Tried | None = None


class Speaking(Protocol):
    """An answer that is being presented."""

    @property
    def captured(self) -> Captured:
        """The ask."""
        ...

    @property
    def held(self) -> HeldEdit | None:
        """The text that is held back."""
        ...

    def show(self, text: str) -> None:
        """Present the next part of the answer."""
        ...


async def show_edit(answer: Speaking, done: Done) -> ShownEdit:
    """Try the edit of a complete answer, and present the text that was held back, or that there is no tried edit."""
    edit = None if done.edit is None else _in_document(answer.captured, done.edit)
    if answer.held is None:
        return ShownEdit(edit)
    if not answer.held.has_block:
        answer.show(answer.held.release())
        return ShownEdit(edit)
    tried = await _try(answer.captured, edit)
    is_tested = isinstance(answer.captured.trial, TestTrial)
    if tried == "failed":
        line = "" if done.finding is None else GO_ON.format(line=done.finding.line)
        answer.show(FAILED[is_tested] + line)
        return ShownEdit(None, tried)
    answer.show(f"{answer.held.release().rstrip()}\n\n{PASSED[is_tested] if tried == 'passed' else NOT_RUN}")
    return ShownEdit(edit, tried)


async def _try(captured: Captured, edit: protocol.Edit | None) -> protocol.Tried:
    trial = captured.trial
    if edit is None or trial is None:
        return "not_run"
    lines = list(captured.lines)
    start, end = edit.range.start.line, edit.range.end.line
    after = "".join((*lines[:start], edit.new_text, *lines[end:]))
    return await try_edit(trial, Path(captured.document.path), "".join(lines), after)


def _in_document(captured: Captured, edit: ReportedEdit) -> protocol.Edit | None:
    """Return an edit with the lines of the document; None if it is not one of whole lines of the document."""
    start, end = (captured.ask.first_line + place.line for place in (edit.range.start, edit.range.end))
    if not 0 <= start <= end <= len(captured.lines) or edit.range.start.character or edit.range.end.character:
        return None
    place = types.Range(start=types.Position(start, 0), end=types.Position(end, 0))
    return protocol.Edit(range=place, new_text=edit.new_text)
