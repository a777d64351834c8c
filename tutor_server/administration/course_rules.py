"""What nobody may do in a course, whatever the role: take the last instructor away, or choose others' names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.errors import LastInstructor, ValidationFailed
from tutor_server.storage import members
from tutor_server.storage.memberships import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from tutor_server.storage.courses import StoredCourse


def require_own(before: StoredCourse, after: StoredCourse) -> None:
    """Raise `ValidationFailed` for names that an instructor chooses: a refusal would tell which ones others have."""
    if after.slug != before.slug:
        raise ValidationFailed("slug: only an operator can change it.")
    if after.join_code is not None and after.join_code != before.join_code:
        raise ValidationFailed("join_code: cannot be chosen. POST …/join-code makes a new one.")


def keep_an_instructor(connection: Connection, course: StoredCourse, emails: Sequence[str]) -> None:
    """Raise `LastInstructor` if one of the addresses is an instructor's, and no other instructor is left."""
    roles = members.stored_roles(connection, course.id, emails).values()
    if Role.INSTRUCTOR.label in roles and not members.has_other_instructor(connection, course.id, emails):
        raise LastInstructor
