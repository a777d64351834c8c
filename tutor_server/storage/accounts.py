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
    """A student's account. `subject` is the keyed hash of the e-mail that daily counts are kept under.

    A disabled account keeps everything, and nobody can sign in to it. An account that nobody has confirmed asks
    nothing, and the owner of its address can take it over.
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
    """Add an account; tell whether its e-mail was still free."""
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
    """Put another registration in the place of one that nobody has confirmed.

    Return the id, which stays; None if the address has no account, or a confirmed one.
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
    """Note that the owner of the address has shown that it is theirs; the first time counts."""
    connection.execute(update(User).where(User.id == user_id, User.confirmed_at.is_(None)).values(confirmed_at=now))


def has_accounts(connection: Connection) -> bool:
    """Return whether there is any account."""
    return connection.scalar(select(User.id).limit(1)) is not None


def account_of_email(connection: Connection, email: str) -> Account | None:
    """Find the account of an e-mail address, which is kept in lower case."""
    return _first_account(connection, User.email == email)


def account_of_user(connection: Connection, user_id: UUID) -> Account | None:
    """Find an account by its id."""
    return _first_account(connection, User.id == user_id)


def accounts_after(connection: Connection, email: str, limit: int) -> Sequence[Account]:
    """Read the next accounts by e-mail address; after the empty one come the first."""
    query = select(*_COLUMNS).where(User.email > email).order_by(User.email).limit(limit)
    return [_account(row) for row in connection.execute(query)]


def may_sign_in(connection: Connection, account: Account) -> bool:
    """Tell whether the account still has the password it was read with and is not disabled.

    Both stay so until the unit ends.
    """
    query = select(User.id).where(
        User.id == account.id, User.password_hash == account.password_hash, User.disabled_at.is_(None)
    )
    return connection.execute(query.with_for_update(read=True)).first() is not None


def is_enabled(connection: Connection, user_id: UUID) -> bool:
    """Tell whether the account exists and is not disabled; it stays so until the unit ends."""
    query = select(User.id).where(User.id == user_id, User.disabled_at.is_(None))
    return connection.execute(query.with_for_update(read=True)).first() is not None


def change_password(connection: Connection, account: Account, password_hash: str) -> bool:
    """Set another password; tell whether the account still had the one it was read with."""
    changed = connection.execute(
        update(User)
        .where(User.id == account.id, User.password_hash == account.password_hash)
        .values(password_hash=password_hash)
    )
    return changed.rowcount == 1


def set_password(connection: Connection, user_id: UUID, password_hash: str) -> None:
    """Set another password, whatever the current one is."""
    connection.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))


def set_disabled(connection: Connection, user_id: UUID, disabled_at: datetime | None) -> None:
    """Disable an account, or enable it again."""
    connection.execute(update(User).where(User.id == user_id).values(disabled_at=disabled_at))


def change_levels(connection: Connection, user_id: UUID, *, programming: int | None, maths: int | None) -> None:
    """Set the levels that are given."""
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
