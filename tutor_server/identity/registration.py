"""Registration: the policy for creating accounts, and the use case that creates one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, TypeVar
from uuid import UUID

import structlog

from tutor_server.errors import EmailTaken, RegistrationClosed, TooManyAttempts
from tutor_server.identity.email_links import CONFIRMS, hash_of
from tutor_server.identity.throttling import REGISTRATION_OF_ACCOUNT, TOO_OFTEN
from tutor_server.storage import accounts, identities, one_time_tokens, tokens
from tutor_server.storage.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_server.clock import Clock
    from tutor_server.identity.email_links import EmailLinks
    from tutor_server.identity.passwords import Passwords
    from tutor_server.identity.revocations import Revocations
    from tutor_server.identity.throttling import Throttle
    from tutor_server.storage.database import Database

T = TypeVar("T")

log: FilteringBoundLogger = structlog.get_logger()

UNCONFIRMED_DOMAINS = (
    "domains:… needs TUTOR_SMTP_URL: without mail nobody shows that an address is theirs, and anybody can invent one"
)


@dataclass(frozen=True, slots=True)
class RegistrationPolicy:
    """The registration policy. `domains` holds the e-mail domains that may register; None stands for every domain."""

    domains: frozenset[str] | None

    @classmethod
    def parse(cls, setting: str, *, by_mail: bool) -> Self:
        """Return the policy for `open`, `closed` or `domains:uni.example,…`. A domain does not include its subdomains.

        `by_mail` says that owners confirm their addresses by mail. Without that, listed domains admit nobody, because
        an unconfirmed address proves nothing.
        """
        if setting == "open":
            return cls(None)
        _, _, domains = setting.partition(":")
        found = frozenset(domain.strip().lower() for domain in domains.split(",") if domain.strip())
        return cls(found if by_mail else frozenset())

    @property
    def is_closed(self) -> bool:
        """Whether registration is closed to everybody."""
        return self.domains == frozenset()

    def admits(self, email: str) -> bool:
        """Return whether an e-mail address (lower-case) may register."""
        return self.domains is None or email.rpartition("@")[2] in self.domains


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrations:
    """The use case of creating an account.

    If mail is set up, the account becomes active once the owner of its address has confirmed it. Until then, another
    registration of the address replaces it.
    """

    database: Database
    passwords: Passwords
    policy: RegistrationPolicy
    throttle: Throttle
    links: EmailLinks
    revocations: Revocations
    subject: Callable[[str], str]
    """Returns the keyed hash of an e-mail address."""
    clock: Clock
    new_id: Callable[[], UUID]

    async def open(
        self,
        email: str,
        password: str,
        levels: StudentLevels,
        address: str,
        *,
        origin: str | None,
        browser: str | None = None,
        also: Callable[[Connection, Account], T],
    ) -> tuple[Account, T]:
        """Create an account; `also` runs in the same transaction. The confirmation link is sent by mail.

        A browser with the cookie secret `browser` can confirm the link without the password. Raise `RegistrationClosed`
        (also if `origin` is unknown, so that no link can be written), `ValidationFailed` for a common password,
        `TooManyAttempts` or `EmailTaken`.
        """
        if not self.policy.admits(email) or (origin is None and self.links.are_mailed):
            log.info("registration_refused", reason="policy" if origin else "TUTOR_PUBLIC_URL is not set")
            raise RegistrationClosed
        await self.passwords.require_uncommon(password, email)
        subject = self.subject(email)
        await self.throttle.registration(subject, address)
        now = self.clock.now()
        new = Account(
            id=self.new_id(),
            email=email,
            subject=subject,
            password_hash=await self.passwords.hash(password),
            levels=levels,
            created_at=now,
            confirmed_at=None if self.links.are_mailed else now,
        )

        def unit(connection: Connection) -> tuple[Account, T, frozenset[UUID], str | None]:
            account, ended = new, frozenset[UUID]()
            if not accounts.add_account(connection, new):
                account = self._take_over(connection, new)
                ended = tokens.revoke_families_of(connection, account.id, now)
                one_time_tokens.void_tokens(connection, account.id, CONFIRMS, now)
            secret = None
            if self.links.are_mailed:
                browser_hash = None if browser is None else hash_of(browser)
                secret = self.links.add(connection, account.id, "confirm", browser_hash=browser_hash)
                if secret is None:  # The throttle has the same limit, but can lose its counts.
                    raise TooManyAttempts(TOO_OFTEN, retry_after=REGISTRATION_OF_ACCOUNT.seconds)
            return account, also(connection, account), ended, secret

        try:
            account, value, ended, secret = await self.database.commit(unit)
        except EmailTaken:
            log.info("registration_refused", reason="email_taken")
            raise
        self.revocations.announce(ended)
        if secret is not None and origin is not None:
            self.links.mail_confirmation(email, secret, origin)
        log.info("registered", user_id=str(account.id))
        return account, value

    def _take_over(self, connection: Connection, new: Account) -> Account:
        """Replace an unconfirmed registration by a new one. Raise `EmailTaken` if the old one is confirmed."""
        replaced = accounts.replace_unconfirmed(connection, new) if self.links.are_mailed else None
        if replaced is None:
            raise EmailTaken
        identities.forget_identities(connection, replaced)
        return replace(new, id=replaced)
