"""Statements about launches of LTI, and about the people and roles that platforms named."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select, update

from tutor_server.storage.models import LtiLaunch, LtiMember, LtiUser
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from tutor_server.storage.lti import Context

MOST_EXPIRED = 200
"""The maximum number of expired launches that one transaction deletes."""


def add_launch(
    connection: Connection,
    *,
    state_hash: bytes,
    ticket_hash: bytes,
    content: str,
    email: str | None,
    expires_at: datetime,
    now: datetime,
) -> bool:
    """Store a verified launch; return whether its state was still unused. Some expired launches are deleted."""
    old = select(LtiLaunch.state_hash).where(LtiLaunch.expires_at < now).limit(MOST_EXPIRED)
    connection.execute(delete(LtiLaunch).where(LtiLaunch.state_hash.in_(old)))
    added = connection.execute(
        upsert(connection, LtiLaunch)
        .values(state_hash=state_hash, ticket_hash=ticket_hash, content=content, email=email, expires_at=expires_at)
        .on_conflict_do_nothing(index_elements=["state_hash"])
        .returning(LtiLaunch.state_hash)
    )
    return added.first() is not None


def launch_of_ticket(connection: Connection, ticket_hash: bytes, now: datetime) -> str | None:
    """Return what a launch said that was not carried out yet, or None."""
    query = select(LtiLaunch.content).where(LtiLaunch.ticket_hash == ticket_hash, LtiLaunch.expires_at >= now)
    return connection.scalar(query)


def use_launch(connection: Connection, ticket_hash: bytes) -> bool:
    """Mark a launch as carried out, and forget what it said. Return whether nobody else did so before."""
    used = connection.execute(
        update(LtiLaunch)
        .where(LtiLaunch.ticket_hash == ticket_hash, LtiLaunch.content.is_not(None))
        .values(content=None, email=None)
    )
    return used.rowcount == 1


def user_of(connection: Connection, platform_id: UUID, subject: str) -> UUID | None:
    """Return the account that a platform's person signs in to, or None."""
    query = select(LtiUser.user_id).where(LtiUser.platform_id == platform_id, LtiUser.subject == subject)
    user_id = connection.scalar(query)
    return None if user_id is None else UUID(bytes=user_id.bytes)


def save_user(connection: Connection, platform_id: UUID, subject: str, user_id: UUID, now: datetime) -> None:
    """Let a platform's person sign in to an account, and store the time of the launch."""
    connection.execute(
        upsert(connection, LtiUser)
        .values(platform_id=platform_id, subject=subject, user_id=user_id, created_at=now, launched_at=now)
        .on_conflict_do_update(index_elements=["platform_id", "subject"], set_={"launched_at": now})
    )


def users_of(connection: Connection, platform_id: UUID) -> Mapping[str, UUID]:
    """Return the accounts of a platform's people, by their subjects."""
    query = select(LtiUser.subject, LtiUser.user_id).where(LtiUser.platform_id == platform_id)
    return {row.subject: UUID(bytes=row.user_id.bytes) for row in connection.execute(query)}


def told_roles(connection: Connection, context: Context) -> Mapping[str, str]:
    """Return the role that a platform's course gave each address last."""
    query = select(LtiMember.email, LtiMember.role).where(*_is_of(context))
    return {row.email: row.role for row in connection.execute(query)}


def told_role(connection: Connection, context: Context, email: str) -> str | None:
    """Return the role that a platform's course gave an address last, or None."""
    return connection.scalar(select(LtiMember.role).where(*_is_of(context), LtiMember.email == email))


def note_role(connection: Connection, context: Context, email: str, role: str, now: datetime) -> None:
    """Store the role that a platform's course gives an address."""
    connection.execute(
        upsert(connection, LtiMember)
        .values(
            platform_id=context.platform_id,
            deployment_id=context.deployment,
            context_id=context.context,
            email=email,
            role=role,
            seen_at=now,
        )
        .on_conflict_do_update(
            index_elements=["platform_id", "deployment_id", "context_id", "email"], set_={"role": role, "seen_at": now}
        )
    )


def forget_role(connection: Connection, context: Context, email: str) -> None:
    """Forget an address that a platform's course no longer names."""
    connection.execute(delete(LtiMember).where(*_is_of(context), LtiMember.email == email))


def _is_of(context: Context) -> Sequence[ColumnElement[bool]]:
    return (
        LtiMember.platform_id == context.platform_id,
        LtiMember.deployment_id == context.deployment,
        LtiMember.context_id == context.context,
    )
