"""The tables of LTI: the platforms that are registered, their courses, people and launches."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from tutor_server.storage.base import Base

_CASCADE = "CASCADE"
_URL = 2048
"""The maximum length of a URL."""


class LtiPlatform(Base):
    """A platform at which this service is registered as a tool. It is known by its issuer and our client id there.

    `vouches` says whether the operator trusts the platform's word on e-mail addresses, and `makes_courses` whether an
    instructor there may make a course here. `token_audience` is null unless the platform wants another audience than
    its token endpoint.
    """

    __tablename__ = "lti_platforms"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(512))
    client_id: Mapped[str] = mapped_column(String(255))
    authorization_url: Mapped[str] = mapped_column(String(_URL))
    token_url: Mapped[str] = mapped_column(String(_URL))
    token_audience: Mapped[str | None] = mapped_column(String(_URL))
    keys_url: Mapped[str] = mapped_column(String(_URL))
    vouches: Mapped[bool] = mapped_column(server_default=false())
    makes_courses: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime]


class LtiDeployment(Base):
    """A deployment of the tool at a platform. Launches of other deployments are refused.

    `course_id` is the course of all launches of the deployment that come from no course of their own; else null.
    """

    __tablename__ = "lti_deployments"

    platform_id: Mapped[UUID] = mapped_column(ForeignKey("lti_platforms.id", ondelete=_CASCADE), primary_key=True)
    deployment_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("courses.id", ondelete=_CASCADE))
    created_at: Mapped[datetime]


class LtiContext(Base):
    """A course at a platform, and the course here that it is connected with.

    `members_url` is where the platform's Names and Roles service lists its members; null if it offers none.
    """

    __tablename__ = "lti_contexts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["platform_id", "deployment_id"],
            ["lti_deployments.platform_id", "lti_deployments.deployment_id"],
            ondelete=_CASCADE,
        ),
    )

    platform_id: Mapped[UUID] = mapped_column(primary_key=True)
    deployment_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    context_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id", ondelete=_CASCADE), index=True)
    members_url: Mapped[str | None] = mapped_column(String(_URL))
    created_at: Mapped[datetime]


class LtiLaunch(Base):
    """A launch whose token was verified. The row keeps its state from being used again until the state has expired.

    `content` is what the launch said, as JSON; null once it was carried out. `email` is the address in it.
    """

    __tablename__ = "lti_launches"

    state_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    ticket_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    content: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LtiUser(Base):
    """A person at a platform (`sub`), and the account here that launches sign in to."""

    __tablename__ = "lti_users"

    platform_id: Mapped[UUID] = mapped_column(ForeignKey("lti_platforms.id", ondelete=_CASCADE), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete=_CASCADE), index=True)
    created_at: Mapped[datetime]
    launched_at: Mapped[datetime]


class LtiMember(Base):
    """The role that a platform's course gave an address last. A role that was changed here since stays as it is."""

    __tablename__ = "lti_members"
    __table_args__ = (
        ForeignKeyConstraint(
            ["platform_id", "deployment_id", "context_id"],
            ["lti_contexts.platform_id", "lti_contexts.deployment_id", "lti_contexts.context_id"],
            ondelete=_CASCADE,
        ),
    )

    platform_id: Mapped[UUID] = mapped_column(primary_key=True)
    deployment_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    context_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(16))
    seen_at: Mapped[datetime]
