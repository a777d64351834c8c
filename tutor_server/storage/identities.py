"""Statements about identities at an identity provider, sessions there, and operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update

from tutor_server.storage.models import LtiUser, ProviderSession, SignInIdentity, User
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection


def user_of_identity(connection: Connection, issuer: str, subject: str) -> UUID | None:
    """Return the account that an identity belongs to, or None."""
    return connection.scalar(
        select(SignInIdentity.user_id).where(SignInIdentity.issuer == issuer, SignInIdentity.subject == subject)
    )


def add_identity(connection: Connection, issuer: str, subject: str, *, user_id: UUID, now: datetime) -> bool:
    """Let an account be signed in to with an identity. Return whether the identity was still free."""
    added = connection.execute(
        upsert(connection, SignInIdentity)
        .values(issuer=issuer, subject=subject, user_id=user_id, created_at=now, signed_in_at=now)
        .on_conflict_do_nothing(index_elements=["issuer", "subject"])
        .returning(SignInIdentity.user_id)
    )
    return added.first() is not None


def note_sign_in(
    connection: Connection, issuer: str, subject: str, *, verified_email: str | None, now: datetime
) -> None:
    """Store the time of a sign-in, and the address that the provider vouched for."""
    connection.execute(
        update(SignInIdentity)
        .where(SignInIdentity.issuer == issuer, SignInIdentity.subject == subject)
        .values(verified_email=verified_email, signed_in_at=now)
    )


def add_provider_session(connection: Connection, issuer: str, sid: str, *, user_id: UUID, now: datetime) -> None:
    """Store the session at the provider from which an account was signed in to."""
    added = upsert(connection, ProviderSession).values(issuer=issuer, sid=sid, user_id=user_id, created_at=now)
    connection.execute(
        added.on_conflict_do_update(
            index_elements=["issuer", "sid"], set_={"user_id": added.excluded.user_id, "created_at": now}
        )
    )


def take_provider_session(connection: Connection, issuer: str, sid: str) -> UUID | None:
    """Delete a session at the provider. Return the account that was signed in to from it, or None."""
    return connection.scalar(
        delete(ProviderSession)
        .where(ProviderSession.issuer == issuer, ProviderSession.sid == sid)
        .returning(ProviderSession.user_id)
    )


def forget_provider_sessions(connection: Connection, before: datetime) -> None:
    """Delete sessions that are older than any sign-in that they could have led to."""
    connection.execute(delete(ProviderSession).where(ProviderSession.created_at < before))


def forget_identities(connection: Connection, user_id: UUID) -> None:
    """Separate an account from all identities and people of platforms, for a new owner of its address."""
    connection.execute(delete(SignInIdentity).where(SignInIdentity.user_id == user_id))
    connection.execute(delete(ProviderSession).where(ProviderSession.user_id == user_id))
    connection.execute(delete(LtiUser).where(LtiUser.user_id == user_id))
    set_operator(connection, user_id, is_operator=False)


def set_operator(connection: Connection, user_id: UUID, *, is_operator: bool) -> None:
    """Store whether an account is an operator."""
    connection.execute(
        update(User).where(User.id == user_id, User.is_operator != is_operator).values(is_operator=is_operator)
    )


def keep_operators(connection: Connection, names: Collection[str]) -> int:
    """Take the role from all operators whose subject or vouched address is not among the names; return how many."""
    named = select(SignInIdentity.user_id).where(
        or_(SignInIdentity.subject.in_(names), SignInIdentity.verified_email.in_(names))
    )
    changed = connection.execute(update(User).where(User.is_operator, User.id.not_in(named)).values(is_operator=False))
    return changed.rowcount
