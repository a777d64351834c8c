"""The use cases of single sign-on: which account a person at the provider is signed in to, and how that ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from tutor_pedagogy.ladder.levels import StudentLevels
from tutor_server.errors import AccountDisabled, InvalidCredentials
from tutor_server.identity.oidc.fetching import ProviderUnavailable
from tutor_server.identity.oidc.provider import CodeRefused
from tutor_server.identity.oidc.tokens import Person, TokenCheck, TokenRefused, person_of
from tutor_server.storage import accounts, identities, tokens
from tutor_server.storage.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.identity.accounts import Accounts
    from tutor_server.identity.oidc.attempt import Attempt
    from tutor_server.identity.oidc.provider import IdentityProvider
    from tutor_server.identity.page_sessions import PageSessions
    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()

PAGE_SECONDS = 9.0
"""Seconds within which a person gets a page, whatever the provider does."""
SESSIONS_KEPT = timedelta(days=31)
"""How long a session at the provider is remembered: longer than any sign-in here lasts without it."""


class SignOnRefused(Exception):
    """A person is not signed in. `sentence` is for the person; `reason` is for the log and holds nothing personal."""

    def __init__(self, sentence: str, reason: str, *, status: int = 403) -> None:
        super().__init__(reason)
        self.sentence = sentence
        self.reason = reason
        self.status = status


@dataclass(frozen=True, slots=True)
class OwnerWanted:
    """The person's address belongs to an account. Its owner must prove that, and agree, before they are joined."""

    person: Person = field(repr=False)
    account: Account = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleSignOn:
    """The use cases. `name` is what the provider is called; `operators` are subjects and addresses of operators."""

    database: Database
    provider: IdentityProvider
    check: TokenCheck
    accounts: Accounts
    sessions: PageSessions
    clock: Clock
    new_id: Callable[[], UUID]
    name: str
    operators: frozenset[str]

    async def identify(self, attempt: Attempt, code: str, redirect_uri: str) -> Person:
        """Return the person whom the provider has signed in. Raise `SignOnRefused`."""
        try:
            async with asyncio.timeout(PAGE_SECONDS):
                return await self._identify(attempt, code, redirect_uri)
        except (TimeoutError, ProviderUnavailable) as error:
            log.warning("identity_provider_unavailable", reason=str(error) or "deadline")
            sentence = f"{self.name} cannot be reached right now. Please try again in a moment."
            raise SignOnRefused(sentence, "unavailable", status=503) from None
        except CodeRefused as error:
            sentence = f"This sign-in at {self.name} was used already, or has run out. Please start again."
            raise SignOnRefused(sentence, f"code: {error}") from None
        except TokenRefused as error:
            sentence = f"The answer of {self.name} could not be verified. Please start again."
            raise SignOnRefused(sentence, f"token: {error}") from None

    async def _identify(self, attempt: Attempt, code: str, redirect_uri: str) -> Person:
        granted = await self.provider.exchange(code, attempt.verifier, redirect_uri)
        token, access_token = granted.get("id_token"), granted.get("access_token")
        if not isinstance(token, str):
            raise TokenRefused("no id_token")
        claims = await self.check.id_token(token, nonce=attempt.nonce)
        has_address = isinstance(claims.get("email"), str)
        asks_more = not has_address and isinstance(access_token, str)
        userinfo = await self.provider.userinfo(str(access_token)) if asks_more else {}
        return person_of(claims, userinfo)

    async def sign_in(self, person: Person, browser: str, *, origin: str) -> Account | OwnerWanted:
        """Sign a browser in to the person's account, which is made if there is none.

        `browser` is the new secret of its cookie. If the address belongs to an account that is not joined with this
        identity, nothing is changed, and its owner is wanted. Raise `SignOnRefused` or `AccountDisabled`.
        """
        now = self.clock.now()
        new = self._new_account(person, now)

        def unit(connection: Connection) -> tuple[Account | OwnerWanted, str | None]:
            user_id = identities.user_of_identity(connection, person.issuer, person.subject)
            secret = None
            if user_id is None:
                made = self._make(connection, person, new, now)
                if isinstance(made, OwnerWanted):
                    return made, None
                user_id = made.id
                if made.confirmed_at is None:
                    secret = self.accounts.registrations.links.add(connection, made.id, "confirm")
            return self._enter(connection, person, user_id, browser, now), secret

        outcome, secret = await self.database.commit(unit)
        if isinstance(outcome, OwnerWanted):
            log.info("single_sign_on_owner_wanted", user_id=str(outcome.account.id))
            return outcome
        if secret is not None:
            self.accounts.registrations.links.mail_confirmation(outcome.email, secret, origin)
        log.info("single_sign_on", user_id=str(outcome.id))
        return outcome

    async def join(self, person: Person, account_id: UUID, password: str, address: str, browser: str) -> Account:
        """Join an identity with the account of its address, whose owner knows the password; sign the browser in.

        Raise as `Accounts.check_password` does.
        """
        now = self.clock.now()
        account = await self.accounts.check_password(person.email or "", password, address)
        if account.id != account_id:
            raise InvalidCredentials

        def unit(connection: Connection) -> Account:
            if not accounts.may_sign_in(connection, account):
                raise InvalidCredentials
            identities.add_identity(connection, person.issuer, person.subject, user_id=account.id, now=now)
            if identities.user_of_identity(connection, person.issuer, person.subject) != account.id:
                raise InvalidCredentials
            return self._enter(connection, person, account.id, browser, now)

        joined = await self.database.commit(unit)
        log.info("identity_joined", user_id=str(account.id))
        return joined

    async def log_out(self, logout_token: str) -> None:
        """End the sign-ins that the provider has ended. Raise `TokenRefused` or `ProviderUnavailable`.

        All sign-ins of the account end, also those of editors, which were approved from a browser.
        """
        ended = await self.check.logout_token(logout_token)
        now = self.clock.now()

        def unit(connection: Connection) -> tuple[set[UUID], frozenset[UUID]]:
            found = set()
            if ended.sid is not None:
                found.add(identities.take_provider_session(connection, ended.issuer, ended.sid))
            if ended.subject is not None:
                found.add(identities.user_of_identity(connection, ended.issuer, ended.subject))
            users = {user_id for user_id in found if user_id is not None}
            families = [tokens.revoke_families_of(connection, user_id, now) for user_id in sorted(users)]
            return users, frozenset().union(*families)

        users, families = await self.database.commit(unit)
        for user_id in users:
            log.info("logged_out_at_provider", user_id=str(user_id))
        self.accounts.revocations.announce(families)

    def _new_account(self, person: Person, now: datetime) -> Account | None:
        """Return the account to make for a person. None: the provider sends no address, so none can be made."""
        if person.email is None:
            return None
        are_mailed = self.accounts.registrations.links.are_mailed
        is_shown = person.is_email_verified is True or (person.is_email_verified is None and not are_mailed)
        return Account(
            id=self.new_id(),
            email=person.email,
            subject=self.accounts.subject(person.email),
            password_hash="",
            levels=StudentLevels(),
            created_at=now,
            confirmed_at=now if is_shown else None,
        )

    def _make(
        self, connection: Connection, person: Person, new: Account | None, now: datetime
    ) -> Account | OwnerWanted:
        """Make the account of a person who has none."""
        if new is None:
            sentence = f"{self.name} did not send your e-mail address, which an account needs. Ask your instructor."
            raise SignOnRefused(sentence, "no address")
        existing = accounts.account_of_email(connection, new.email)
        if existing is None:
            if new.confirmed_at is None and not self.accounts.registrations.links.are_mailed:
                sentence = f"{self.name} says that your e-mail address is not confirmed. Confirm it there first."
                raise SignOnRefused(sentence, "address not verified")
            if not accounts.add_account(connection, new):
                raise SignOnRefused("Please start again.", "made by another request at the same time")
        elif existing.confirmed_at is not None or person.is_email_verified is not True:
            return OwnerWanted(person, existing)
        else:  # Nobody has shown that the unconfirmed address is theirs, and the provider says whose it is.
            new = replace(new, id=accounts.replace_unconfirmed(connection, new) or existing.id)
            accounts.confirm(connection, new.id, now)
            identities.forget_identities(connection, new.id)
            tokens.revoke_families_of(connection, new.id, now)
        identities.add_identity(connection, person.issuer, person.subject, user_id=new.id, now=now)
        return new

    def _enter(self, connection: Connection, person: Person, user_id: UUID, browser: str, now: datetime) -> Account:
        """Sign the browser in to an account. Raise `AccountDisabled`."""
        if not accounts.is_enabled(connection, user_id):
            raise AccountDisabled
        verified_email = person.email if person.is_email_verified is True else None
        identities.note_sign_in(connection, person.issuer, person.subject, verified_email=verified_email, now=now)
        is_operator = not self.operators.isdisjoint({person.subject, verified_email or person.subject})
        identities.set_operator(connection, user_id, is_operator=is_operator)
        identities.forget_provider_sessions(connection, now - SESSIONS_KEPT)
        if person.sid is not None:
            identities.add_provider_session(connection, person.issuer, person.sid, user_id=user_id, now=now)
        self.sessions.start(connection, user_id, browser)
        account = accounts.account_of_user(connection, user_id)
        if account is None:
            raise AccountDisabled
        return account


async def keep_operators(database: Database, names: frozenset[str]) -> None:
    """Take the role from operators who are not among the names that the settings have now."""
    count = await database.commit(lambda connection: identities.keep_operators(connection, names))
    if count:
        log.warning("operators_removed", count=count)
