"""Sign in and out from the editor, and notice when that is done elsewhere: in another window, in a terminal."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from lsprotocol import types

from tutor_lsp import device_sign_in
from tutor_lsp.device_sign_in import SignInRefused
from tutor_lsp.service_session import ServiceFault, host_of
from tutor_lsp.status import as_message
from tutor_lsp.token_store import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tutor_lsp import protocol
    from tutor_lsp.account_service import AccountService, DeviceCode
    from tutor_lsp.ask import Asks
    from tutor_lsp.background import Background
    from tutor_lsp.editor import Editor
    from tutor_lsp.status import StatusReport
    from tutor_lsp.token_store import Tokens
    from tutor_lsp.tutor_choice import TutorChoice

WATCH_SECONDS = 2.0
"""How often the record of sign-ins is looked at; a look is one `stat`."""

NO_SERVICE = (
    "No tutor service is set, and none is needed: the tutor answers on this computer. "
    "To use one, set tutor.serverUrl, or run `tutor sign-in --server URL` in a terminal."
)
THIS_WINDOW_ONLY = (
    "You are signed in in this window, until you close it: this computer has no keyring to keep the sign-in. "
    "Run `tutor sign-in` in a terminal to choose another place."
)


class Account:
    """Feature: the commands `tutor.signIn` and `tutor.signOut`, and the watch over the record of sign-ins."""

    def __init__(
        self,
        editor: Editor,
        choice: TutorChoice,
        status: StatusReport,
        asks: Asks,
        background: Background,
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

    async def initialized(self) -> None:
        """Follow the record for as long as the server lives; not while an answer streams, which would end it."""
        while True:
            await self._sleep(WATCH_SECONDS)
            if self._asks.is_idle:
                await self._choice.follow()
                self._status.refresh()

    async def sign_in(self, _: protocol.Nothing) -> protocol.StatusChanged:
        """Begin to sign in, and return at once: the student approves in a browser, in their own time.

        Asked again meanwhile, it begins anew.
        """
        await self._choice.follow()
        server_url = self._choice.server_url or self._choice.sign_ins.latest_server_url
        status = self._choice.status
        is_signed_in = self._choice.server_url is not None and status.state != "signedOut"
        if self._choice.settings.fault is not None or (self._choice.has_own_token and not is_signed_in):
            self._editor.show_message(status.message, types.MessageType.Warning)
        elif server_url is None:
            self._editor.show_message(NO_SERVICE, types.MessageType.Info)
        elif is_signed_in:
            self._editor.show_message(_signed_in_at(server_url), types.MessageType.Info)
        else:
            self._stop()
            self._signing_in = self._background.run(self._sign_in(server_url), "signing in")
        return as_message(status)

    async def sign_out(self, _: protocol.Nothing) -> protocol.StatusChanged:
        """Forget the sign-in on this computer, for all windows, and tell the service; answers that stream end."""
        self._stop()
        await self._choice.follow()
        server_url, sign_ins = self._choice.server_url, self._choice.sign_ins
        await self._choice.change(replace(self._choice.settings, access_token=None))
        tokens = []
        if server_url is not None:
            try:
                tokens = await sign_ins.forget(server_url)
            except StoreUnavailable as error:
                self._editor.show_message(str(error), types.MessageType.Warning)
        await self._choice.follow()
        self._status.refresh()
        if server_url is not None:
            await sign_ins.revoke(server_url, tokens)
        return as_message(self._choice.status)

    async def cancel_progress(self, params: types.WorkDoneProgressCancelParams) -> None:
        """Stop signing in (`window/workDoneProgress/cancel`)."""
        if params.token == self._progress_token:
            self._stop()

    def _stop(self) -> None:
        if self._signing_in is not None:
            self._signing_in.cancel()
            self._signing_in = None

    async def _sign_in(self, server_url: str) -> None:
        sign_ins = self._choice.sign_ins
        service = sign_ins.service(server_url)
        try:
            code = await device_sign_in.begin(service, server_url)
            tokens = await self._approval(service, code, server_url)
            sign_in = await sign_ins.keep(server_url, tokens)
        except (SignInRefused, ServiceFault) as error:
            self._editor.show_message(str(error), types.MessageType.Warning)
            return
        await self._choice.follow()
        self._status.refresh()
        text = THIS_WINDOW_ONLY if sign_in.kept_in == "memory" else _signed_in_at(server_url)
        self._editor.show_message(text, types.MessageType.Info)

    async def _approval(self, service: AccountService, code: DeviceCode, server_url: str) -> Tokens:
        token = self._progress_token = str(uuid4())
        is_shown = self._editor.shows_progress and await self._editor.begin_progress(token, "Signing in")
        try:
            await self._show(code, server_url)
            return await device_sign_in.approval(service, code, sleep=self._sleep)
        finally:
            if is_shown:
                self._editor.end_progress(token)

    async def _show(self, code: DeviceCode, server_url: str) -> None:
        """Say where to go with which code. The code is said in any case: who sees another one approves a stranger."""
        if await self._editor.open_in_browser(device_sign_in.page_of(code, server_url)):
            text = f"Approve the sign-in in your browser, if it shows the code {code.user_code}."
        else:
            text = f"To sign in, open {code.verification_uri} in a browser and enter the code {code.user_code}."
        self._editor.show_message(text, types.MessageType.Info)


def _signed_in_at(server_url: str) -> str:
    return f"You are signed in at {host_of(server_url)}."
