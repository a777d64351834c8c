"""The code actions "Ask tutor" and "Test and ask tutor": where they are offered, and their commands' arguments."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.capture.document import is_python
from tutor_lsp.capture.exercise import tests_of_folder
from tutor_lsp.capture.notebook import is_failing, notebook_cell
from tutor_lsp.features.base import Feature
from tutor_lsp.runner.found_tests import find_tests, program_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_lsp.capture.diagnostics import KnownDiagnostics
    from tutor_lsp.features.base import Handler
    from tutor_lsp.features.own_diagnostics import OwnDiagnostics
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.lsp.text_document import EditedDocument
    from tutor_lsp.tutors.choice import TutorChoice

TITLE, TEST_TITLE = "Ask tutor", "Test and ask tutor"
KIND = types.CodeActionKind.QuickFix


class CodeActions(Feature):
    """Feature: `textDocument/codeAction`.

    If the editor requests actions by itself (a light bulb), the action is offered only if a checker or the last run has
    reported something on a line of the range. If the student requests them, it is offered anywhere in a Python file.
    Whole lines count in both cases: the cursor need not be on the squiggle. "Test and ask tutor" is offered on request
    in a file that has tests.
    """

    def __init__(self, editor: Editor, choice: TutorChoice, known: KnownDiagnostics, own: OwnDiagnostics) -> None:
        self._editor = editor
        self._choice = choice
        self._known = known
        self._own = own

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of LSP and custom methods."""
        return {types.TEXT_DOCUMENT_CODE_ACTION: self.code_action}

    async def code_action(self, params: types.CodeActionParams) -> list[types.CodeAction] | None:
        """Return the action, or None if it is not offered. It is only offered in open Python documents."""
        uri = params.text_document.uri
        document = self._editor.documents.open_document(uri)
        if document is None or not is_python(document) or not _wants_quick_fixes(params.context.only):
            return None
        self._known.add_from_editor(document, params.context.diagnostics)
        self._own.show(document)
        start, end = sorted((params.range.start, params.range.end), key=lambda place: (place.line, place.character))
        cell = notebook_cell(self._editor.documents, uri)
        wrong = self._known.from_editor_on_lines(document, start.line, end.line)
        crash = self._known.crashes.on_lines(document, start.line, end.line)
        if crash is not None:
            wrong = [crash.mark.shown(document), *wrong]
        if not wrong and self._choice.settings.diagnostics:
            wrong = self._known.own_on_lines(document, start.line, end.line)
            if not wrong and cell is None:  # The background check may not have finished yet, so compile now.
                wrong = self._known.compiled_on_lines(document, start.line, end.line)
        is_automatic = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
        if is_automatic and not wrong and not (cell is not None and is_failing(cell)):
            return None
        argument = protocol.AskArgument(
            uri=uri,
            position=_place(start, wrong),
            diagnostics=wrong or None,
            traceback=None if crash is None else crash.traceback,
        )
        command = types.Command(title=TITLE, command=protocol.ASK, arguments=[argument])
        actions = [types.CodeAction(title=TITLE, kind=KIND, diagnostics=wrong or None, command=command)]
        if cell is None and not is_automatic and await asyncio.to_thread(_has_tests, document):
            test = protocol.TestArgument(uri=uri, ask=True)
            command = types.Command(title=TEST_TITLE, command=protocol.TEST, arguments=[test])
            actions.append(types.CodeAction(title=TEST_TITLE, kind=KIND, command=command))
        return actions


def _has_tests(document: EditedDocument) -> bool:
    """Return whether a document is a file on disk with tests."""
    if not document.uri.startswith("file:"):
        return False
    program = program_of(Path(document.path))
    of_folder = tests_of_folder(program)
    return program.is_file() and bool(find_tests(program, of_folder.files if of_folder else ()))


def _wants_quick_fixes(only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Return whether the editor requests quick fixes or, with no kind or the empty kind, all actions (LSP 3.17)."""
    return only is None or any(kind in {KIND, types.CodeActionKind.Empty} for kind in only)


def _place(start: types.Position, wrong: list[types.Diagnostic]) -> types.Position:
    """Return the start of the range, or the start of the first error in it if the range begins above that error."""
    firsts = [min(item.range.start.line, item.range.end.line) for item in wrong]
    if not firsts or min(firsts) <= start.line:
        return start
    return min((item.range.start for item in wrong), key=lambda place: (place.line, place.character))
