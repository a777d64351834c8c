"""Build the language server: every feature is put together here, and only here registered with LSP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from lsprotocol import types

import tutor_lsp.protocol as custom
from tutor_lsp.capture.diagnostics import KnownDiagnostics
from tutor_lsp.features.account import Account
from tutor_lsp.features.ask import Asks
from tutor_lsp.features.code_action import KIND, CodeActions
from tutor_lsp.features.configuration import Configuration
from tutor_lsp.features.modules import Modules
from tutor_lsp.features.own_diagnostics import PAUSE_SECONDS, OwnDiagnostics
from tutor_lsp.features.run import Runs
from tutor_lsp.features.status import StatusReport
from tutor_lsp.lsp.background import Background
from tutor_lsp.lsp.editor import Editor
from tutor_lsp.lsp.failures import log_failure
from tutor_lsp.lsp.pygls_fixes import RobustLanguageServer
from tutor_lsp.runner.program import TIME_LIMIT_SECONDS
from tutor_lsp.sign_in.sign_ins import SignIns
from tutor_lsp.tutors.choice import TutorChoice, build_tutor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from tutor_lsp.settings import Settings
    from tutor_lsp.tutors.choice import BuildTutor

NAME = "Ask Tutor"
NOTEBOOKS = types.NotebookDocumentSyncOptions(
    notebook_selector=[
        types.NotebookDocumentFilterWithCells(cells=[types.NotebookCellLanguage(language="python")]),
    ]
)


class AskTutorServer:
    """The language server with its features. Run `language_server` with `stdio.serve`, then call `close`."""

    def __init__(
        self,
        settings: Settings,
        version: str,
        build_tutor: BuildTutor = build_tutor,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        run_seconds: float = TIME_LIMIT_SECONDS,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self.language_server = RobustLanguageServer(
            NAME,
            version,
            notebook_document_sync=NOTEBOOKS,
            custom_params=custom.CUSTOM_PARAMS,
            command_arguments=custom.COMMAND_ARGUMENTS,
        )
        known = KnownDiagnostics()
        self._background = Background()
        self._editor = Editor(self.language_server)
        self._sign_ins = SignIns(lambda: settings.data_dir)
        self._choice = TutorChoice(settings, self._sign_ins, build_tutor)
        self._status = StatusReport(self._editor, self._choice)
        self._own = OwnDiagnostics(self._editor, self._choice, known, self._background, pause=pause)
        self._configuration = Configuration(self._editor, self._choice, self._status, self._own)
        self._code_actions = CodeActions(self._editor, self._choice, known, self._own)
        self._asks = Asks(self._editor, self._choice, known, self._status, self._background)
        self._runs = Runs(self._editor, known.crashes, self._own, self._background, time_limit=run_seconds)
        self._account = Account(self._editor, self._choice, self._status, self._asks, self._background, sleep=sleep)
        self._modules = Modules(self._choice)
        self._register()

    async def close(self) -> None:
        """Stop all answers and runs, and give back the connection. May be called again."""
        for part in (
            self._asks.shutdown,
            self._runs.shutdown,
            self._own.shutdown,
            self._choice.close,
            self._sign_ins.close,
            self._background.close,
        ):
            await _run(part(), "closing")

    def _register(self) -> None:
        feature, command = self.language_server.feature, self.language_server.command
        feature(types.INITIALIZE)(_handler(self._initialize))
        feature(types.INITIALIZED)(_handler(self._initialized))
        feature(types.SHUTDOWN)(_handler(lambda _: self.close()))
        feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(_handler(self._configuration.did_change))
        feature(types.TEXT_DOCUMENT_DID_OPEN)(_handler(self._own.did_open))
        feature(types.TEXT_DOCUMENT_DID_CHANGE)(_handler(self._own.did_change))
        feature(types.TEXT_DOCUMENT_DID_CLOSE)(_handler(self._own.did_close))
        feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)(_handler(self._own.notebook_did_open))
        feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(_handler(self._own.notebook_did_change))
        feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(_handler(self._own.notebook_did_close))
        feature(custom.DIAGNOSTICS_DID_CHANGE)(_handler(self._own.others_did_change))
        feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)(_handler(self._cancel_progress))
        options = types.CodeActionOptions(code_action_kinds=[KIND])
        feature(types.TEXT_DOCUMENT_CODE_ACTION, options)(_handler(self._code_actions.code_action))
        feature(custom.ANSWER_CANCEL)(_handler(self._asks.cancel))
        command(custom.ASK)(_handler(self._asks.ask))
        command(custom.CANCEL)(_handler(self._asks.cancel))
        command(custom.RUN)(_handler(self._runs.run))
        command(custom.RATE)(_handler(self._asks.rate))
        command(custom.STATUS)(_handler(self._status.status))
        command(custom.SIGN_IN)(_handler(self._account.sign_in))
        command(custom.SIGN_OUT)(_handler(self._account.sign_out))
        command(custom.MODULES)(_handler(self._modules.list))
        command(custom.COMPLETE_MODULE)(_handler(self._modules.complete))
        command(custom.CHOOSE_MODULE)(_handler(self._modules.choose))

    async def _initialize(self, params: types.InitializeParams) -> None:
        self._editor.learn(params)
        await _run(self._configuration.initialize(params), "initialize")

    async def _initialized(self, _: types.InitializedParams) -> None:
        for feature in (self._status, self._configuration, self._account):
            self._background.run(feature.initialized(), "initialized")

    async def _cancel_progress(self, params: types.WorkDoneProgressCancelParams) -> None:
        for feature in (self._asks, self._runs, self._account):
            await feature.cancel_progress(params)


def _handler(method: Callable[[Any], Awaitable[Any]]) -> Callable[[Any], Coroutine[Any, Any, Any]]:
    """Wrap a feature's method as pygls wants a handler: a coroutine function that takes attributes."""

    async def handle(params: Any) -> Any:
        return await method(params)

    return handle


async def _run(step: Awaitable[None], doing: str) -> None:
    """Take one feature's step; should it fail, the others go on."""
    try:
        await step
    except Exception as error:  # noqa: BLE001 - the edge: a fault in one feature is no fault of the others
        log_failure(doing, error)
