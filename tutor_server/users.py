"""What the operator does with accounts from the command line, beside a service that runs or does not."""

from __future__ import annotations

import os
import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from tutor_server.clock import SystemClock
from tutor_server.identity.passwords import Passwords
from tutor_server.serving import DATABASE_FAILURES, database_problem
from tutor_server.storage import accounts, tokens
from tutor_server.storage.database import open_database
from tutor_server.storage.migrations import is_at_head

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sqlalchemy import Connection

    from tutor_server.settings import Settings
    from tutor_server.storage.accounts import Account
    from tutor_server.storage.database import Database

PAGE_SIZE = 500

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is read as something else."""
_GROUPS, _GROUP_LENGTH = 4, 5


class UsersRefused(Exception):
    """The command cannot be done; the message is one line for the operator."""


async def list_users(settings: Settings) -> AsyncIterator[Account]:
    """Give every account by e-mail address. Raises `UsersRefused`."""
    last = ""

    def next_page(connection: Connection) -> Sequence[Account]:
        return accounts.accounts_after(connection, last, PAGE_SIZE)

    async with _opened(settings) as database:
        while page := await database.read(next_page):
            for account in page:
                yield account
            last = page[-1].email


async def disable(settings: Settings, email: str) -> None:
    """Let nobody sign in to an account, and end its sign-ins; what is stored stays. Raises `UsersRefused`."""
    now = SystemClock().now()

    def unit(connection: Connection) -> None:
        user_id = _account(connection, email).id
        accounts.set_disabled(connection, user_id, now)
        tokens.revoke_families_of(connection, user_id, now)

    async with _opened(settings) as database:
        await database.commit(unit)


async def enable(settings: Settings, email: str) -> None:
    """Let an account be used again. Raises `UsersRefused`."""
    async with _opened(settings) as database:
        await database.commit(
            lambda connection: accounts.set_disabled(connection, _account(connection, email).id, None)
        )


async def reset_password(settings: Settings, email: str) -> str:
    """Give an account a new random password, about 99 bits, and end its sign-ins. Raises `UsersRefused`."""
    now = SystemClock().now()
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    passwords = Passwords()
    try:
        password_hash = await passwords.hash(password)
    finally:
        passwords.close()

    def unit(connection: Connection) -> None:
        user_id = _account(connection, email).id
        accounts.set_password(connection, user_id, password_hash)
        tokens.revoke_families_of(connection, user_id, now)

    async with _opened(settings) as database:
        await database.commit(unit)
    return password


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    url = make_url(settings.effective_database_url)
    if url.get_backend_name() == "sqlite" and url.database and not os.access(url.database, os.F_OK):
        raise UsersRefused(f"there is no database at {url.database}; check TUTOR_DATA_DIR")
    database = open_database(settings.effective_database_url)
    try:
        if not await database.read(is_at_head):
            raise UsersRefused("the database is not at the newest schema: run `tutor-server migrate` first")
        yield database
    except DATABASE_FAILURES as error:
        raise UsersRefused(f"{database_problem(error)}; check TUTOR_DATABASE_URL") from error
    finally:
        await database.close()


def _account(connection: Connection, email: str) -> Account:
    account = accounts.account_of_email(connection, email.lower())
    if account is None:
        raise UsersRefused(f"no account has the e-mail address {email}")
    return account
