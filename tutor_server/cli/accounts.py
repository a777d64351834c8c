"""The operator's use cases for accounts, which work whether or not the service is running."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from uuid import uuid4

from uuid_utils.compat import uuid7

from tutor_pedagogy.ladder.levels import StudentLevels
from tutor_server.api.bodies import read_fields
from tutor_server.api.schemas import Registration
from tutor_server.cli.database import OperatorRefused, opened_database
from tutor_server.clock import SystemClock
from tutor_server.errors import NotFound, ValidationFailed
from tutor_server.identity.common_passwords import require_uncommon
from tutor_server.identity.email_links import MOST_AN_HOUR, SETS_PASSWORD, EmailLinks
from tutor_server.identity.keys import derive_keys
from tutor_server.identity.passwords import Passwords
from tutor_server.mail.letters import Letter
from tutor_server.storage import accounts, audit, one_time_tokens, personal_data, tokens
from tutor_server.storage.accounts import Account
from tutor_server.storage.export import everything_about

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.settings import Settings

PAGE_SIZE = 500

INVITATION_WAITS = (1.0, 3.0)
"""Seconds before the second and the third attempt to mail an invitation: short, as the operator waits for it."""
_ALREADY = "an account with the e-mail address {} exists already"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Characters that generated passwords consist of, without characters that look alike."""
_GROUPS, _GROUP_LENGTH = 4, 5


async def list_users(settings: Settings) -> AsyncIterator[Account]:
    """Yield every account, ordered by e-mail address. Raise `OperatorRefused`."""
    last = ""

    def next_page(connection: Connection) -> Sequence[Account]:
        return accounts.accounts_after(connection, last, PAGE_SIZE)

    async with opened_database(settings) as database:
        while page := await database.read(next_page):
            for account in page:
                yield account
            last = page[-1].email


async def disable(settings: Settings, email: str) -> None:
    """Disable an account and end its sign-ins, but keep its data. Raise `OperatorRefused`."""
    now = SystemClock().now()

    def unit(connection: Connection) -> None:
        user_id = _account(connection, email).id
        accounts.set_disabled(connection, user_id, now)
        tokens.revoke_families_of(connection, user_id, now)
        _record(connection, "user_disabled", user_id, now)

    async with opened_database(settings) as database:
        await database.commit(unit)


async def enable(settings: Settings, email: str) -> None:
    """Enable an account again. Raise `OperatorRefused`."""
    now = SystemClock().now()

    def unit(connection: Connection) -> None:
        user_id = _account(connection, email).id
        accounts.set_disabled(connection, user_id, None)
        _record(connection, "user_enabled", user_id, now)

    async with opened_database(settings) as database:
        await database.commit(unit)


async def reset_password(settings: Settings, email: str) -> str:
    """Set and return a random password of about 99 bits, and end the account's sign-ins. Raise `OperatorRefused`."""
    now = SystemClock().now()
    password = new_password()
    passwords = Passwords()
    try:
        password_hash = await passwords.hash(password)
    finally:
        passwords.close()

    def unit(connection: Connection) -> None:
        user_id = _account(connection, email).id
        accounts.set_password(connection, user_id, password_hash)
        one_time_tokens.void_tokens(connection, user_id, SETS_PASSWORD, now)
        tokens.revoke_families_of(connection, user_id, now)
        _record(connection, "password_reset", user_id, now)

    async with opened_database(settings) as database:
        await database.commit(unit)
    return password


async def add(settings: Settings, email: str, password: str) -> None:
    """Create an account whose e-mail address counts as confirmed. Raise `OperatorRefused`."""
    account, _ = await _made(settings, email, password, confirmed_at=SystemClock().now())

    def unit(connection: Connection) -> None:
        if not accounts.add_account(connection, account):
            raise OperatorRefused(_ALREADY.format(account.email))
        _record(connection, "user_added", account.id, account.created_at)

    async with opened_database(settings) as database:
        await database.commit(unit)


