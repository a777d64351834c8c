"""Statements over accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select, update

from tutor_pedagogy.ladder.levels import StudentLevels
from tutor_server.storage.models import User
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True)
class Account:
    """A student's account. `subject` is the keyed hash of the e-mail address; daily counts are stored under this hash.

    A disabled account keeps its data, but nobody can sign in to it. A student whose address is not confirmed cannot
    ask, and the owner of the address can take the account over.
    """

    id: UUID
    email: str = field(repr=False)
    subject: str
    password_hash: str = field(repr=False)
    levels: StudentLevels
    created_at: datetime
    disabled_at: datetime | None = None
    confirmed_at: datetime | None = None


def add_account(connection: Connection, account: Account) -> bool:
    """Add an account; return whether its e-mail address was still free."""
    added = connection.execute(
        upsert(connection, User)
        .values(
            id=account.id,
            email=account.email,
            subject=account.subject,
            password_hash=account.password_hash,
            programming_level=account.levels.programming,
            maths_level=account.levels.maths,
            created_at=account.created_at,
            confirmed_at=account.confirmed_at,
        )
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(User.id)
    )
    return added.first() is not None


def replace_unconfirmed(connection: Connection, account: Account) -> UUID | None:
    """Replace an unconfirmed registration by a new one for the same address.

    Return the account's id, which stays the same, or None if the address has no account or a confirmed one.
    """
    return connection.scalar(
        update(User)
        .where(User.email == account.email, User.confirmed_at.is_(None))
        .values(
            password_hash=account.password_hash,
            programming_level=account.levels.programming,
            maths_level=account.levels.maths,
            created_at=account.created_at,
        )
        .returning(User.id)
    )


def confirm(connection: Connection, user_id: UUID, now: datetime) -> None:
    """Record the time at which the owner confirmed the address; only the first confirmation counts."""
    connection.execute(update(User).where(User.id == user_id, User.confirmed_at.is_(None)).values(confirmed_at=now))


def has_accounts(connection: Connection) -> bool:
    """Return whether there is any account."""
    return connection.scalar(select(User.id).limit(1)) is not None


def account_of_email(connection: Connection, email: str) -> Account | None:
    """Return the account of an e-mail address, which is stored in lower case."""
    return _first_account(connection, User.email == email)


def account_of_user(connection: Connection, user_id: UUID) -> Account | None:
    """Return the account with an id."""
    return _first_account(connection, User.id == user_id)


def accounts_after(connection: Connection, email: str, limit: int) -> Sequence[Account]:
    """Return the next accounts in the order of their addresses; an empty address starts from the first."""
    query = select(*_COLUMNS).where(User.email > email).order_by(User.email).limit(limit)
    return [_account(row) for row in connection.execute(query)]


def may_sign_in(connection: Connection, account: Account) -> bool:
    """Return whether the account is enabled and still has the password that was read before.

    The row stays locked until the transaction ends, so neither can change before then.
    """
    query = select(User.id).where(
        User.id == account.id, User.password_hash == account.password_hash, User.disabled_at.is_(None)
    )
    return connection.execute(query.with_for_update(read=True)).first() is not None


def is_enabled(connection: Connection, user_id: UUID) -> bool:
    """Return whether the account exists and is enabled; its row stays locked until the transaction ends."""
    query = select(User.id).where(User.id == user_id, User.disabled_at.is_(None))
    return connection.execute(query.with_for_update(read=True)).first() is not None


def change_password(connection: Connection, account: Account, password_hash: str) -> bool:
    """Store a new password; return whether the account still had the password that was read before."""
    changed = connection.execute(
        update(User)
        .where(User.id == account.id, User.password_hash == account.password_hash)
        .values(password_hash=password_hash)
    )
    return changed.rowcount == 1


def set_password(connection: Connection, user_id: UUID, password_hash: str) -> None:
    """Store a new password without checking the current one."""
    connection.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))


def set_disabled(connection: Connection, user_id: UUID, disabled_at: datetime | None) -> None:
    """Disable or enable an account."""
    connection.execute(update(User).where(User.id == user_id).values(disabled_at=disabled_at))


def change_levels(connection: Connection, user_id: UUID, *, programming: int | None, maths: int | None) -> None:
    """Store the levels that are passed, and leave the others as they are."""
    given = {"programming_level": programming, "maths_level": maths}
    values = {name: level for name, level in given.items() if level is not None}
    if values:
        connection.execute(update(User).where(User.id == user_id).values(values))


_COLUMNS = (
    User.id,
    User.email,
    User.subject,
    User.password_hash,
    User.programming_level,
    User.maths_level,
    User.created_at,
    User.disabled_at,
    User.confirmed_at,
)


def _first_account(connection: Connection, condition: ColumnElement[bool]) -> Account | None:
    row = connection.execute(select(*_COLUMNS).where(condition)).first()
    return None if row is None else _account(row)


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    return Account(
        id=row.id,
        email=row.email,
        subject=row.subject,
        password_hash=row.password_hash,
        levels=StudentLevels(row.programming_level, row.maths_level),
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        confirmed_at=row.confirmed_at,
    )
