"""Statements over accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, select, update

from tutor_server.pedagogy.levels import StudentLevels
from tutor_server.storage.models import User
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Account:
    """A student's account. `subject` is the keyed hash of the e-mail that daily counts are kept under."""

    id: UUID
    email: str = field(repr=False)
    subject: str
    password_hash: str = field(repr=False)
    levels: StudentLevels


def add_account(connection: Connection, account: Account, now: datetime) -> bool:
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
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(User.id)
    )
    return added.first() is not None


def account_of_email(connection: Connection, email: str) -> Account | None:
    """Find the account of an e-mail address, which is kept in lower case."""
    return _account(connection, User.email == email)


def account_of_user(connection: Connection, user_id: UUID) -> Account | None:
    """Find an account by its id."""
    return _account(connection, User.id == user_id)


def still_has_password(connection: Connection, account: Account) -> bool:
    """Tell whether the account exists with the password it was read with; it stays so until the unit ends."""
    query = select(User.id).where(User.id == account.id, User.password_hash == account.password_hash)
    return connection.execute(query.with_for_update(read=True)).first() is not None


def change_password(connection: Connection, account: Account, password_hash: str) -> bool:
    """Set another password; tell whether the account still had the one it was read with."""
    changed = connection.execute(
        update(User)
        .where(User.id == account.id, User.password_hash == account.password_hash)
        .values(password_hash=password_hash)
    )
    return changed.rowcount == 1


def change_levels(connection: Connection, user_id: UUID, *, programming: int | None, maths: int | None) -> None:
    """Set the levels that are given."""
    given = {"programming_level": programming, "maths_level": maths}
    values = {name: level for name, level in given.items() if level is not None}
    if values:
        connection.execute(update(User).where(User.id == user_id).values(values))


def _account(connection: Connection, condition: ColumnElement[bool]) -> Account | None:
    query = select(
        User.id, User.email, User.subject, User.password_hash, User.programming_level, User.maths_level
    ).where(condition)
    row = connection.execute(query).first()
    if row is None:
        return None
    return Account(
        id=row.id,
        email=row.email,
        subject=row.subject,
        password_hash=row.password_hash,
        levels=StudentLevels(row.programming_level, row.maths_level),
    )
