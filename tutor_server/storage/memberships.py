"""Membership in courses: the one place that decides who may see the things of a course.

A member is stored by e-mail address, so that a roster can name people before they have an account. A row counts for
the account of that address once the address is confirmed. An account without any course is a student of `default`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, select

from tutor_server.errors import NotFound
from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.courses import all_courses, find_course
from tutor_server.storage.models import CourseMember, User
from tutor_server.storage.statement import Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from tutor_server.storage.courses import StoredCourse

REMOVED = "removed"
"""The role of somebody whom an instructor has removed: no code opens the course again, and `default` is left, too."""


class Role(IntEnum):
    """What a member may do: each role may do what the lower ones may. `OPERATOR` stands above all courses."""

    STUDENT = 1
    ASSISTANT = 2
    INSTRUCTOR = 3
    OPERATOR = 4

    @property
    def label(self) -> str:
        """The role's name on the wire and in the database."""
        return self.name.lower()


ROLES = {role.label: role for role in (Role.STUDENT, Role.ASSISTANT, Role.INSTRUCTOR)}
"""The roles of members by name."""
_NEEDED = {
    Role.STUDENT: "",
    Role.ASSISTANT: "Only assistants and instructors of this course can see this.",
    Role.INSTRUCTOR: "Only an instructor of this course can do this.",
}


@dataclass(frozen=True, slots=True)
class Membership:
    """A course that somebody may use, and as what."""

    course: StoredCourse
    role: Role


def row_counts_for(account: type[User]) -> ColumnElement[bool]:
    """Return the condition under which a row of members counts for an account."""
    return and_(CourseMember.email == account.email, account.confirmed_at.is_not(None))


def roles_by_course(rows: Iterable[tuple[UUID | None, str | None]]) -> Mapping[UUID, Role]:
    """Return the roles of an account from its rows, each with course id and role; a row may be of nulls."""
    stored = {UUID(bytes=course_id.bytes): role for course_id, role in rows if course_id is not None}
    roles = {course_id: ROLES[role] for course_id, role in stored.items() if role in ROLES}
    return roles if roles or DEFAULT_COURSE in stored else {DEFAULT_COURSE: Role.STUDENT}


def has_courses() -> ColumnElement[bool]:
    """Return the condition that an address in `users` has a course, or was removed from `default`."""
    counts = CourseMember.role.in_(ROLES) | (CourseMember.course_id == DEFAULT_COURSE)
    return select(CourseMember.email).where(CourseMember.email == User.email, counts).exists()


_ROWS = Query(
    lambda _: (
        select(User.is_operator, CourseMember.course_id, CourseMember.role)
        .outerjoin(CourseMember, row_counts_for(User))
        .where(User.id == bindparam("user"))
    ),
    lambda *row: row,
)


def roles_of(connection: Connection, user_id: UUID) -> Mapping[UUID, Role]:
    """Return the roles of an account in its courses; none if the account does not exist."""
    rows = _ROWS.all(connection, {"user": user_id})
    return roles_by_course((course_id, role) for _, course_id, role in rows) if rows else {}


def memberships_of(connection: Connection, user_id: UUID) -> Sequence[Membership]:
    """Return the courses of an account, in the order of their slugs."""
    roles = roles_of(connection, user_id)
    return [Membership(course, roles[course.id]) for course in all_courses(connection) if course.id in roles]


def is_operator(connection: Connection, user_id: UUID) -> bool:
    """Return whether an account is an operator."""
    return bool(connection.scalar(select(User.is_operator).where(User.id == user_id)))


def require_membership(
    connection: Connection, user_id: UUID | None, reference: str | UUID, at_least: Role = Role.STUDENT
) -> Membership:
    """Return a course by id or slug with somebody's role in it. `user_id` is None for the holder of the admin key.

    Raise `NotFound` if there is no such course, or the account is not a member with this role. The answer does not
    tell an outsider whether the course exists.
    """
    course = find_course(connection, reference)
    if course is None:
        raise NotFound
    if user_id is None:
        return Membership(course, Role.OPERATOR)
    rows = _ROWS.all(connection, {"user": user_id})
    if any(is_one for is_one, *_ in rows):
        return Membership(course, Role.OPERATOR)
    role = roles_by_course((course_id, role) for _, course_id, role in rows).get(course.id) if rows else None
    if role is None:
        raise NotFound
    if role < at_least:
        raise NotFound(_NEEDED[at_least])
    return Membership(course, role)
