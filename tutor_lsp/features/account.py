"""Sign in and out from the editor, and notice when another window or a terminal signs in or out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.features.base import Feature
from tutor_lsp.service.session import host_of
from tutor_lsp.sign_in.token_store import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tutor_lsp.features.ask import Asks
    from tutor_lsp.features.base import Handler
    from tutor_lsp.features.status import StatusReport
    from tutor_lsp.lsp.background_tasks import BackgroundTasks
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.tutors.choice import TutorChoice

WATCH_SECONDS = 2.0
"""Seconds between two checks of the record of sign-ins. A check is one `stat` call."""

SIGN_IN_CANCELLED = "The sign-in was cancelled."

NO_SERVICE = (
    "No tutor service is set, and none is needed: the tutor answers on this computer. "
    "To use one, set tutor.serverUrl, or run `tutor sign-in --server URL` in a terminal."
)


class Account(Feature):
    """Feature: the commands `tutor.signIn` and `tutor.signOut`, and regular checks of the record of sign-ins."""

    def __init__(
        self,
        editor: Editor,
        choice: TutorChoice,
        status: StatusReport,
        asks: Asks,
        background: BackgroundTasks,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._editor = editor
        self._choice = choice
        self._status = status
        self._asks = asks
        self._background = background
        self._sleep = sleep
        self._progress_token: str | None = None
        self._signing_in: asyncio.Task[None] | None = None

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of LSP and custom methods."""
        return {types.WINDOW_WORK_DONE_PROGRESS_CANCEL: self.cancel_progress}

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands."""
        return {protocol.SIGN_IN: self.sign_in, protocol.SIGN_OUT: self.sign_out}

    async def initialized(self) -> None:
        """Watch the record of sign-ins until the server ends.

        The record is not checked while an answer streams, because a changed sign-in would end the answer.
        """
        while True:
            await self._sleep(WATCH_SECONDS)
            if self._asks.is_idle:
                await self._choice.reload_sign_ins()
                self._status.refresh()

    async def sign_in(self, _: protocol.Nothing) -> protocol.StatusChanged:
        """Start a sign-in and return at once, since the student approves it in a browser later.

        A second call while a sign-in is running restarts it.
        """
        await self._choice.reload_sign_ins()
        server_url = self._choice.server_url or self._choice.sign_ins.latest_server_url
        status = self._choice.status
        is_signed_in = self._choice.server_url is not None and status.state != "signedOut"
        if self._choice.settings.fault is not None or (self._choice.has_environment_token and not is_signed_in):
            self._editor.show_message(status.message, types.MessageType.Warning)
        elif server_url is None:
            self._editor.show_message(NO_SERVICE, types.MessageType.Info)
        elif is_signed_in:
            self._editor.show_message(f"You are signed in at {host_of(server_url)}.", types.MessageType.Info)
        else:
            self._stop()
            self._signing_in = self._background.run(self._sign_in(server_url), "signing in")
        return self._status.message

    async def sign_out(self, _: protocol.Nothing) -> protocol.StatusChanged:
        """Stop the running answers, and remove the sign-in from this computer and, if reachable, from the service."""
        self._cancel()
        await self._choice.reload_sign_ins()
        server_url, sign_ins = self._choice.server_url, self._choice.sign_ins
        await self._choice.change(replace(self._choice.settings, access_token=None))
        tokens = []
        if server_url is not None:
            try:
                tokens = await sign_ins.forget(server_url)
            except StoreUnavailable as error:
                self._editor.show_message(str(error), types.MessageType.Warning)
        await self._choice.reload_sign_ins()
        self._status.refresh()
        if server_url is not None:
            await sign_ins.revoke(server_url, tokens)
        return self._status.message

    async def cancel_progress(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Stop the sign-in whose progress the student has cancelled (`window/workDoneProgress/cancel`)."""
        if params.token == self._progress_token:
            self._cancel()

    def _cancel(self) -> None:
        """Stop the running sign-in, and notify the editor."""
        if self._signing_in is not None and not self._signing_in.done():
            self._stop()
            self._tell_end("cancelled", SIGN_IN_CANCELLED)

    def _stop(self) -> None:
        if self._signing_in is not None:
            self._signing_in.cancel()
            self._signing_in = None

    def _tell_end(self, reason: Literal["completed", "cancelled", "failed"], message: str) -> None:
        if self._editor.speaks_tutor:
            self._editor.notify(protocol.SIGN_IN_DID_END, protocol.SignInEnded(reason=reason, message=message))

    async def _sign_in(self, server_url: str) -> None:
        from tutor_lsp.sign_in.editor_sign_in import EditorSignIn  # noqa: PLC0415 - needed only for a sign-in

        self._progress_token = str(uuid4())
        signing_in = EditorSignIn(self._editor, self._choice.sign_ins, self._progress_token, sleep=self._sleep)
        outcome = await signing_in.run(server_url)
        await self._choice.reload_sign_ins()
        self._status.refresh()
        kind = types.MessageType.Info if outcome.is_signed_in else types.MessageType.Warning
        self._editor.show_message(outcome.message, kind)
        self._tell_end("completed" if outcome.is_signed_in else "failed", outcome.message)