async def invite(settings: Settings, email: str) -> str:
    """Create an account without a password. Return the secret of the link by which its owner chooses one.

    An account that has already been invited, or was never confirmed, gets another link. Raise `OperatorRefused`.
    """
    new, links = await _made(settings, email, None, confirmed_at=None)

    def unit(connection: Connection) -> str:
        user_id = new.id
        if not accounts.add_account(connection, new):
            account = _account(connection, new.email)
            if account.confirmed_at is not None:
                raise OperatorRefused(_ALREADY.format(account.email))
            user_id = account.id
        secret = links.add(connection, user_id, "invite")
        if secret is None:
            raise OperatorRefused(f"{new.email} was invited {MOST_AN_HOUR} times within an hour; wait a little")
        _record(connection, "user_invited", user_id, new.created_at)
        return secret

    async with opened_database(settings) as database:
        return await database.commit(unit)


async def mail_invitation(settings: Settings, email: str, link: str) -> None:
    """Mail the link of an invitation. Raise `OperatorRefused` if the mail server does not accept the mail."""
    assert settings.smtp_url is not None  # noqa: S101 - narrows the type; the caller has checked that mail is set up
    assert settings.smtp_from is not None  # noqa: S101 - narrows the type; the settings have both mail variables or neither
    from tutor_server.mail.outbox import Outbox
    from tutor_server.mail.server import MailServer

    server = MailServer.parse(settings.smtp_url.get_secret_value())
    outbox = Outbox(server, settings.smtp_from, SystemClock(), waits=INVITATION_WAITS)
    problem = await outbox.send(Letter(kind="invite", to=email, link=link))
    if problem is not None:
        raise OperatorRefused(f"the account is made, but the mail could not be sent ({problem}): invite again")


async def delete(settings: Settings, email: str) -> None:
    """Erase an account with all data about its student, as `DELETE /api/me` does. Raise `OperatorRefused`.

    Within seconds a running service notices that the sign-ins have ended, and stops the student's answers.
    """
    now = SystemClock().now()

    def unit(connection: Connection) -> None:
        user_id = _account(connection, email).id
        tokens.revoke_families_of(connection, user_id, now)
        personal_data.erase(connection, user_id, now.date())
        _record(connection, "user_deleted", None, now)

    async with opened_database(settings) as database:
        await database.commit(unit)


async def export(settings: Settings, email: str) -> AsyncGenerator[bytes, None]:
    """Yield everything that is stored about a student, as chunks of the JSON of `GET /api/me/export`.

    The export is recorded in the audit log before anything is read. `OperatorRefused` may be raised after some chunks.
    """
    now = SystemClock().now()

    def unit(connection: Connection) -> UUID:
        user_id = _account(connection, email).id
        _record(connection, "user_exported", user_id, now)
        return user_id

    async with opened_database(settings) as database:
        user_id = await database.commit(unit)
        try:
            async for piece in everything_about(user_id, database):
                yield piece
        except NotFound:
            raise OperatorRefused("the account was erased meanwhile; what was printed is not whole") from None


def new_password() -> str:
    """Return a random password of about 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))


async def _made(
    settings: Settings, email: str, password: str | None, *, confirmed_at: datetime | None
) -> tuple[Account, EmailLinks]:
    """Return a new account that is not stored yet, and the object that creates links for it."""
    clock = SystemClock()
    try:
        wanted = read_fields(
            {"email": email, "password": new_password() if password is None else password}, Registration
        )
        if password is not None:
            require_uncommon(password, wanted.email)
    except ValidationFailed as error:
        raise OperatorRefused(error.detail.rstrip(".")) from None
    passwords = Passwords()
    try:
        password_hash = "" if password is None else await passwords.hash(password)
    finally:
        passwords.close()
    account = Account(
        id=uuid4(),  # The id is random, since it is sent to providers and appears in logs.
        email=wanted.email,
        subject=derive_keys(settings.signing_secret()).subject(wanted.email),
        password_hash=password_hash,
        levels=StudentLevels(),
        created_at=clock.now(),
        confirmed_at=confirmed_at,
    )
    return account, EmailLinks(None, clock, secrets.token_bytes)


def _account(connection: Connection, email: str) -> Account:
    account = accounts.account_of_email(connection, email.lower())
    if account is None:
        raise OperatorRefused(f"no account has the e-mail address {email}")
    return account


def _record(connection: Connection, action: str, user_id: UUID | None, now: datetime) -> None:
    audit.record(
        connection,
        audit.Action(id=uuid7(), at=now, way="command", actor="command", address=None, action=action, user_id=user_id),
    )
