"""Device sign-in from an editor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types

from tutor_lsp.service.session import ServiceFault, host_of
from tutor_lsp.sign_in.device import SignInRefused, account_of, approval, begin, page_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.sign_in.accounts import AccountService, DeviceCode
    from tutor_lsp.sign_in.sign_ins import SignIns
    from tutor_lsp.sign_in.token_store import Tokens

THIS_WINDOW_ONLY = "You are signed in until you close this window: this computer has no keyring to keep the sign-in."


class SignInOutcome(NamedTuple):
    """The outcome of a sign-in: whether it succeeded, and a sentence for the student."""

    is_signed_in: bool
    message: str


class EditorSignIn:
    """One sign-in from an editor. It shows the page, the code, and progress that the student can cancel."""

    def __init__(
        self,
        editor: Editor,
        sign_ins: SignIns,
        progress_token: str,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._editor = editor
        self._sign_ins = sign_ins
        self._progress_token = progress_token
        self._sleep = sleep

    async def run(self, server_url: str) -> SignInOutcome:
        """Sign in, and store the tokens in the best store available. Cancelling the task stops the sign-in."""
        service = self._sign_ins.service(server_url)
        try:
            code = await begin(service, server_url, program=self._editor.name)
            tokens = await self._approval(service, code, server_url)
            account = await account_of(service, tokens)
            sign_in = await self._sign_ins.keep(server_url, tokens, account)
        except (SignInRefused, ServiceFault) as error:
            return SignInOutcome(is_signed_in=False, message=str(error))
        message = THIS_WINDOW_ONLY if sign_in.kept_in == "memory" else f"You are signed in at {host_of(server_url)}."
        return SignInOutcome(is_signed_in=True, message=message)

    async def _approval(self, service: AccountService, code: DeviceCode, server_url: str) -> Tokens:
        token = self._progress_token
        is_shown = self._editor.shows_progress and await self._editor.begin_progress(token, "Signing in")
        try:
            if is_shown:
                # The progress stays until the sign-in ends, whereas editors hide the message below after some seconds.
                self._editor.report_progress(token, f"code {code.user_code}")
            await self._show(code, server_url)
            return await approval(service, code, sleep=self._sleep)
        finally:
            if is_shown:
                self._editor.end_progress(token)

    async def _show(self, code: DeviceCode, server_url: str) -> None:
        """Show the page and the code. The student compares codes, so that nobody else's sign-in is approved."""
        if await self._editor.open_in_browser(page_of(code, server_url)):
            # The code comes first, because editors truncate long messages.
            text = f"Code {code.user_code}: approve the sign-in in your browser if it shows the same code."
        else:
            text = f"To sign in, open {code.verification_uri} in a browser and enter the code {code.user_code}."
        self._editor.show_message(text, types.MessageType.Info)
