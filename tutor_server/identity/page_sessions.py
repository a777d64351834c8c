"""Sessions of browsers that are signed in to the account pages. The secret in a cookie identifies the browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import InvalidCredentials
from tutor_server.identity.email_links import hash_of
from tutor_server.storage import accounts, page_sessions

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.storage.accounts import Account
    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()

SESSION_LIFETIME = timedelta(hours=12)
"""The lifetime of a page session: half a day. It ends earlier if the account's sign-ins are ended."""


FRESH = timedelta(minutes=5)
"""The time after a sign-in in which an account without a password can be erased."""


@dataclass(frozen=True, slots=True)
class PageSessions:
    """The use cases of a browser's session on the account pages."""

    database: Database
    clock: Clock

    def start(self, connection: Connection, user_id: UUID, browser: str) -> None:
        """Sign a browser in, within a transaction. Its secret must be new."""
        now = self.clock.now()
        page_sessions.start_session(
            connection, hash_of(browser), user_id=user_id, now=now, expires_at=now + SESSION_LIFETIME
        )

    async def sign_in(self, account: Account, browser: str) -> None:
        """Sign a browser in to an account whose password has been checked. Raise `InvalidCredentials`."""

        def unit(connection: Connection) -> None:
            if not accounts.may_sign_in(connection, account):
                raise InvalidCredentials
            self.start(connection, account.id, browser)

        await self.database.commit(unit)
        log.info("page_signed_in", user_id=str(account.id))

    async def account_of(self, browser: str) -> Account | None:
        """Return the account that a browser is signed in to, or None."""
        now = self.clock.now()

        def unit(connection: Connection) -> Account | None:
            user_id = page_sessions.user_of_session(connection, hash_of(browser), now)
            return None if user_id is None else accounts.account_of_user(connection, user_id)

        account = await self.database.read(unit)
        return None if account is None or account.disabled_at is not None else account

    async def is_fresh(self, browser: str) -> bool:
        """Return whether a browser was signed in within the last minutes: its user has just shown who they are."""
        since = self.clock.now() - FRESH
        return await self.database.read(
            lambda connection: page_sessions.began_after(connection, hash_of(browser), since)
        )

    async def end(self, browser: str) -> None:
        """Sign a browser out."""
        await self.database.commit(lambda connection: page_sessions.end_session(connection, hash_of(browser)))
        log.info("page_signed_out")
