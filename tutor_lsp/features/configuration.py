"""Apply the editor's settings: those passed at the start, and the section `tutor` whenever it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tutor_lsp.features.base import Feature
from tutor_lsp.protocol import CONFIGURATION_SECTION
from tutor_lsp.settings import with_configuration, with_initialization_options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_lsp.features.base import Handler
    from tutor_lsp.features.own_diagnostics import OwnDiagnostics
    from tutor_lsp.features.status import StatusReport
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.tutors.choice import TutorChoice


class Configuration(Feature):
    """Feature: settings by `initializationOptions`, `workspace/configuration`, `workspace/didChangeConfiguration`."""

    def __init__(self, editor: Editor, choice: TutorChoice, status: StatusReport, own: OwnDiagnostics) -> None:
        self._editor = editor
        self._choice = choice
        self._status = status
        self._own = own

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of LSP and custom methods."""
        return {types.INITIALIZE: self.initialize, types.WORKSPACE_DID_CHANGE_CONFIGURATION: self.did_change}

    async def initialize(self, params: types.InitializeParams) -> None:
        """Apply the settings that the editor passes in `initialize`."""
        settings = with_initialization_options(self._choice.settings, params.initialization_options)
        await self._choice.change(settings)

    async def initialized(self) -> None:
        """Request the settings, and register for changes of them."""
        if self._editor.has_configuration:
            await self._pull()
        if self._editor.registers_configuration:
            await self._editor.watch_configuration()

    async def did_change(self, params: types.DidChangeConfigurationParams) -> None:
        """Apply changed settings: request them, or use those in the notification if the editor answers no requests."""
        if self._editor.has_configuration:
            await self._pull()
        elif isinstance(params.settings, dict):
            await self._take(params.settings.get(CONFIGURATION_SECTION))

    async def _pull(self) -> None:
        await self._take(await self._editor.configuration())

    async def _take(self, section: object) -> None:
        await self._choice.change(with_configuration(self._choice.settings, section))
        self._status.refresh()
        self._own.refresh()
