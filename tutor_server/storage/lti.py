"""Statements about the platforms of LTI, their deployments and their courses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, select

from tutor_server.storage.models import LtiContext, LtiDeployment, LtiPlatform
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform at which this service is registered as a tool."""

    id: UUID
    issuer: str
    client_id: str
    authorization_url: str
    token_url: str
    keys_url: str
    token_audience: str | None = None
    vouches: bool = False
    """Whether the platform's word on e-mail addresses counts."""
    makes_courses: bool = False
    """Whether an instructor there may make a course here."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment of a platform, with the course of its launches, or None."""

    platform_id: UUID
    name: str
    course_id: UUID | None


@dataclass(frozen=True, slots=True)
class Context:
    """A platform's course that is connected with a course here."""

    platform_id: UUID
    deployment: str
    context: str
    course_id: UUID
    members_url: str | None


_COLUMNS = (
    LtiPlatform.id,
    LtiPlatform.issuer,
    LtiPlatform.client_id,
    LtiPlatform.authorization_url,
    LtiPlatform.token_url,
    LtiPlatform.keys_url,
    LtiPlatform.token_audience,
    LtiPlatform.vouches,
    LtiPlatform.makes_courses,
)


_OF_CONTEXT = (
    LtiContext.platform_id,
    LtiContext.deployment_id,
    LtiContext.context_id,
    LtiContext.course_id,
    LtiContext.members_url,
)


def platforms_of(connection: Connection, issuer: str) -> Sequence[Platform]:
    """Return the registrations at an issuer."""
    return _platforms(connection, LtiPlatform.issuer == issuer)


def find_platform(connection: Connection, platform_id: UUID) -> Platform | None:
    """Return the platform with an id."""
    return next(iter(_platforms(connection, LtiPlatform.id == platform_id)), None)


def all_platforms(connection: Connection) -> Sequence[Platform]:
    """Return all platforms."""
    return _platforms(connection, LtiPlatform.id.is_not(None))


def save_platform(connection: Connection, platform: Platform, now: datetime) -> Platform:
    """Add a platform, or replace the one with the same issuer and client id; return it as it is stored."""
    values = {
        "authorization_url": platform.authorization_url,
        "token_url": platform.token_url,
        "keys_url": platform.keys_url,
        "token_audience": platform.token_audience,
        "vouches": platform.vouches,
        "makes_courses": platform.makes_courses,
    }
    connection.execute(
        upsert(connection, LtiPlatform)
        .values(id=platform.id, issuer=platform.issuer, client_id=platform.client_id, created_at=now, **values)
        .on_conflict_do_update(index_elements=["issuer", "client_id"], set_=values)
    )
    known = platforms_of(connection, platform.issuer)
    return next(each for each in known if each.client_id == platform.client_id)


def remove_platform(connection: Connection, platform_id: UUID) -> None:
    """Remove a platform with its deployments, and forget its people. Their accounts and memberships stay."""
    connection.execute(delete(LtiPlatform).where(LtiPlatform.id == platform_id))


def save_deployment(connection: Connection, deployment: Deployment, now: datetime) -> None:
    """Add a deployment, or change its course."""
    connection.execute(
        upsert(connection, LtiDeployment)
        .values(
            platform_id=deployment.platform_id,
            deployment_id=deployment.name,
            course_id=deployment.course_id,
            created_at=now,
        )
        .on_conflict_do_update(
            index_elements=["platform_id", "deployment_id"], set_={"course_id": deployment.course_id}
        )
    )


def deployments_of(connection: Connection, platform_id: UUID) -> Sequence[Deployment]:
    """Return the deployments of a platform, in the order of their names."""
    query = select(LtiDeployment.platform_id, LtiDeployment.deployment_id, LtiDeployment.course_id).where(
        LtiDeployment.platform_id == platform_id
    )
    return [
        Deployment(platform_id, name, None if course is None else UUID(bytes=course.bytes))
        for _, name, course in connection.execute(query.order_by(LtiDeployment.deployment_id))
    ]


def find_deployment(connection: Connection, platform_id: UUID, name: str) -> Deployment | None:
    """Return a deployment of a platform."""
    return next((each for each in deployments_of(connection, platform_id) if each.name == name), None)


def connect_context(connection: Connection, context: Context, now: datetime) -> None:
    """Connect a platform's course with a course here, in place of the one that it was connected with."""
    values = {"course_id": context.course_id, "members_url": context.members_url}
    connection.execute(
        upsert(connection, LtiContext)
        .values(
            platform_id=context.platform_id,
            deployment_id=context.deployment,
            context_id=context.context,
            created_at=now,
            **values,
        )
        .on_conflict_do_update(index_elements=["platform_id", "deployment_id", "context_id"], set_=values)
    )


def find_context(connection: Connection, platform_id: UUID, deployment: str, context: str) -> Context | None:
    """Return a platform's course if it is connected with a course here."""
    query = select(*_OF_CONTEXT).where(
        LtiContext.platform_id == platform_id,
        LtiContext.deployment_id == deployment,
        LtiContext.context_id == context,
    )
    row = connection.execute(query).first()
    return None if row is None else _context(row)


def contexts_of(connection: Connection, course_id: UUID) -> Sequence[Context]:
    """Return the courses of platforms that a course is connected with."""
    query = select(*_OF_CONTEXT).where(LtiContext.course_id == course_id).order_by(LtiContext.created_at)
    return [_context(row) for row in connection.execute(query)]


def _context(row: Row[*tuple[Any, ...]]) -> Context:
    return Context(
        platform_id=UUID(bytes=row.platform_id.bytes),  # asyncpg returns UUIDs in its own class.
        deployment=row.deployment_id,
        context=row.context_id,
        course_id=UUID(bytes=row.course_id.bytes),
        members_url=row.members_url,
    )


def _platforms(connection: Connection, condition: ColumnElement[bool]) -> Sequence[Platform]:
    query = select(*_COLUMNS).where(condition).order_by(LtiPlatform.issuer, LtiPlatform.client_id)
    rows = connection.execute(query).mappings()
    return [Platform(**(dict(row) | {"id": UUID(bytes=row["id"].bytes)})) for row in rows]
