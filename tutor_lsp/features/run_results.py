"""What a run of the student's program has found: the line where it failed, which is marked and can be asked about."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.capture.crashes import bare_lines, line_now
from tutor_lsp.capture.wire_text import printed, traceback_text
from tutor_lsp.lsp.source_file import read_executed
from tutor_lsp.lsp.text_document import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor_lsp.capture.crashes import Crash, KnownCrashes
    from tutor_lsp.features.own_diagnostics import OwnDiagnostics
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.lsp.text_document import EditedDocument
    from tutor_lsp.runner.program import RunOutcome
    from tutor_lsp.runner.traceback import Frame, OwnFrame

    Ending = Callable[[Path, RunOutcome, OwnFrame | Frame | None], tuple[protocol.RunReason, str]]
    """Returns how a run ended, as a reason for the client and a sentence for the student."""

MAX_OUTPUT_CHARACTERS = 4 * 1024
STOPPED = "Stopped."


@dataclass(frozen=True, slots=True)
class ProgramRun:
    """A run of a document's file. `lines` are the document's lines at the start of the run."""

    path: Path
    document: EditedDocument
    lines: Sequence[str]


class RunResults:
    """Remembers and shows the line where the last run of each document failed."""

    def __init__(self, editor: Editor, crashes: KnownCrashes, own: OwnDiagnostics) -> None:
        self._editor = editor
        self._crashes = crashes
        self._own = own
        self._origins: dict[str, str] = {}
        """The URI of the other file in which the last run of a document failed, by the document's URI."""

    async def conclude(self, running: ProgramRun, outcome: RunOutcome, ending: Ending) -> protocol.RunEnded:
        """Return how the run ended. Remember and show the line where the program failed, or forget the last failure."""
        failed_at = outcome.failed_at(running.path)
        text = None
        if failed_at is not None and not _is_same_file(failed_at.path, running.path):
            text = await asyncio.to_thread(read_executed, failed_at.path)
        frame, crash, origin = outcome.frame_in(running.path), None, None
        reason, message = ending(running.path, outcome, failed_at if text is not None else frame)
        if self._editor.documents.open_document(running.document.uri) is running.document:
            self._forget(running.document)
            if reason in {"failed", "timedOut"} or (reason == "cancelled" and outcome.traceback is not None):
                failure = _Failure(outcome, message)
                if failed_at is not None and text is not None:
                    origin = self._note_elsewhere(running, failure, failed_at, text)
                if frame is not None:
                    crash = self._note(running, failure, frame, origin)
            self._own.show(running.document)
        return protocol.RunEnded(
            reason=reason,
            message=message,
            exit_status=outcome.exit_status,
            traceback=traceback_text(outcome.traceback),
            range=None if crash is None else crash.mark.diagnostic(running.document).range,
            output=printed(outcome.output[-MAX_OUTPUT_CHARACTERS:], MAX_OUTPUT_CHARACTERS) or None,
            origin=origin,
        )

    def _forget(self, document: EditedDocument) -> None:
        """Forget the last crash of a document, and of the other file in which it happened."""
        self._crashes.forget(document)
        uri = self._origins.pop(unquote(document.uri), None)
        other = None if uri is None else self._editor.documents.open_document(uri)
        if other is not None:
            self._crashes.forget(other)
            self._own.show(other)

    def _note(
        self, running: ProgramRun, failure: _Failure, frame: Frame, origin: types.Location | None
    ) -> Crash | None:
        """Remember a crash at the current line of `frame`. Return None if the student has edited that line."""
        document = running.document
        line = line_now(running.lines, document.lines, frame.line)
        if line is None:
            return None
        return self._crashes.remember(
            document,
            line,
            frame,
            message=failure.message,
            traceback=failure.traceback,
            values=failure.outcome.values if origin is None else None,
            severity=failure.severity,
            origin=None if origin is None else origin.uri,
            program=running.path,
        )

    def _note_elsewhere(
        self, running: ProgramRun, failure: _Failure, failed_at: OwnFrame, text: str
    ) -> types.Location | None:
        """Remember a crash in another file of the student's. Return None if the student has edited its line.

        If the editor has not opened that file, the text that the program executed is kept until the editor opens it.
        """
        documents = self._editor.documents
        is_failed = partial(_is_same_file, failed_at.path)
        opened = (documents.open_document(uri) for uri in list(documents.text_documents))
        document = next((one for one in opened if one is not None and is_failed(Path(one.path))), None)
        then = bare_lines(split_lines(text))
        if document is None:
            document = documents.detached(failed_at.path.as_uri(), text)
            self._crashes.keep_copy(document)
        line = line_now(then, bare_lines(document.lines), failed_at.frame.line)
        if line is None:
            return None
        crash = self._crashes.remember(
            document,
            line,
            failed_at.frame,
            message=failure.message,
            traceback=failure.traceback,
            values=failure.outcome.values,
            severity=failure.severity,
            program=running.path,
        )
        if documents.open_document(document.uri) is document:
            self._own.show(document)
        self._origins[unquote(running.document.uri)] = document.uri
        return types.Location(document.uri, crash.mark.diagnostic(document).range)


@dataclass(frozen=True, slots=True)
class _Failure:
    """A program's failure. `sentence` is the summary of the run for the student."""

    outcome: RunOutcome
    sentence: str

    @property
    def message(self) -> str:
        return self.sentence if self._is_cut_off else self.outcome.exception

    @property
    def severity(self) -> types.DiagnosticSeverity:
        return types.DiagnosticSeverity.Warning if self._is_cut_off else types.DiagnosticSeverity.Error

    @property
    def _is_cut_off(self) -> bool:
        return self.outcome.timed_out or self.outcome.is_interrupted

    @property
    def traceback(self) -> str:
        return self.outcome.traceback or ""


def _is_same_file(path: Path, other: Path) -> bool:
    return os.path.normcase(path) == os.path.normcase(other)
