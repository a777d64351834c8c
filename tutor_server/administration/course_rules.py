"""What a course may be: it keeps an instructor, has names of its own, and settings that the service can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.errors import LastInstructor, ValidationFailed
from tutor_server.storage import members
from tutor_server.storage.memberships import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Connection

    from tutor_server.storage.courses import StoredCourse


def require_own(before: StoredCourse, after: StoredCourse) -> None:
    """Raise `ValidationFailed` for names that an instructor chooses: a refusal would tell which ones others have."""
    if after.slug != before.slug:
        raise ValidationFailed("slug: only an operator can change it.")
    if after.join_code is not None and after.join_code != before.join_code:
        raise ValidationFailed("join_code: cannot be chosen. POST …/join-code makes a new one.")


def require_usable(
    providers: Iterable[str], *, has_budget: bool, usable: Collection[str], unpriced: Sequence[str]
) -> None:
    """Raise `ValidationFailed` for providers that the service cannot use, and for a budget without prices."""
    if not set(usable).issuperset(providers):
        raise ValidationFailed(f"providers: takes {', '.join(sorted(usable))}.")
    if unpriced and has_budget:
        raise ValidationFailed(f"daily_budget_usd: no price is known for {', '.join(unpriced)}, so no budget can hold.")


def keep_an_instructor(connection: Connection, course: StoredCourse, emails: Sequence[str]) -> None:
    """Raise `LastInstructor` if one of the addresses is an instructor's, and no other instructor is left."""
    roles = members.stored_roles(connection, course.id, emails).values()
    if Role.INSTRUCTOR.label in roles and not members.has_other_instructor(connection, course.id, emails):
        raise LastInstructor
