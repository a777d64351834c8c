"""What the operator does with accounts from the command line, beside a service that runs or does not."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from tutor_server.clock import SystemClock
from tutor_server.identity.passwords import Passwords
from tutor_server.operator_database import OperatorRefused, opened_database
from tutor_server.storage import accounts, audit, tokens

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.settings import Settings
    from tutor_server.storage.accounts import Account

PAGE_SIZE = 500

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is read as something else."""
_GROUPS, _GROUP_LENGTH = 4, 5


async def list_users(settings: Settings) -> AsyncIterator[Account]:
    """Give every account by e-mail address. Raises `OperatorRefused`."""
    last = ""

    def next_page(connection: Connection) -> Sequence[Account]:
        return accounts.accounts_after(connection, last, PAGE_SIZE)

    async with opened_database(settings) as database:
        while page := await database.read(next_page):
            for account in page:
                yield account
            last = page[-1].email


async def disable(settings: Settings, email: str) -> None:
    """Let nobody sign in to an account, and end its sign-ins; what is stored stays. Raises `OperatorRefused`."""
    now = SystemClock().now()

    def unit(connection: Connection) -> None:
        user_id = _account(connection, email).id
        accounts.set_disabled(connection, user_id, now)
        tokens.revoke_families_of(connection, user_id, now)
        _record(connection, "user_disabled", user_id, now)

    async with opened_database(settings) as database:
        await database.commit(unit)


async def enable(settings: Settings, email: str) -> None:
    """Let an account be used again. Raises `OperatorRefused`."""
    now = SystemClock().now()

    def unit(connection: Connection) -> None:
        user_id = _account(connection, email).id
        accounts.set_disabled(connection, user_id, None)
        _record(connection, "user_enabled", user_id, now)

    async with opened_database(settings) as database:
        await database.commit(unit)


async def reset_password(settings: Settings, email: str) -> str:
    """Give an account a new random password, about 99 bits, and end its sign-ins. Raises `OperatorRefused`."""
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
        _record(connection, "password_reset", user_id, now)

    async with opened_database(settings) as database:
        await database.commit(unit)
    return password


def _account(connection: Connection, email: str) -> Account:
    account = accounts.account_of_email(connection, email.lower())
    if account is None:
        raise OperatorRefused(f"no account has the e-mail address {email}")
    return account


def _record(connection: Connection, action: str, user_id: UUID, now: datetime) -> None:
    audit.record(
        connection, audit.Action(id=uuid7(), at=now, way="command", address=None, action=action, user_id=user_id)
    )
