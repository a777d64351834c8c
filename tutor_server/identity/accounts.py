"""What a student can do with an account: open it, sign in, stay signed in, sign out, look at it, change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import EmailTaken, InvalidCredentials, RegistrationClosed, TokenInvalid, Unauthenticated
from tutor_server.storage import accounts, daily_usage, tokens
from tutor_server.storage.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.identity.access_tokens import AccessTokens
    from tutor_server.identity.passwords import Passwords
    from tutor_server.identity.refresh_tokens import RefreshTokens
    from tutor_server.identity.registration import RegistrationPolicy
    from tutor_server.pedagogy.levels import StudentLevels
    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What keeps a student signed in."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """An account and how much of the current UTC day's messages it has used."""

    account: Account
    messages_today: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The outcome of a registration or a sign-in."""

    profile: Profile
    tokens: TokenPair


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The use cases around an account. E-mail addresses come in lower case, passwords as the student typed them."""

    database: Database
    passwords: Passwords
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    registration: RegistrationPolicy
    subject: Callable[[str], str]
    """Gives the keyed hash of an e-mail address."""
    clock: Clock
    new_id: Callable[[], UUID]

    async def register(self, email: str, password: str, levels: StudentLevels) -> SignedIn:
        """Open an account and sign in to it. Raises `RegistrationClosed` or `EmailTaken`."""
        if not self.registration.admits(email):
            log.info("registration_refused", reason="policy")
            raise RegistrationClosed
        account = Account(
            id=self.new_id(),
            email=email,
            subject=self.subject(email),
            password_hash=await self.passwords.hash(password),
            levels=levels,
        )
        now = self.clock.now()
        family_id = self.new_id()

        def unit(connection: Connection) -> tuple[str, int]:
            if not accounts.add_account(connection, account, now):
                raise EmailTaken
            refresh_token = self.refresh_tokens.start_family(
                connection, family_id=family_id, user_id=account.id, now=now
            )
            # An address that was deleted today comes back to the day's count it left behind.
            return refresh_token, daily_usage.messages_on(connection, account.subject, now.date())

        try:
            refresh_token, messages_today = await self.database.commit(unit)
        except EmailTaken:
            log.info("registration_refused", reason="email_taken")
            raise
        log.info("registered", user_id=str(account.id))
        return SignedIn(Profile(account, messages_today), self._pair(account.id, family_id, refresh_token))

    async def log_in(self, email: str, password: str) -> SignedIn:
        """Sign in. Raises `InvalidCredentials`, after the same work for an unknown e-mail as for a wrong password."""
        account = await self.database.read(lambda connection: accounts.account_of_email(connection, email))
        matches = await self.passwords.matches(password, account.password_hash if account else None)
        if account is None or not matches:
            log.warning("login_refused", user_id=str(account.id) if account else None)
            raise InvalidCredentials
        found = account
        now = self.clock.now()
        family_id = self.new_id()

        def unit(connection: Connection) -> tuple[str, int]:
            if not accounts.still_has_password(connection, found):
                raise InvalidCredentials
            refresh_token = self.refresh_tokens.start_family(connection, family_id=family_id, user_id=found.id, now=now)
            return refresh_token, daily_usage.messages_on(connection, found.subject, now.date())

        refresh_token, messages_today = await self.database.commit(unit)
        log.info("logged_in", user_id=str(account.id))
        return SignedIn(Profile(account, messages_today), self._pair(account.id, family_id, refresh_token))

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Exchange a refresh token for a new pair. Raises `TokenInvalid`."""
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
            raise TokenInvalid
        log.info("refreshed", user_id=str(rotation.user_id))
        return self._pair(rotation.user_id, rotation.family_id, successor)

    async def log_out(self, refresh_token: str) -> None:
        """End the sign-in that a refresh token is of; a token that is not known has none (RFC 7009 §2.2)."""
        now = self.clock.now()
        user_id = await self.database.commit(
            lambda connection: self.refresh_tokens.end_family(connection, refresh_token, now)
        )
        if user_id is not None:
            log.info("logged_out", user_id=str(user_id))

    async def change_password(self, user_id: UUID, current_password: str, new_password: str) -> None:
        """Set another password and end every sign-in of the account. Raises `InvalidCredentials`."""
        account = await self._account(user_id)
        if not await self.passwords.matches(current_password, account.password_hash):
            log.warning("password_change_refused", user_id=str(user_id))
            raise InvalidCredentials("The current password is wrong.")
        password_hash = await self.passwords.hash(new_password)
        now = self.clock.now()

        def unit(connection: Connection) -> None:
            if not accounts.change_password(connection, account, password_hash):
                raise InvalidCredentials("The current password is wrong.")
            tokens.revoke_families_of(connection, user_id, now)

        await self.database.commit(unit)
        log.info("password_changed", user_id=str(user_id))

    async def profile(self, user_id: UUID) -> Profile:
        """Look at an account. Raises `Unauthenticated` where it is gone."""
        day = self.clock.now().date()

        def unit(connection: Connection) -> Profile | None:
            account = accounts.account_of_user(connection, user_id)
            if account is None:
                return None
            return Profile(account, daily_usage.messages_on(connection, account.subject, day))

        profile = await self.database.read(unit)
        if profile is None:
            raise Unauthenticated
        return profile

    async def change_levels(self, user_id: UUID, *, programming: int | None, maths: int | None) -> Profile:
        """Set the levels that are given, 1 to 5, and leave the others. Raises `Unauthenticated` as `profile` does."""
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
