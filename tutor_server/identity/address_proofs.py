"""What the owner of an e-mail address does with a one-time link: confirm the address, or choose a password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import AccountDisabled, InvalidCredentials, LinkUnknown
from tutor_server.identity.email_links import CONFIRMS, SETS_PASSWORD, hash_of
from tutor_server.storage import accounts, one_time_tokens, tokens

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.identity.accounts import Accounts
    from tutor_server.identity.page_sessions import PageSessions
    from tutor_server.storage.accounts import Account
    from tutor_server.storage.database import Database
    from tutor_server.storage.one_time_tokens import Purpose, Token

log: FilteringBoundLogger = structlog.get_logger()

PURPOSES: tuple[Purpose, ...] = (*CONFIRMS, *SETS_PASSWORD)


@dataclass(frozen=True, slots=True)
class Opened:
    """The account that a link is for. `is_from` says whether it was made in the browser that opened the link."""

    account: Account
    is_from: bool


@dataclass(frozen=True, slots=True)
class AddressProofs:
    """The use cases of a link. `secret` is the token of the link; `browser` is a fresh secret of a browser.

    Nobody confirms an account with a password that they do not know: else a stranger could register the address, and
    have its owner confirm the stranger's account.
    """

    database: Database
    accounts: Accounts
    sessions: PageSessions
    clock: Clock

    async def open_confirmation(self, secret: str, browser: str | None) -> Opened:
        """Look at a link that confirms an address, without using it. Raises `LinkUnknown`."""
        token, account = await self._find(secret, CONFIRMS)
        return Opened(account, browser is not None and token.browser_hash == hash_of(browser))

    async def open_choice(self, secret: str) -> Account:
        """Look at a link for choosing a password, without using it. Raises `LinkUnknown`."""
        _, account = await self._find(secret, SETS_PASSWORD)
        return account

    async def confirm(self, secret: str, account: Account, browser: str) -> None:
        """Confirm the address of an account whose owner showed that the account is theirs; sign the browser in.

        Raises `LinkUnknown`, or `InvalidCredentials` if the account has changed meanwhile.
        """
        now = self.clock.now()

        def unit(connection: Connection) -> None:
            if one_time_tokens.take_token(connection, hash_of(secret), CONFIRMS, now) != account.id:
                raise LinkUnknown
            if not accounts.may_sign_in(connection, account):
                raise InvalidCredentials
            accounts.confirm(connection, account.id, now)
            one_time_tokens.void_tokens(connection, account.id, CONFIRMS, now)
            self.sessions.start(connection, account.id, browser)

        await self.database.commit(unit)
        log.info("email_confirmed", user_id=str(account.id))

    async def choose_password(self, secret: str, password: str, browser: str) -> None:
        """Set the password that the owner of an address has chosen; end every sign-in, and sign the browser in.

        The address is then confirmed. Raises `LinkUnknown`, `ValidationFailed` for a common password, or
        `AccountDisabled`.
        """
        chosen_for = await self.open_choice(secret)  # before a password is hashed for whoever made a link up
        await self.accounts.passwords.require_uncommon(password, chosen_for.email)
        password_hash = await self.accounts.passwords.hash(password)
        now = self.clock.now()

        def unit(connection: Connection) -> tuple[UUID, frozenset[UUID]]:
            user_id = one_time_tokens.take_token(connection, hash_of(secret), SETS_PASSWORD, now)
            account = None if user_id is None else accounts.account_of_user(connection, user_id)
            if account is None:
                raise LinkUnknown
            if account.disabled_at is not None:
                raise AccountDisabled
            accounts.set_password(connection, account.id, password_hash)
            accounts.confirm(connection, account.id, now)
            ended = tokens.revoke_families_of(connection, account.id, now)
            one_time_tokens.void_tokens(connection, account.id, PURPOSES, now)
            self.sessions.start(connection, account.id, browser)
            return account.id, ended

        user_id, ended = await self.database.commit(unit)
        log.info("password_chosen", user_id=str(user_id))
        self.accounts.revocations.announce(ended)

    async def _find(self, secret: str, purposes: Collection[Purpose]) -> tuple[Token, Account]:
        now = self.clock.now()

        def unit(connection: Connection) -> tuple[Token, Account] | None:
            token = one_time_tokens.find_token(connection, hash_of(secret), purposes, now)
            account = None if token is None else accounts.account_of_user(connection, token.user_id)
            return None if token is None or account is None else (token, account)

        found = await self.database.read(unit)
        if found is None:
            log.info("link_refused")
            raise LinkUnknown
        return found
