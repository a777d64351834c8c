"""The use cases of an account: register, sign in, refresh, sign out, read, change and erase."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import (
    AccountDisabled,
    InvalidCredentials,
    NotFound,
    PasswordSignInOff,
    TokenInvalid,
    Unauthenticated,
)
from tutor_server.identity.email_links import SETS_PASSWORD
from tutor_server.storage import accounts, daily_usage, one_time_tokens, personal_data, tokens
from tutor_server.storage.overrides import own_limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_server.clock import Clock
    from tutor_server.identity.access_tokens import AccessTokens
    from tutor_server.identity.passwords import Passwords
    from tutor_server.identity.refresh_tokens import RefreshTokens
    from tutor_server.identity.registration import Registrations
    from tutor_server.identity.revocations import Revocations
    from tutor_server.identity.throttling import Throttle
    from tutor_server.storage.accounts import Account
    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()

WRONG_CURRENT_PASSWORD = "The current password is wrong."  # noqa: S105 - a sentence for students, not a password


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The access token and the refresh token of a sign-in."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """An account with the number of messages that it has sent on the current UTC day."""

    account: Account
    messages_today: int
    own_daily_messages: int | None = None
    """The account's own daily cap, which replaces the general one; None: the general cap applies."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The result of a registration or a sign-in."""

    profile: Profile
    tokens: TokenPair


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The use cases of an account.

    E-mail addresses are passed in lower case, passwords as the student typed them. `address` is the network address of
    the client.
    """

    database: Database
    passwords: Passwords
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    registrations: Registrations
    throttle: Throttle
    revocations: Revocations
    subject: Callable[[str], str]
    """Returns the keyed hash of an e-mail address."""
    clock: Clock
    new_id: Callable[[], UUID]
    has_passwords: bool = True
    """Whether people may register and sign in with a password."""

    def require_passwords(self) -> None:
        """Raise `PasswordSignInOff` if people sign in at the identity provider only."""
        if not self.has_passwords:
            raise PasswordSignInOff

    async def register(
        self, email: str, password: str, levels: StudentLevels, address: str, *, origin: str | None
    ) -> SignedIn:
        """Create an account and sign in to it. Raise as `Registrations.open` does, and `PasswordSignInOff`."""
        self.require_passwords()
        now = self.clock.now()
        family_id = self.new_id()

        def sign_in(connection: Connection, account: Account) -> tuple[str, int]:
            refresh_token = self.refresh_tokens.start_family(
                connection, family_id=family_id, user_id=account.id, now=now
            )
            # An account that was deleted and re-created today keeps the day's message count.
            return refresh_token, daily_usage.messages_on(connection, account.subject, now.date())

        account, (refresh_token, messages_today) = await self.registrations.open(
            email, password, levels, address, origin=origin, also=sign_in
        )
        return SignedIn(Profile(account, messages_today), self._pair(account.id, family_id, refresh_token))

    async def check_password(self, email: str, password: str, address: str, browser: str | None = None) -> Account:
        """Return the account of an e-mail address and a password. `browser` is the secret in a browser's cookie.

        Raise `InvalidCredentials`, `TooManyAttempts`, or `AccountDisabled`. An unknown address takes the same time as a
        wrong password.
        """
        async with self.throttle.sign_in(self.subject(email), address, browser):
            account = await self.database.read(lambda connection: accounts.account_of_email(connection, email))
            matches = await self.passwords.matches(password, account.password_hash if account else None)
            if account is None or not matches:
                log.warning("login_refused", user_id=str(account.id) if account else None)
                raise InvalidCredentials
        if account.disabled_at is not None:
            log.warning("login_refused", reason="disabled", user_id=str(account.id))
            raise AccountDisabled
        return account

    async def log_in(self, email: str, password: str, address: str) -> SignedIn:
        """Sign in. Raise as `check_password` does, and `PasswordSignInOff`."""
        self.require_passwords()
        account = await self.check_password(email, password, address)
        now = self.clock.now()
        family_id = self.new_id()

        def unit(connection: Connection) -> tuple[str, Profile]:
            if not accounts.may_sign_in(connection, account):
                raise InvalidCredentials
            refresh_token = self.refresh_tokens.start_family(
                connection, family_id=family_id, user_id=account.id, now=now
            )
            return refresh_token, _profile(connection, account, now)

        refresh_token, profile = await self.database.commit(unit)
        log.info("logged_in", user_id=str(account.id))
        return SignedIn(profile, self._pair(account.id, family_id, refresh_token))

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Exchange a refresh token for a new pair of tokens. Raise `TokenInvalid`."""
        now = self.clock.now()
        exchanged = await self.database.commit(
            lambda connection: self.refresh_tokens.rotate(connection, refresh_token, now)
        )
        if exchanged is None:
            log.warning("refresh_refused", reason="unknown")
            raise TokenInvalid
        successor, rotation = exchanged
        if rotation.refusal is not None:
            log.warning("refresh_refused", reason=rotation.refusal, user_id=str(rotation.user_id))
            if rotation.refusal == "reused":
                self.revocations.announce({rotation.family_id})
            raise TokenInvalid
        log.info("refreshed", user_id=str(rotation.user_id))
        return self._pair(rotation.user_id, rotation.family_id, successor)

    async def log_out(self, refresh_token: str) -> None:
        """End the sign-in of a refresh token. An unknown token is not an error (RFC 7009 §2.2)."""
        now = self.clock.now()
        ended = await self.database.commit(
            lambda connection: self.refresh_tokens.end_family(connection, refresh_token, now)
        )
        if ended is not None:
            family_id, user_id = ended
            log.info("logged_out", user_id=str(user_id))
            self.revocations.announce({family_id})

    async def log_out_everywhere(self, user_id: UUID) -> None:
        """End every sign-in of an account."""
        now = self.clock.now()
        ended = await self.database.commit(lambda connection: tokens.revoke_families_of(connection, user_id, now))
        log.info("logged_out_everywhere", user_id=str(user_id))
        self.revocations.announce(ended)

    async def change_password(self, user_id: UUID, current_password: str, new_password: str, address: str) -> None:
        """Store a new password and end every sign-in of the account.

        Raise as `check_password` does, and `ValidationFailed` for a common password.
        """
        account = await self._account(user_id)
        await self.passwords.require_uncommon(new_password, account.email)
        async with self.throttle.sign_in(account.subject, address):
            if not await self.passwords.matches(current_password, account.password_hash):
                log.warning("password_change_refused", user_id=str(user_id))
                raise InvalidCredentials(WRONG_CURRENT_PASSWORD)
        password_hash = await self.passwords.hash(new_password)
        now = self.clock.now()

        def unit(connection: Connection) -> frozenset[UUID]:
            if not accounts.change_password(connection, account, password_hash):
                raise InvalidCredentials(WRONG_CURRENT_PASSWORD)
            one_time_tokens.void_tokens(connection, user_id, SETS_PASSWORD, now)
            return tokens.revoke_families_of(connection, user_id, now)

        ended = await self.database.commit(unit)
        log.info("password_changed", user_id=str(user_id))
        self.revocations.announce(ended)

    async def erase(self, user_id: UUID) -> None:
        """Erase everything stored about a student, in transactions of bounded size. Raise `NotFound`.

        The account is erased last: if the erasure is interrupted, the student can sign in and request it again. The
        caller must first stop everything that could still write rows for the student.
        """
        today = self.clock.now().date()
        while await self.database.commit(lambda connection: personal_data.erase_some(connection, user_id)):
            pass
        if not await self.database.commit(lambda connection: personal_data.erase(connection, user_id, today)):
            raise NotFound
        log.info("erased", user_id=str(user_id))

    async def profile(self, user_id: UUID) -> Profile:
        """Return an account's profile. Raise `Unauthenticated` if the account no longer exists."""
        now = self.clock.now()

        def unit(connection: Connection) -> Profile | None:
            account = accounts.account_of_user(connection, user_id)
            return None if account is None else _profile(connection, account, now)

        profile = await self.database.read(unit)
        if profile is None:
            raise Unauthenticated
        return profile

    async def change_levels(self, user_id: UUID, *, programming: int | None, maths: int | None) -> Profile:
        """Store the levels that are passed, 1 to 5; keep the others. Raise `Unauthenticated` as `profile`."""
        await self.database.commit(
            lambda connection: accounts.change_levels(connection, user_id, programming=programming, maths=maths)
        )
        return await self.profile(user_id)

    async def _account(self, user_id: UUID) -> Account:
        account = await self.database.read(lambda connection: accounts.account_of_user(connection, user_id))
        if account is None:
            raise Unauthenticated
        return account

    def _pair(self, user_id: UUID, family_id: UUID, refresh_token: str) -> TokenPair:
        return TokenPair(self.access_tokens.issue(user_id, family_id), refresh_token)


def _profile(connection: Connection, account: Account, now: datetime) -> Profile:
    own = own_limits(connection, account.id, now)
    messages = daily_usage.messages_on(connection, account.subject, now.date())
    return Profile(account, messages, own.daily_messages if own else None)
