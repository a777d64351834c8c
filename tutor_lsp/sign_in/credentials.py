"""Sources of the access token: an environment variable, or a sign-in whose tokens are stored and refreshed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_lsp.lsp.error_log import log_exception
from tutor_lsp.service.session import SignedOut
from tutor_lsp.sign_in.token_store import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from tutor_lsp.sign_in.accounts import AccountService
    from tutor_lsp.sign_in.record import SignIn
    from tutor_lsp.sign_in.token_store import Tokens, TokenStore

RENEW_BEFORE_SECONDS = 60.0
"""Seconds before the expiry of an access token at which it is refreshed, so that it does not expire during an ask."""
CLOSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class StaticToken:
    """A token from the environment, which cannot be refreshed."""

    token: str

    async def access_token(self) -> str | None:
        """Return the token."""
        return self.token

    async def renew(self, rejected_token: str) -> str | None:  # noqa: ARG002 - a token from the environment has no replacement
        """Raise `SignedOut`, because there is no other token."""
        raise SignedOut(
            "The tutor service does not accept the token in TUTOR_ACCESS_TOKEN. Set another, or unset it and sign in."
        )


class StoredTokens:
    """The tokens of a sign-in. Several windows share them, each with its own `StoredTokens`.

    A window that refreshes them holds a lock and first reads the store, since another window may have refreshed them
    already. So only one window at a time uses the refresh token, and always the newest: the reuse of an old one would
    end the sign-in for all windows (RFC 9700 §4.14.2). A sign-in that the service has ended is removed.
    """

    def __init__(
        self,
        sign_in: SignIn,
        store: TokenStore,
        service: AccountService,
        *,
        lock: Callable[[], AbstractAsyncContextManager[object]],
        on_ended: Callable[[], Awaitable[None]],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._sign_in = sign_in
        self._store = store
        self._service = service
        self._lock = lock
        self._on_ended = on_ended
        self._now = now
        self._tokens: Tokens | None = None
        self._unsaved: Tokens | None = None
        self._rejected: str | None = None
        self._updating: asyncio.Task[str | None] | None = None

    async def access_token(self) -> str | None:
        """Return the token, or a new one if it is about to expire."""
        if self._tokens is not None and self._is_good(self._tokens):
            return self._tokens.access_token
        if self._updating is None or self._updating.done():
            self._updating = asyncio.create_task(self._update())
            self._updating.add_done_callback(_look_at)
        # `shield` lets a refresh finish although its ask is cancelled, because the new token would be lost.
        return await asyncio.shield(self._updating)

    async def renew(self, rejected_token: str) -> str | None:
        """Return another token: the one that another window has stored, or a newly refreshed one."""
        self._rejected = rejected_token
        return await self.access_token()

    async def close(self) -> None:
        """Wait at most `CLOSE_SECONDS` for a running refresh."""
        if self._updating is not None and not self._updating.done():
            await asyncio.wait([self._updating], timeout=CLOSE_SECONDS)

    def _is_good(self, tokens: Tokens) -> bool:
        return tokens.access_token != self._rejected and tokens.expires_at - self._now() > RENEW_BEFORE_SECONDS

    async def _update(self) -> str | None:
        async with self._lock():
            tokens = self._tokens = self._unsaved or await self._load()
            if tokens is None:
                return None
            if not self._is_good(tokens):
                try:
                    tokens = self._tokens = await self._service.refresh(tokens.refresh_token)
                except SignedOut:
                    self._tokens = self._unsaved = None
                    await self._on_ended()
                    return None
                await self._save(tokens)
            return tokens.access_token

    async def _load(self) -> Tokens | None:
        try:
            return await self._store.load(self._sign_in)
        except StoreUnavailable as error:
            raise SignedOut(str(error)) from error

    async def _save(self, tokens: Tokens) -> None:
        try:
            await self._store.save(self._sign_in, tokens)
        except StoreUnavailable as error:  # This window then keeps the tokens in memory.
            log_exception("keeping the tokens", error)
            self._unsaved = tokens
        else:
            self._unsaved = None


def _look_at(task: asyncio.Task[str | None]) -> None:
    """Retrieve the exception of a refresh, so that asyncio does not log it as unhandled.

    The task that waited for the refresh may have been cancelled.
    """
    if not task.cancelled():
        task.exception()
