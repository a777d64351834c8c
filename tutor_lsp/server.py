"""The composition root of the language server: it builds every feature, and is the only module to register handlers."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from lsprotocol import types

import tutor_lsp.protocol as custom
from tutor_lsp.capture.diagnostics import KnownDiagnostics
from tutor_lsp.features.account import Account
from tutor_lsp.features.ask import Asks
from tutor_lsp.features.code_action import KIND, CodeActions
from tutor_lsp.features.configuration import Configuration
from tutor_lsp.features.courses import Courses
from tutor_lsp.features.current_hints import CurrentHints
from tutor_lsp.features.exercises import Exercises
from tutor_lsp.features.modules import Modules
from tutor_lsp.features.own_diagnostics import PAUSE_SECONDS, OwnDiagnostics
from tutor_lsp.features.run import Runs
from tutor_lsp.features.run_results import RunResults
from tutor_lsp.features.status import StatusReport
from tutor_lsp.features.terminal_runs import TerminalRuns
from tutor_lsp.features.tests import Tests
from tutor_lsp.lsp.background_tasks import BackgroundTasks
from tutor_lsp.lsp.editor import Editor
from tutor_lsp.lsp.error_log import log_exception
from tutor_lsp.lsp.pygls_remedies.language_server import RobustLanguageServer
from tutor_lsp.runner.program import TIME_LIMIT_SECONDS
from tutor_lsp.sign_in.sign_ins import SignIns
from tutor_lsp.tutors.choice import TutorChoice, build_tutor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from tutor_lsp.features.base import Feature, Handler
    from tutor_lsp.runner.tests import TimeLimits
    from tutor_lsp.settings import Settings
    from tutor_lsp.tutors.choice import BuildTutor

NAME = "Ask Tutor"
NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithCells(cells=[types.NotebookCellLanguage(language="python")]),
    ]
)
OPTIONS = {types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions(code_action_kinds=[KIND])}
"""The registration options of methods, for those methods that have options."""


class AskTutorServer:
    """The language server with all its features. Run `language_server` with `stdio.serve`, then call `close`."""

    def __init__(
        self,
        settings: Settings,
        version: str,
        build_tutor: BuildTutor = build_tutor,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        run_seconds: float = TIME_LIMIT_SECONDS,
        test_limits: TimeLimits | None = None,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self.language_server = RobustLanguageServer(
            NAME,
            version,
            notebook_document_sync=NOTEBOOKS,
            custom_params=custom.CUSTOM_PARAMS,
            command_arguments=custom.COMMAND_ARGUMENTS,
        )
        known, tasks, editor = KnownDiagnostics(), BackgroundTasks(), Editor(self.language_server)
        self._tasks, self._editor = tasks, editor
        self._sign_ins = SignIns(lambda: settings.data_dir)
        self._choice = choice = TutorChoice(settings, self._sign_ins, build_tutor)
        status = StatusReport(editor, choice)
        own = OwnDiagnostics(editor, choice, known, tasks, pause=pause)
        hints = CurrentHints(editor)
        results = RunResults(editor, known.crashes, own)
        asks = Asks(editor, choice, known, status, tasks, hints=hints)
        self._features: tuple[Feature, ...] = (
            status,
            Configuration(editor, choice, status, own),
            CodeActions(editor, choice, known, own),
            asks,
            hints,
            Runs(editor, results, tasks, time_limit=run_seconds),
            TerminalRuns(editor, results),
            Tests(
                editor,
                known,
                asks,
                tasks,
                limits=test_limits,
                search_seconds=lambda: choice.settings.edit_search_seconds,
            ),
            own,
            Account(editor, choice, status, asks, tasks, sleep=sleep),
            Modules(choice),
            Exercises(choice),
            Courses(choice, status),
        )
        self._register()

    async def close(self) -> None:
        """Stop all answers and runs, and close the connection. May be called more than once."""
        for part in (*(feature.shutdown for feature in self._features), self._choice.close, self._sign_ins.close):
            await _run(part(), "closing")
        await _run(self._tasks.close(), "closing")

    def _register(self) -> None:
        handlers: dict[str, list[Handler]] = defaultdict(list)
        for feature in self._features:
            for method, handler in feature.handlers().items():
                handlers[method].append(handler)
            for name, handler in feature.commands().items():
                self.language_server.command(name)(_one(handler))
        handlers[types.INITIALIZE].insert(0, self._learn)
        handlers[types.INITIALIZED] = [self._initialized]
        handlers[types.SHUTDOWN] = [lambda _: self.close()]
        for method, of_features in handlers.items():
            handle = _one(of_features[0]) if len(of_features) == 1 else _each(of_features, method)
            self.language_server.feature(method, OPTIONS.get(method))(handle)

    async def _learn(self, params: types.InitializeParams) -> None:
        self._editor.learn(params)

    async def _initialized(self, _: types.InitializedParams) -> None:
        for feature in self._features:
            self._tasks.run(feature.initialized(), types.INITIALIZED)


def _one(handler: Handler) -> Callable[[Any], Coroutine[Any, Any, Any]]:
    """Return a handler as a coroutine function with attributes, which pygls requires."""

    async def handle(params: Any) -> Any:
        return await handler(params)

    return handle


def _each(handlers: list[Handler], method: str) -> Callable[[Any], Coroutine[Any, Any, None]]:
    """Return one handler for a notification that several features handle."""

    async def handle(params: Any) -> None:
        for handler in handlers:
            await _run(handler(params), method)

    return handle


async def _run(step: Awaitable[None], doing: str) -> None:
    """Await one feature's method. Log its exception, so that the other features still run."""
    try:
        await step
    except Exception as error:  # noqa: BLE001 - an error in one feature must not affect the others
        log_exception(doing, error)
