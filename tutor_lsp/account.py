"""Signing in and out from the editor. The access token is the environment's; signing out forgets it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from tutor_lsp.status import as_message

if TYPE_CHECKING:
    from tutor_lsp import protocol
    from tutor_lsp.editor import Editor
    from tutor_lsp.status import StatusReport
    from tutor_lsp.tutor_choice import TutorChoice


class Account:
    """Feature: the commands `tutor.signIn` and `tutor.signOut`, which give the status they lead to."""

    def __init__(self, editor: Editor, choice: TutorChoice, status: StatusReport) -> None:
        self._editor = editor
        self._choice = choice
        self._status = status

    async def sign_in(self, _: protocol.Nothing) -> protocol.StatusChanged:
        """Say how to sign in, or that nothing is to be done."""
        status = self._choice.status
        kind = types.MessageType.Warning if status.state == "signedOut" else types.MessageType.Info
        self._editor.show_message(status.message, kind)
        return as_message(status)

    async def sign_out(self, _: protocol.Nothing) -> protocol.StatusChanged:
        """Forget the access token and close the connection; answers that stream end."""
        await self._choice.change(replace(self._choice.settings, access_token=None))
        self._status.refresh()
        return as_message(self._choice.status)
