"""Run the tests of the student's file on request, and ask about the first that fails."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from uuid import uuid4

import attrs
from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.capture.exercise import tests_of_folder
from tutor_lsp.capture.test_reports import KnownReport, bare, unit_of
from tutor_lsp.capture.wire_text import printed, traceback_text
from tutor_lsp.features.answers import CancellableProgress
from tutor_lsp.features.base import Feature
from tutor_lsp.features.found_edits import EditSearches, is_harmless
from tutor_lsp.features.saved_file import require_saved, runnable
from tutor_lsp.features.told_run import tell_run, trace_seconds
from tutor_lsp.lsp.refused import Refused
from tutor_lsp.lsp.source_file import NotPythonText, read_source
from tutor_lsp.lsp.text_document import split_lines
from tutor_lsp.runner.edit_search import SEARCH_SECONDS
from tutor_lsp.runner.found_tests import find_tests, program_of
from tutor_lsp.runner.tested_place import tested_line
from tutor_lsp.runner.tests import CouldNotTest, TimeLimits, how_to_install, run_tests
from tutor_lsp.runner.traced_failure import trace_failure
from tutor_lsp.runner.trials import TestTrial
from tutor_pedagogy.problem.identity import identify
from tutor_protocol import Position

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from uuid import UUID

    from tutor_lsp.capture.diagnostics import KnownDiagnostics
    from tutor_lsp.features.ask import Asks
    from tutor_lsp.features.base import Handler
    from tutor_lsp.features.told_run import ToldRun
    from tutor_lsp.lsp.background_tasks import BackgroundTasks
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.runner.found_tests import FoundTests
    from tutor_lsp.runner.results import Case, RunOfTests
    from tutor_lsp.runner.tests import Progress

MAX_OUTPUT_CHARACTERS = 4 * 1024
END_SECONDS = 1.0
"""Seconds that a shutdown waits for running tests to end."""
STOPPED = "Stopped."


@dataclass(frozen=True, slots=True)
class _Tested:
    """A test run, the trace of its first failure, which may still be made, and how an edit can be tried."""

    run: RunOfTests
    tracing: asyncio.Task[ToldRun | None]
    trial: TestTrial
    id: UUID

    @property
    def told(self) -> ToldRun | None:
        """What the trace tells; None if it is not there yet, or tells nothing."""
        return self.tracing.result() if self.tracing.done() else None


class Tests(Feature):
    """Feature: the command `tutor.test`.

    Tests run only on request. A program has one test run at a time; a new one stops the previous one.
    """

    __test__ = False
    """Tells pytest that this is no class of tests."""

    def __init__(
        self,
        editor: Editor,
        known: KnownDiagnostics,
        asks: Asks,
        background: BackgroundTasks,
        *,
        limits: TimeLimits | None = None,
        search_seconds: Callable[[], float] = lambda: SEARCH_SECONDS,
    ) -> None:
        self._editor = editor
        self._known = known
        self._asks = asks
        self._background = background
        self._limits = limits or TimeLimits()
        self._searches = EditSearches(known.reports, background, search_seconds)
        self._running: dict[str, tuple[str, asyncio.Task[_Tested]]] = {}
        """The progress token and the task of each running test run, by the program's URI."""
        self._tracing: dict[str, asyncio.Task[None]] = {}
        """The tasks that wait for a trace which was not there in time, by the program's URI."""

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of LSP and custom methods."""
        return {types.WINDOW_WORK_DONE_PROGRESS_CANCEL: self.cancel_progress}

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands."""
        return {protocol.TEST: self.test}

    async def test(self, argument: protocol.TestArgument) -> protocol.TestsEnded:
        """Run the tests of a file, and return how they ended (command `tutor.test`). Cancelling the request stops them.

        The file on disk is tested, so it must be saved. Raise `Refused` if it has no tests or they cannot be run.
        """
        if not isinstance(argument.ask, bool | None):
            raise Refused("ask is true or false.")
        document, path = runnable(self._editor, argument.uri, "tested")
        await require_saved(path, "".join(document.lines))
        program = await asyncio.to_thread(program_of, path)
        uri = argument.uri if program == path else program.as_uri()
        text = await asyncio.to_thread(_text_of, program)
        try:
            tested = await self._run(program, uri, text, hurries=argument.ask is True)
        except CouldNotTest as error:
            raise Refused(str(error)) from error
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            return protocol.TestsEnded(reason="cancelled", message=STOPPED, uri=uri)
        run = tested.run
        if run.missing is not None:
            raise Refused(how_to_install(run.missing))
        ended = self._conclude(uri, text, tested)
        self._keep_tracing(uri, tested)
        if argument.ask and ended.position is not None:
            await self._searches.soon(uri)
            started = await self._asks.ask(protocol.AskArgument(uri=uri, position=ended.position))
            ended = attrs.evolve(ended, ask_id=started.ask_id)
        if not self._editor.speaks_tutor:
            kind = types.MessageType.Info if ended.reason == "passed" else types.MessageType.Warning
            self._editor.show_message(_told(ended), kind)
        return ended

    async def cancel_progress(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Stop the tests whose progress the student has cancelled (`window/workDoneProgress/cancel`)."""
        for token, task in self._running.values():
            if token == params.token:
                task.cancel()

    async def shutdown(self) -> None:
        """Stop all tests."""
        tasks: list[asyncio.Task[Any]] = [*(task for _, task in self._running.values()), *self._tracing.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=END_SECONDS)

    def _keep_tracing(self, uri: str, tested: _Tested) -> None:
        """Let a trace that was not there in time go with the next ask about the same code."""
        key = unquote(uri)
        if not tested.tracing.done():
            waiting = self._background.run(self._add_trace(uri, tested), "recording the failing test")
            self._tracing[key] = waiting
            waiting.add_done_callback(lambda done: self._tracing.pop(key) if self._tracing.get(key) is done else None)

    async def _add_trace(self, uri: str, tested: _Tested) -> None:
        try:
            told = await tested.tracing
        finally:
            tested.tracing.cancel()
        if told is not None:
            self._known.reports.add_trace(uri, tested.id, told.trace)

    async def _run(self, program: Path, uri: str, text: str, *, hurries: bool) -> _Tested:
        of_folder = await asyncio.to_thread(tests_of_folder, program)
        files = of_folder.files if of_folder else ()
        tests = await asyncio.to_thread(find_tests, program, files)
        if not tests:
            raise CouldNotTest(no_tests(program))
        root = of_folder.folder if of_folder and any(path in files for found in tests for path in found.files) else None
        key, token = unquote(uri), str(uuid4())
        if key in self._running:
            self._running[key][1].cancel()
        self._searches.stop(uri)
        if key in self._tracing:
            self._tracing[key].cancel()
        progress = CancellableProgress(self._editor, self._background, token, title=f"Testing {program.name}")
        work = _run_and_trace(program, text, tests, progress, limits=self._limits, root=root, hurries=hurries)
        task = asyncio.create_task(work)
        self._running[key] = token, task
        try:
            return await task
        finally:
            progress.end()
            if self._running.get(key) == (token, task):
                del self._running[key]

    def _conclude(self, uri: str, text: str, tested: _Tested) -> protocol.TestsEnded:
        """Return how the tests ended. Remember their report for asks about the code that they are about."""
        run, told = tested.run, tested.told
        first = run.first_failure
        failure = None if first is None else first.failure
        lines = split_lines(text)
        document = self._editor.documents.open_document(uri)
        spoken = self._asks.last_line(document) if document is not None and run.is_green else None
        line = tested_line(text, failure) if spoken is None or spoken >= len(lines) else spoken
        indent = len(lines[line]) - len(lines[line].lstrip())
        problem = identify(text, Position(line, indent), "document")
        self._known.reports.remember(
            uri,
            KnownReport(
                lines=bare(lines),
                report=run.report(),
                run_id=tested.id,
                unit=unit_of(problem),
                traceback=traceback_text(failure.traceback) if failure else None,
                trace=None if told is None else told.trace,
                trial=tested.trial,
            ),
        )
        if first is not None and is_stable(told) and is_harmless(run, text):
            self._searches.start(uri, tested.id, tested.trial, first.name, text)
        can_ask = not run.is_green or spoken is not None
        return protocol.TestsEnded(
            reason="passed" if run.is_green else "failed",
            message=run.summary,
            uri=uri,
            tests=[_as_message(case) for case in run.cases],
            # The text before the position is white space, of which each character is one in every encoding.
            position=types.Position(line, indent) if can_ask else None,
            output=printed(run.output[-MAX_OUTPUT_CHARACTERS:], MAX_OUTPUT_CHARACTERS) or None,
            trace=None if told is None else told.table,
        )


def is_stable(told: ToldRun | None) -> bool:
    """Return whether a failing test fails in the same way each time, as far as its traced run shows."""
    return told is None or told.trace.unrepeatable is None


def no_tests(program: Path) -> str:
    """Return a sentence that says that a program has no tests, and where they could be."""
    return (
        f"{program.name} has no tests. They can be in test_{program.name} or {program.stem}_test.py beside it, in "
        f"pairs of files such as {program.stem}.1.in and {program.stem}.1.out, or in examples (>>>) of its docstrings."
    )


async def _run_and_trace(
    program: Path,
    text: str,
    tests: Sequence[FoundTests],
    progress: CancellableProgress,
    *,
    limits: TimeLimits,
    root: Path | None,
    hurries: bool,
) -> _Tested:
    """Run the tests, and record the first that fails.

    If the student waits for a hint (`hurries`), the result waits for the record for a short time only.
    """
    began = time.time()
    run = await run_tests(program, tests, on_progress=partial(_report, progress), limits=limits, root=root)

    async def trace() -> ToldRun | None:
        traced = await trace_failure(program, tests, run, root=root)
        return None if traced is None else await asyncio.to_thread(tell_run, traced, text, run)

    tracing = asyncio.create_task(trace())
    try:
        await asyncio.wait([tracing], timeout=trace_seconds(run, began, limits) if hurries else None)
    except asyncio.CancelledError:
        tracing.cancel()
        raise
    return _Tested(run, tracing, TestTrial.of(program, tests, run, root), uuid4())


def _report(progress: CancellableProgress, done: Progress) -> None:
    progress.report(f"{done.number} of {done.count}: {done.name}")


def _as_message(case: Case) -> protocol.TestedCase:
    message = None if case.failure is None else printed(case.failure.message, MAX_OUTPUT_CHARACTERS)
    return protocol.TestedCase(name=case.name, outcome=case.outcome, message=message)


def _told(ended: protocol.TestsEnded) -> str:
    """Return the result as a message for an editor without a view of it: the sentence, and the first failure."""
    first = next((case.message for case in ended.tests if case.message), None)
    return ended.message if first is None else f"{ended.message}\n\n{first}"


def _text_of(program: Path) -> str:
    try:
        return read_source(program)
    except (OSError, NotPythonText):
        raise Refused(f"{program.name} cannot be read as Python text: save it in UTF-8.") from None
