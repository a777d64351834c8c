"""Run the student's file when they ask for it, and show where it fails."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.answers import Progress
from tutor_lsp.capture.crashes import line_now
from tutor_lsp.capture.document import is_python
from tutor_lsp.capture.traceback import traceback_text
from tutor_lsp.capture.wire_text import printed
from tutor_lsp.program import TIME_LIMIT_SECONDS, CouldNotRun, run_program
from tutor_lsp.pygls_fixes import Refused
from tutor_lsp.source_file import NotPythonText, read_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_lsp.background import Background
    from tutor_lsp.capture.crashes import Crash, KnownCrashes
    from tutor_lsp.editor import Editor
    from tutor_lsp.own_diagnostics import OwnDiagnostics
    from tutor_lsp.program import Outcome
    from tutor_lsp.python_traceback import Frame
    from tutor_lsp.text_document import EditedDocument

MAX_OUTPUT_CHARACTERS = 4 * 1024
END_SECONDS = 1.0
"""How long a shutdown waits for programs to be gone."""

STOPPED = "Stopped."


@dataclass(slots=True)
class _Running:
    """A run under way. `lines` is the document as it was when the run began."""

    path: Path
    document: EditedDocument
    lines: Sequence[str]
    token: str
    task: asyncio.Task[Outcome]


class Runs:
    """Feature: the command `tutor.run`, and the diagnostic at the line where the run failed.

    Nothing runs but the file that the student names, at the moment when they do: never on opening or saving. One run
    at a time for a file: running it again stops the one before.
    """

    def __init__(
        self,
        editor: Editor,
        crashes: KnownCrashes,
        own: OwnDiagnostics,
        background: Background,
        *,
        time_limit: float = TIME_LIMIT_SECONDS,
    ) -> None:
        self._editor = editor
        self._crashes = crashes
        self._own = own
        self._background = background
        self._time_limit = time_limit
        self._running: dict[str, _Running] = {}

    async def run(self, argument: protocol.RunArgument) -> protocol.RunEnded:
        """Run a file to its end, and tell how it went (command `tutor.run`). Cancelling the request stops the run.

        What runs is the file on the disk, so it has to be what the student sees. Raises `Refused`.
        """
        document, path = self._runnable(argument.uri)
        lines = list(document.lines)
        await _require_saved(path, "".join(lines))
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

    def _runnable(self, uri: str) -> tuple[EditedDocument, Path]:
        document = self._editor.documents.open_document(uri)
        if document is None:
            raise Refused("Open the file in the editor first, then run it.")
        if not uri.startswith("file:") or document.path is None:
            raise Refused("Save it as a file first: only a file can be run from here. A cell runs in its notebook.")
        if not is_python(document):
            raise Refused("Only Python files can be run from here.")
        return document, Path(document.path)

    async def _run(self, document: EditedDocument, path: Path, lines: Sequence[str]) -> protocol.RunEnded:
        key = unquote(document.uri)
        if key in self._running:
            self._running[key].task.cancel()
        task = asyncio.create_task(run_program(path, time_limit=self._time_limit))
        running = self._running[key] = _Running(path, document, lines, str(uuid4()), task)
        progress = Progress(self._editor, self._background, running.token, title=f"Running {path.name}")
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
        return self._conclude(running, outcome)

    def _conclude(self, running: _Running, outcome: Outcome) -> protocol.RunEnded:
        """Remember and show where the program failed; after any other end, that it did not."""
        frame, crash = outcome.frame_in(running.path), None
        reason, message = _told(running.path.name, outcome, frame, self._time_limit)
        if self._editor.documents.open_document(running.document.uri) is running.document:
            self._crashes.forget(running.document)
            if reason in {"failed", "timedOut"} and frame is not None:
                crash = self._note(running, outcome, frame, message)
            self._own.show(running.document)
        return protocol.RunEnded(
            reason=reason,
            message=message,
            exit_status=outcome.exit_status,
            traceback=traceback_text(outcome.traceback),
            range=None if crash is None else crash.mark.diagnostic(running.document).range,
            output=printed(outcome.output[-MAX_OUTPUT_CHARACTERS:], MAX_OUTPUT_CHARACTERS) or None,
        )

    def _note(self, running: _Running, outcome: Outcome, frame: Frame, message: str) -> Crash | None:
        """Remember a crash at the line that is now where `frame` was; None where that has been edited meanwhile."""
        document = running.document
        line = line_now(running.lines, document.lines, frame.line)
        if line is None:
            return None
        severity = types.DiagnosticSeverity.Error
        if outcome.timed_out:
            severity = types.DiagnosticSeverity.Warning
        return self._crashes.note(
            document,
            line,
            frame,
            message=message if outcome.timed_out else outcome.exception,
            traceback=outcome.traceback or "",
            values=outcome.values,
            severity=severity,
        )


def _told(name: str, outcome: Outcome, frame: Frame | None, time_limit: float) -> tuple[protocol.RunReason, str]:
    """Tell how a run ended, in a word for the client and a sentence for the student."""
    where = "" if frame is None else f" at line {frame.line + 1}"
    if outcome.asks_for_input:
        return "needsInput", f"{name} waits for input, which it cannot get here. Run it in a terminal, and ask then."
    if outcome.timed_out:
        return "timedOut", f"{name} had not ended after {time_limit:.0f} seconds, and was stopped{where}."
    if outcome.traceback is not None:
        return "failed", f"{name} failed{where}: {outcome.exception}"
    if outcome.exit_status:
        return "completed", f"{name} ended with exit status {outcome.exit_status}."
    return "completed", f"{name} ran to its end."


async def _require_saved(path: Path, shown: str) -> None:
    """Raise `Refused` where the file is not what the student sees."""
    try:
        is_saved = await asyncio.to_thread(_is_saved, path, shown)
    except NotPythonText:
        raise Refused(f"{path.name} is not Python text: save it in UTF-8.") from None
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror}.") from error
    if not is_saved:
        raise Refused(f"Save {path.name} first: what runs is the file on your disk, and that is not what you see.")


def _is_saved(path: Path, shown: str) -> bool:
    """Compare line by line; how lines end, and how many empty ones stand at the end, is the editor's affair."""
    if not path.is_file():
        return False
    longest = 4 * len(shown) + 16  # bytes of UTF-8 a character, and some for a byte order mark and the last line's end
    return path.stat().st_size <= longest and _bare(read_source(path)) == _bare(shown)


def _bare(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
