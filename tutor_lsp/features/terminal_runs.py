"""Let the editor run the student's file in its terminal, and show the line where it failed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

from tutor_lsp import protocol
from tutor_lsp.features.base import Feature
from tutor_lsp.features.run_results import ProgramRun
from tutor_lsp.features.saved_file import require_saved, runnable
from tutor_lsp.lsp.refused import Refused
from tutor_lsp.runner.attended import attended_run, how_it_ended, outcome_of_attended, was_stopped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_lsp.features.base import Handler
    from tutor_lsp.features.run_results import RunResults
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.runner.attended import AttendedRun
    from tutor_lsp.runner.program import RunOutcome
    from tutor_lsp.runner.traceback import Frame, OwnFrame

MAX_RUNS = 16
"""The maximum number of runs whose end is awaited. The oldest is forgotten first."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A run that the editor has been told to start. `folder` holds its record, and is removed with it."""

    run: ProgramRun
    attended: AttendedRun
    folder: TemporaryDirectory[str]


class TerminalRuns(Feature):
    """Feature: the commands `tutor.runInTerminal` and `tutor.endRun`.

    The editor starts the program in a terminal of its own, where the student types, reads the output and stops it. It
    says when the program has ended. Only the file that the student names is run, and only on request.
    """

    def __init__(self, editor: Editor, results: RunResults) -> None:
        self._editor = editor
        self._results = results
        self._open: dict[str, _Open] = {}

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands."""
        return {protocol.RUN_IN_TERMINAL: self.start, protocol.END_RUN: self.end}

    async def start(self, argument: protocol.RunArgument) -> protocol.TerminalRun:
        """Return what the editor is to start in its terminal (command `tutor.runInTerminal`).

        The file on disk is run, so it must be saved. Raise `Refused` if it cannot be run.
        """
        document, path = runnable(self._editor, argument.uri)
        lines = list(document.lines)
        await require_saved(path, "".join(lines))
        run_id = str(uuid4())
        folder = TemporaryDirectory(prefix="ask-tutor-", ignore_cleanup_errors=True)
        attended = attended_run(path, Path(folder.name))
        if len(self._open) >= MAX_RUNS:
            self._open.pop(next(iter(self._open))).folder.cleanup()
        self._open[run_id] = _Open(ProgramRun(path, document, lines), attended, folder)
        return protocol.TerminalRun(
            run_id=run_id,
            command=attended.command,
            folder=str(path.parent),
            environment=dict(attended.variables),
        )

    async def end(self, argument: protocol.EndRun) -> protocol.RunEnded:
        """Return how a program ended that ran in a terminal (command `tutor.endRun`). Raise `Refused` if unknown."""
        open_ = self._open.pop(argument.run_id, None)
        if open_ is None:
            raise Refused("This run is not known.")
        with open_.folder:
            outcome = await asyncio.to_thread(outcome_of_attended, open_.attended, argument.exit_status)
        return await self._results.conclude(open_.run, outcome, _ending)

    async def shutdown(self) -> None:
        """Remove the records of all runs."""
        while self._open:
            self._open.popitem()[1].folder.cleanup()


def _ending(path: Path, outcome: RunOutcome, frame: OwnFrame | Frame | None) -> tuple[protocol.RunReason, str]:
    """Return how a run in a terminal ended, as a reason for the client and a sentence for the student."""
    sentence = how_it_ended(path, outcome, frame)
    if was_stopped(outcome):
        return "cancelled", sentence
    return "completed" if outcome.traceback is None else "failed", sentence
