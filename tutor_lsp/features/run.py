"""Run the student's file on request, and show the line where it fails."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.capture.crashes import bare_lines, line_now
from tutor_lsp.capture.wire_text import printed, traceback_text
from tutor_lsp.features.answers import CancellableProgress
from tutor_lsp.features.base import Feature
from tutor_lsp.features.saved_file import require_saved, runnable
from tutor_lsp.lsp.refused import Refused
from tutor_lsp.lsp.source_file import read_executed
from tutor_lsp.lsp.text_document import split_lines
from tutor_lsp.runner.bounded import CouldNotRun
from tutor_lsp.runner.program import TIME_LIMIT_SECONDS, run_program
from tutor_lsp.runner.traceback import OwnFrame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_lsp.capture.crashes import Crash, KnownCrashes
    from tutor_lsp.features.base import Handler
    from tutor_lsp.features.own_diagnostics import OwnDiagnostics
    from tutor_lsp.lsp.background_tasks import BackgroundTasks
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.lsp.text_document import EditedDocument
    from tutor_lsp.runner.program import RunOutcome
    from tutor_lsp.runner.traceback import Frame

MAX_OUTPUT_CHARACTERS = 4 * 1024
END_SECONDS = 1.0
"""Seconds that a shutdown waits for running programs to end."""

STOPPED = "Stopped."


@dataclass(slots=True)
class _Running:
    """A running program. `lines` are the document's lines at the start of the run. `token` identifies its progress."""

    path: Path
    document: EditedDocument
    lines: Sequence[str]
    token: str
    task: asyncio.Task[RunOutcome]


class Runs(Feature):
    """Feature: the command `tutor.run`, and the diagnostic at the line where the run failed.

    Only the file that the student names is run, and only on request: never on opening or saving. A file has one run at
    a time. A new run of the same file stops the previous one.
    """

    def __init__(
        self,
        editor: Editor,
        crashes: KnownCrashes,
        own: OwnDiagnostics,
        background: BackgroundTasks,
        *,
        time_limit: float = TIME_LIMIT_SECONDS,
    ) -> None:
        self._editor = editor
        self._crashes = crashes
        self._own = own
        self._background = background
        self._time_limit = time_limit
        self._running: dict[str, _Running] = {}
        self._origins: dict[str, str] = {}
        """The URI of the other file in which the last run of a document failed, by the document's URI."""

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of LSP and custom methods."""
        return {types.WINDOW_WORK_DONE_PROGRESS_CANCEL: self.cancel_progress}

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands."""
        return {protocol.RUN: self.run}

    async def run(self, argument: protocol.RunArgument) -> protocol.RunEnded:
        """Run a file to its end and return how it ended (command `tutor.run`). Cancelling the request stops the run.

        The file on disk is run, so it must be saved. Raise `Refused` if it cannot be run.
        """
        document, path = runnable(self._editor, argument.uri)
        lines = list(document.lines)
        await require_saved(path, "".join(lines))
        ended = await self._run(document, path, lines)
        if not self._editor.speaks_tutor:
            went_well = ended.reason == "completed" and not ended.exit_status
            self._editor.show_message(ended.message, types.MessageType.Info if went_well else types.MessageType.Warning)
        return ended

    async def cancel_progress(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Stop the run whose progress the student has cancelled (`window/workDoneProgress/cancel`)."""
        for running in self._running.values():
            if running.token == params.token:
                running.task.cancel()

    async def shutdown(self) -> None:
        """Stop all runs."""
        tasks = [running.task for running in self._running.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=END_SECONDS)

    async def _run(self, document: EditedDocument, path: Path, lines: Sequence[str]) -> protocol.RunEnded:
        key = unquote(document.uri)
        if key in self._running:
            self._running[key].task.cancel()
        task = asyncio.create_task(run_program(path, time_limit=self._time_limit))
        running = self._running[key] = _Running(path, document, lines, str(uuid4()), task)
        progress = CancellableProgress(self._editor, self._background, running.token, title=f"Running {path.name}")
        try:
            outcome = await task
        except CouldNotRun as error:
            raise Refused(f"{path.name} could not be run: {error}.") from error
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            return protocol.RunEnded(reason="cancelled", message=STOPPED)
        finally:
            progress.end()
            if self._running.get(key) is running:
                del self._running[key]
        return await self._conclude(running, outcome)

    async def _conclude(self, running: _Running, outcome: RunOutcome) -> protocol.RunEnded:
        """Return how the run ended. Remember and show the line where the program failed, or forget the last failure."""
        failed_at = outcome.failed_at(running.path)
        text = None
        if failed_at is not None and not _is_same_file(failed_at.path, running.path):
            text = await asyncio.to_thread(read_executed, failed_at.path)
        frame, crash, origin = outcome.frame_in(running.path), None, None
        reason, message = _summary(running.path, outcome, failed_at if text is not None else frame, self._time_limit)
        if self._editor.documents.open_document(running.document.uri) is running.document:
            self._forget(running.document)
            if reason in {"failed", "timedOut"}:
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

    def _note(self, running: _Running, failure: _Failure, frame: Frame, origin: types.Location | None) -> Crash | None:
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
        self, running: _Running, failure: _Failure, failed_at: OwnFrame, text: str
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
        return self.sentence if self.outcome.timed_out else self.outcome.exception

    @property
    def severity(self) -> types.DiagnosticSeverity:
        return types.DiagnosticSeverity.Warning if self.outcome.timed_out else types.DiagnosticSeverity.Error

    @property
    def traceback(self) -> str:
        return self.outcome.traceback or ""


def _summary(
    path: Path, outcome: RunOutcome, frame: OwnFrame | Frame | None, time_limit: float
) -> tuple[protocol.RunReason, str]:
    """Return how a run ended, as a reason for the client and a sentence for the student."""
    name = path.name
    where = ""
    if isinstance(frame, OwnFrame):
        where = f" in {frame.path.name} at line {frame.frame.line + 1}"
    elif frame is not None:
        where = f" at line {frame.line + 1}"
    if outcome.asks_for_input:
        return "needsInput", f"{name} waits for input, which it cannot get here. Run it in a terminal, and ask then."
    if outcome.timed_out:
        return "timedOut", f"{name} had not ended after {time_limit:.0f} seconds, and was stopped{where}."
    if outcome.traceback is not None:
        return "failed", f"{name} failed{where}: {outcome.exception}"
    if outcome.exit_status:
        return "completed", f"{name} ended with exit status {outcome.exit_status}."
    return "completed", f"{name} ran to its end."


def _is_same_file(path: Path, other: Path) -> bool:
    return os.path.normcase(path) == os.path.normcase(other)
