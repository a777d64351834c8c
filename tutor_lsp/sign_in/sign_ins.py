"""Sign in and out, and refresh tokens, for the language server and the terminal."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING
from uuid import uuid4

from tutor_lsp.lsp.error_log import log_exception
from tutor_lsp.service.session import ServiceFault
from tutor_lsp.sign_in.credentials import StoredTokens
from tutor_lsp.sign_in.file_lock import locked
from tutor_lsp.sign_in.record import RecordFile, SignIn, SignInRecord
from tutor_lsp.sign_in.token_store import FileStore, KeyringStore, MemoryStore, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tutor_lsp.sign_in.accounts import AccountService
    from tutor_lsp.sign_in.record import KeptIn
    from tutor_lsp.sign_in.token_store import Tokens, TokenStore

LOCK_NAME = "sign-in.lock"
LOCK_SECONDS = 15.0
"""Seconds to wait for the lock. A refresh takes less, so a process that holds the lock for longer must be stuck."""


class SignIns:
    """The student's sign-ins: those in the data folder, and those that only this process keeps in memory.

    The data folder is read at the first call that needs it. `now` returns seconds since the epoch.
    """

    def __init__(
        self,
        data_dir: Callable[[], Path],
        *,
        now: Callable[[], float] = time.time,
        new_id: Callable[[], object] = uuid4,
    ) -> None:
        self._find_data_dir = data_dir
        self._now = now
        self._new_id = new_id
        self._memory = MemoryStore()
        self._keyring = KeyringStore()
        self._own = SignInRecord()
        self._shared = SignInRecord()
        # No stamp of a file equals this initial value, so the first `reload` reads the file.
        self._stamp: object = self
        self._credentials: dict[str, StoredTokens] = {}

    @property
    def server_url(self) -> str | None:
        """The service that answers if no setting names another, or None if the student is not signed in."""
        return next((record.server_url for record in (self._own, self._shared) if record.is_in_use), None)

    @property
    def latest_server_url(self) -> str | None:
        """The service of the latest sign-in, whether or not it is still in use."""
        return self._own.server_url or self._shared.server_url

    @property
    def may_use_file(self) -> bool:
        """Whether the student has agreed to storing tokens in a file."""
        return self._shared.may_use_file

    @property
    def tokens_path(self) -> Path:
        """The file in which tokens would be stored."""
        return self._file.path

    def reload(self) -> None:
        """Read the record if another window or a terminal has replaced it."""
        stamp = self._record_file.stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            self._shared = self._record_file.read()

    def at(self, server_url: str) -> SignIn | None:
        """Return the sign-in at a service, or None if the student is signed out there."""
        return self._own.at(server_url) or self._shared.at(server_url)

    def credentials(self, sign_in: SignIn) -> StoredTokens:
        """Return the credentials of a sign-in."""
        if sign_in.id not in self._credentials:
            self._credentials[sign_in.id] = StoredTokens(
                sign_in,
                self._store(sign_in.kept_in),
                self.service(sign_in.server_url),
                lock=self._locked,
                on_ended=lambda: self._remove_ended(sign_in),
                now=self._now,
            )
        return self._credentials[sign_in.id]

    def service(self, server_url: str) -> AccountService:
        """Return the client of a service's account routes."""
        from tutor_lsp.sign_in.accounts import AccountService  # noqa: PLC0415 - needed only for a sign-in

        return AccountService(server_url, now=self._now)

    async def has_keyring(self) -> bool:
        """Return whether the system's keyring can be used. The check may ask the student to unlock it."""
        return await self._keyring.is_usable()

    async def agree_to_file(self) -> None:
        """Record that tokens may be stored in a file. Raise `StoreUnavailable`."""
        async with self._locked():
            self._share(SignInRecord.agreeing_to_file)

    async def use(self, server_url: str) -> None:
        """Use a service at which the student is signed in. Raise `StoreUnavailable`."""
        async with self._locked():
            self._share(partial(SignInRecord.using, server_url=server_url))

    async def keep(self, server_url: str, tokens: Tokens, account: str | None = None) -> SignIn:
        """Store the tokens of a new sign-in in the best store available, and use its service from now on.

        An earlier sign-in at that service is signed out, except if it is for all windows and the new one only for this
        window. `account` is the e-mail address of the account, if it is known.
        """
        self.reload()
        earlier = self.at(server_url)
        sign_in = await self._keep(server_url, tokens, account)
        if earlier is not None and (sign_in.kept_in != "memory" or earlier.kept_in == "memory"):
            async with self._locked():
                left_over = await self._remove_tokens(earlier)
            await self.revoke(server_url, [left_over])
        return sign_in

    async def forget(self, server_url: str) -> list[Tokens | None]:
        """Sign out of a service on this computer. Return the tokens to revoke, with None for each that cannot be read.

        Raise `StoreUnavailable` if the record cannot be changed.
        """
        async with self._locked():
            self.reload()
            ended = [s for record in (self._own, self._shared) for s in record.sign_ins if s.server_url == server_url]
            tokens = [await self._remove_tokens(sign_in) for sign_in in ended]
            self._own = self._own.leaving(server_url)
            self._share(lambda record: record.leaving(server_url))
        return tokens

    async def revoke(self, server_url: str, tokens: list[Tokens | None]) -> bool:
        """Revoke the tokens of sign-ins at the service. Return whether this succeeded for each of them."""
        service = self.service(server_url)
        is_told = True
        for each in tokens:
            try:
                if each is not None:
                    await service.log_out(each.refresh_token)
                else:
                    is_told = False
            except ServiceFault:
                is_told = False
        return is_told

    async def close(self) -> None:
        """Wait for running refreshes, each at most `credentials.CLOSE_SECONDS`."""
        for credentials in self._credentials.values():
            await credentials.close()

    async def _keep(self, server_url: str, tokens: Tokens, account: str | None) -> SignIn:
        places: list[KeptIn] = []
        if await self.has_keyring():
            places = ["keyring"]
        elif self.may_use_file:
            places = ["file"]
        for place in places:
            sign_in = SignIn(server_url, str(self._new_id()), place, account)
            try:
                async with self._locked():
                    await self._store(place).save(sign_in, tokens)
                    self._share(partial(SignInRecord.adding, sign_in=sign_in))
            except StoreUnavailable as error:
                log_exception("keeping a sign-in", error)
            else:
                self._own = self._own.leaving(server_url)
                return sign_in
        sign_in = SignIn(server_url, str(self._new_id()), "memory", account)
        await self._memory.save(sign_in, tokens)
        self._own = self._own.adding(sign_in)
        return sign_in

    async def _remove_ended(self, sign_in: SignIn) -> None:
        """Remove a sign-in that the service has ended. The caller holds the lock."""
        await self._remove_tokens(sign_in)
        self._own = self._own.without(sign_in)
        try:
            self._share(lambda record: record.without(sign_in))
        except StoreUnavailable as error:
            log_exception("removing a sign-in", error)

    async def _remove_tokens(self, sign_in: SignIn) -> Tokens | None:
        """Return the tokens of a sign-in and delete them. The caller holds the lock."""
        store = self._store(sign_in.kept_in)
        try:
            tokens = await store.load(sign_in)
            await store.forget(sign_in)
        except StoreUnavailable as error:
            log_exception("forgetting tokens", error)
            return None
        return tokens

    def _share(self, change: Callable[[SignInRecord], SignInRecord]) -> None:
        """Change the record in the data folder. The caller holds the lock. Raise `StoreUnavailable`."""
        record = self._record_file.read()
        changed = change(record)
        if changed != record:
            try:
                self._record_file.write(changed)
            except OSError as error:
                raise StoreUnavailable(f"Your sign-in cannot be kept: {error.strerror}.") from error
        self.reload()

    def _store(self, kept_in: KeptIn) -> TokenStore:
        stores: dict[KeptIn, TokenStore] = {"keyring": self._keyring, "file": self._file, "memory": self._memory}
        return stores[kept_in]

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[bool]:
        async with locked(self._find_data_dir() / LOCK_NAME, seconds=LOCK_SECONDS) as is_held:
            yield is_held

    @cached_property
    def _file(self) -> FileStore:
        return FileStore(self._find_data_dir())

    @cached_property
    def _record_file(self) -> RecordFile:
        return RecordFile(self._find_data_dir())
