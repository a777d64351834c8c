"""What becomes of each row of a roster, given the roles that its addresses had before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_server.storage.members import has_other_instructor
from tutor_server.storage.memberships import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from tutor_server.administration.roster import Outcome, RosterRow
    from tutor_server.storage.courses import StoredCourse

LAST = "the course would be left without an instructor"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row of a roster."""

    line: int
    email: str
    role: str
    outcome: Outcome
    reason: str | None = None


def lost_instructors(
    connection: Connection, course: StoredCourse, roles: Mapping[str, Role], before: Mapping[str, str]
) -> frozenset[str]:
    """Return the addresses of instructors whom a roster makes something else, if none is left then."""
    lost = {
        email
        for email, role in roles.items()
        if before.get(email) == Role.INSTRUCTOR.label and role is not Role.INSTRUCTOR
    }
    is_kept = Role.INSTRUCTOR in roles.values() or has_other_instructor(connection, course.id, lost)
    return frozenset() if is_kept else frozenset(lost)


def result_of(row: RosterRow, before: str | None, lost: frozenset[str]) -> RowResult:
    """Return what becomes of a row whose address had a role before, or none."""
    role = row.role.label
    if row.problem is not None:
        return RowResult(row.line, row.email, role, "refused", row.problem)
    if row.email in lost:
        return RowResult(row.line, row.email, role, "refused", LAST)
    if row.is_duplicate:
        return RowResult(row.line, row.email, role, "duplicate")
    if before is None:
        return RowResult(row.line, row.email, role, "added")
    return RowResult(row.line, row.email, role, "unchanged" if before == role else "changed")
