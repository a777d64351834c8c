"""Run the student's file on request, and show the line where it fails."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.features.answers import CancellableProgress
from tutor_lsp.features.base import Feature
from tutor_lsp.features.run_results import STOPPED, ProgramRun
from tutor_lsp.features.saved_file import require_saved, runnable
from tutor_lsp.lsp.refused import Refused
from tutor_lsp.runner.bounded import CouldNotRun
from tutor_lsp.runner.program import TIME_LIMIT_SECONDS, run_program
from tutor_lsp.runner.traceback import place_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tutor_lsp.features.base import Handler
    from tutor_lsp.features.run_results import RunResults
    from tutor_lsp.lsp.background_tasks import BackgroundTasks
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.lsp.text_document import EditedDocument
    from tutor_lsp.runner.program import RunOutcome
    from tutor_lsp.runner.traceback import Frame, OwnFrame

END_SECONDS = 1.0
"""Seconds that a shutdown waits for running programs to end."""


@dataclass(slots=True)
class _Running:
    """A running program. `token` identifies its progress."""

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
        results: RunResults,
        background: BackgroundTasks,
        *,
        time_limit: float = TIME_LIMIT_SECONDS,
    ) -> None:
        self._editor = editor
        self._results = results
        self._background = background
        self._time_limit = time_limit
        self._running: dict[str, _Running] = {}

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
        running = self._running[key] = _Running(str(uuid4()), task)
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
        run = ProgramRun(path, document, lines)
        return await self._results.conclude(run, outcome, partial(_summary, self._time_limit))


def _summary(
    time_limit: float, path: Path, outcome: RunOutcome, frame: OwnFrame | Frame | None
) -> tuple[protocol.RunReason, str]:
    """Return how a run ended, as a reason for the client and a sentence for the student."""
    name, where = path.name, place_in_words(frame)
    if outcome.asks_for_input:
        return "needsInput", f"{name} waits for input, which it cannot get here. Type in a terminal: tutor run {name}"
    if outcome.timed_out:
        return "timedOut", f"{name} had not ended after {time_limit:.0f} seconds, and was stopped{where}."
    if outcome.traceback is not None:
        return "failed", f"{name} failed{where}: {outcome.exception}"
    if outcome.exit_status:
        return "completed", f"{name} ended with exit status {outcome.exit_status}."
    return "completed", f"{name} ran to its end."
