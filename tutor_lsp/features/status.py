"""The status that the editor shows. It is computed in one place, and only sent if it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_lsp import protocol
from tutor_lsp.features.base import Feature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_lsp.features.base import Handler
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.tutors.choice import TutorChoice
    from tutor_lsp.tutors.tutor import Status


class StatusReport(Feature):
    """Feature: `tutor/status/didChange` and the command `tutor.status`."""

    def __init__(self, editor: Editor, choice: TutorChoice) -> None:
        self._editor = editor
        self._choice = choice
        self._sent: Status | None = None
        choice.on_status = lambda _: self.refresh()

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands."""
        return {protocol.STATUS: self.status}

    async def initialized(self) -> None:
        """Send the first status."""
        await self._choice.reload_sign_ins()
        self.refresh()

    def refresh(self) -> None:
        """Send the status if it has changed and the editor supports the notification."""
        status = self._choice.status
        if status != self._sent and self._editor.speaks_tutor:
            self._sent = status
            self._editor.notify(protocol.STATUS_DID_CHANGE, as_message(status))

    async def status(self, _: protocol.Nothing) -> protocol.StatusChanged:
        """Return the status (command `tutor.status`)."""
        await self._choice.reload_sign_ins()
        self.refresh()
        return as_message(self._choice.status)


def as_message(status: Status) -> protocol.StatusChanged:
    """Return the status as a message of the protocol."""
    return protocol.StatusChanged(state=status.state, message=status.message, command=status.command)
