"""The use cases of a one-time link in a mail: confirming the e-mail address, and choosing a password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import AccountDisabled, InvalidCredentials, LinkUnknown
from tutor_server.identity.email_links import CONFIRMS, SETS_PASSWORD, hash_of
from tutor_server.storage import accounts, identities, one_time_tokens, tokens

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
    """The account of a link. `is_from` says whether the account was created in the browser that opened the link."""

    account: Account
    is_from: bool


@dataclass(frozen=True, slots=True)
class AddressProofs:
    """The use cases of a link. `secret` is the link's token; `browser` is the secret in a browser's cookie.

    Confirming requires knowledge of the account's password: otherwise a stranger could register somebody's address, and
    the owner of the address would confirm the stranger's account.
    """

    database: Database
    accounts: Accounts
    sessions: PageSessions
    clock: Clock

    async def open_confirmation(self, secret: str, browser: str | None) -> Opened:
        """Return the account of a confirmation link without using the link up. Raise `LinkUnknown`."""
        token, account = await self._find(secret, CONFIRMS)
        return Opened(account, browser is not None and token.browser_hash == hash_of(browser))

    async def open_choice(self, secret: str) -> Account:
        """Return the account of a link for choosing a password without using the link up. Raise `LinkUnknown`."""
        _, account = await self._find(secret, SETS_PASSWORD)
        return account

    async def confirm(self, secret: str, account: Account, browser: str) -> None:
        """Confirm the e-mail address of an account, whose owner has authenticated, and sign the browser in.

        Raise `LinkUnknown`, or `InvalidCredentials` if the account has changed meanwhile.
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
        """Set a new password by a link; end every sign-in of the account, and sign the browser in.

        The e-mail address then counts as confirmed. Raise `LinkUnknown`, `ValidationFailed` for a common password, or
        `AccountDisabled`.
        """
        chosen_for = await self.open_choice(secret)  # The link is checked first, since hashing a password is expensive.
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
            if account.confirmed_at is None:
                identities.forget_identities(connection, account.id)
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
