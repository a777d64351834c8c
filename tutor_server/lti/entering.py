"""Carries a verified launch out: signs the browser in to the person's account, and enrols it in the course."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from tutor_pedagogy.ladder.levels import StudentLevels
from tutor_server.errors import AccountDisabled, InvalidCredentials
from tutor_server.lti.attempts import hash_of
from tutor_server.lti.enrolling import context_of, enrol
from tutor_server.lti.refusals import AGAIN, LaunchRefused
from tutor_server.storage import accounts, identities, lti, lti_people, tokens
from tutor_server.storage.accounts import Account
from tutor_server.storage.courses import StoredCourse, find_course

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.identity.accounts import Accounts
    from tutor_server.identity.page_sessions import PageSessions
    from tutor_server.lti.claims import Launch
    from tutor_server.lti.launches import Launches
    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()

_NO_ADDRESS = (
    "Your course platform did not send your e-mail address, which an account needs. "
    "Ask your instructor to let the platform share it with this tool."
)


@dataclass(frozen=True, slots=True)
class OwnerWanted:
    """The person's address belongs to an account. Its owner must prove that, and agree, before they are joined."""

    launch: Launch
    account: Account = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entered:
    """The browser is signed in. `course` is None if the platform's course is not connected with one here yet."""

    launch: Launch
    account: Account = field(repr=False)
    course: StoredCourse | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """The use cases. `browser` is the new secret of the browser's cookie."""

    database: Database
    launches: Launches
    accounts: Accounts
    sessions: PageSessions
    clock: Clock
    new_id: Callable[[], UUID]

    async def enter(self, ticket: str, browser: str, *, origin: str) -> Entered | OwnerWanted:
        """Carry a launch out. If the address belongs to an account that is not joined with this person, change nothing.

        Raise `LaunchRefused` or `AccountDisabled`.
        """
        launch, now = await self.launches.waiting(ticket), self.clock.now()
        new = self._new_account(launch, now)

        def unit(connection: Connection) -> tuple[Entered | OwnerWanted, str | None]:
            user_id = lti_people.user_of(connection, launch.platform_id, launch.subject)
            secret = None
            if user_id is None:
                made = self._make(connection, launch, new, now)
                if isinstance(made, OwnerWanted):
                    return made, None
                user_id = made.id
                if made.confirmed_at is None:
                    secret = self.accounts.registrations.links.add(connection, made.id, "confirm")
            return self._enter(connection, ticket, launch, user_id, browser=browser, now=now), secret

        outcome, secret = await self.database.commit(unit)
        if secret is not None:
            self.accounts.registrations.links.mail_confirmation(outcome.account.email, secret, origin)
        log.info("lti_launch" if isinstance(outcome, Entered) else "lti_owner_wanted", user_id=str(outcome.account.id))
        return outcome

    async def join(self, ticket: str, password: str, address: str, browser: str) -> Entered:
        """Join the person with the account of the address, whose owner agrees and knows the password.

        Raise as `enter` and `Accounts.check_password` do.
        """
        launch = await self.launches.waiting(ticket)
        account = await self.accounts.check_password(launch.email or "", password, address)
        return await self._join(ticket, launch, account, browser)

    async def join_signed_in(self, ticket: str, account: Account, browser: str) -> Entered:
        """Join the person with the account that the browser is signed in to, whose owner agrees.

        Raise `InvalidCredentials` if it is another account than that of the address, and as `enter` does.
        """
        launch = await self.launches.waiting(ticket)
        if launch.email is not None and account.email != launch.email:
            raise InvalidCredentials
        return await self._join(ticket, launch, account, browser)

    async def _join(self, ticket: str, launch: Launch, account: Account, browser: str) -> Entered:
        now = self.clock.now()

        def unit(connection: Connection) -> Entered:
            if not accounts.may_sign_in(connection, account):
                raise InvalidCredentials
            joined = lti_people.user_of(connection, launch.platform_id, launch.subject)
            if joined not in {None, account.id}:
                raise LaunchRefused(f"This person is joined with another account already. {AGAIN}", "joined")
            return self._enter(connection, ticket, launch, account.id, browser=browser, now=now)

        entered = await self.database.commit(unit)
        log.info("lti_joined", user_id=str(account.id))
        return entered

    def _new_account(self, launch: Launch, now: datetime) -> Account | None:
        if launch.email is None:
            return None
        return Account(
            id=self.new_id(),
            email=launch.email,
            subject=self.accounts.subject(launch.email),
            password_hash="",
            levels=StudentLevels(),
            created_at=now,
        )

    def _make(
        self, connection: Connection, launch: Launch, new: Account | None, now: datetime
    ) -> Account | OwnerWanted:
        """Make the account of a person who has none. Platforms do not say whether they have checked an address."""
        if new is None:
            raise LaunchRefused(_NO_ADDRESS, "no address")
        platform = lti.find_platform(connection, launch.platform_id)
        vouches = platform is not None and platform.vouches
        if vouches or not self.accounts.registrations.links.are_mailed:
            new = replace(new, confirmed_at=now)
        existing = accounts.account_of_email(connection, new.email)
        if existing is None:
            if not accounts.add_account(connection, new):
                raise LaunchRefused(AGAIN, "made by another request at the same time")
            return new
        if existing.confirmed_at is not None or not vouches:
            return OwnerWanted(launch, existing)
        # Nobody has shown that the unconfirmed address is theirs, and the platform says whose it is.
        new = replace(new, id=accounts.replace_unconfirmed(connection, new) or existing.id)
        accounts.confirm(connection, new.id, now)
        identities.forget_identities(connection, new.id)
        tokens.revoke_families_of(connection, new.id, now)
        return new

    def _enter(
        self, connection: Connection, ticket: str, launch: Launch, user_id: UUID, *, browser: str, now: datetime
    ) -> Entered:
        """Sign the browser in, and enrol the account. A launch to a course without connection stays to be used."""
        account = accounts.account_of_user(connection, user_id)
        if account is None or not accounts.is_enabled(connection, user_id):
            raise AccountDisabled
        lti_people.save_user(connection, launch.platform_id, launch.subject, user_id, now)
        self.sessions.start(connection, user_id, browser)
        context = context_of(connection, launch, now)
        if context is None:
            return Entered(launch, account, None)
        enrol(connection, context, account.email, launch.role, now)
        if not lti_people.use_launch(connection, hash_of(ticket)):
            raise LaunchRefused(f"This launch was carried out already. {AGAIN}", "ticket")
        return Entered(launch, account, find_course(connection, context.course_id))
