"""The members of a course: adding, changing, removing and listing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, delete, false, literal, null, or_, select, true, type_coerce, union_all

from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.courses import note_changed_members
from tutor_server.storage.memberships import REMOVED, ROLES, Role, has_courses
from tutor_server.storage.models import ChatSession, CourseMember, LearningModule, ModuleProgress, User
from tutor_server.storage.statement import Statement
from tutor_server.storage.types import UtcDateTime
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import CompoundSelect, Connection

LOOKED_UP_AT_ONCE = 500
"""The maximum number of addresses in one query; PostgreSQL and SQLite bound the parameters of a statement."""
_READ_AT_ONCE = 1_000
"""The maximum number of members in one query."""
_SAVE = Statement(
    lambda insert: (new := insert(CourseMember)).on_conflict_do_update(
        index_elements=["course_id", "email"], set_={"role": new.excluded.role}
    )
)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a course. `joined_at` is None until the address has a confirmed account."""

    email: str
    role: str
    joined_at: datetime | None


def save_members(
    connection: Connection, course_id: UUID, roles: Mapping[str, Role], now: datetime
) -> Mapping[str, str | None]:
    """Write the role of each address in a course; return the role that each address had before, or None.

    Accounts without a course that have worked in `default` stay students of it.
    """
    before = stored_roles(connection, course_id, roles)
    changed = {email: role for email, role in roles.items() if before.get(email) != role.label}
    if course_id != DEFAULT_COURSE:
        _keep_in_default(connection, changed.keys() - before.keys(), now)
    if changed:
        _SAVE.execute_many(
            connection,
            [
                {"course_id": course_id, "email": email, "role": role.label, "created_at": now}
                for email, role in changed.items()
            ],
        )
    if changed.keys() & before.keys():
        note_changed_members(connection, course_id)
    return {email: before.get(email) for email in roles}


def _keep_in_default(connection: Connection, emails: Collection[str], now: datetime) -> None:
    """Make accounts that have no row, but questions or progress in `default`, students of it by a row."""
    has_asked = select(ChatSession.id).where(ChatSession.user_id == User.id, ChatSession.course_id == DEFAULT_COURSE)
    of_default = and_(ModuleProgress.module_id == LearningModule.id, LearningModule.course_id == DEFAULT_COURSE)
    has_progress = select(ModuleProgress.id).join(LearningModule, of_default).where(ModuleProgress.user_id == User.id)
    works_there = select(User.email).where(or_(has_asked.exists(), has_progress.exists()), ~has_courses())
    wanted = sorted(emails)
    for start in range(0, len(wanted), LOOKED_UP_AT_ONCE):
        some = works_there.where(User.email.in_(wanted[start : start + LOOKED_UP_AT_ONCE]))
        rows = [
            {"course_id": DEFAULT_COURSE, "email": email, "role": Role.STUDENT.label, "created_at": now}
            for email in connection.scalars(some)
        ]
        if rows:
            _SAVE.execute_many(connection, rows)


def stored_roles(connection: Connection, course_id: UUID, emails: Iterable[str]) -> Mapping[str, str]:
    """Return the roles that some addresses have in a course. In `default` an account without a row is a student."""
    wanted = list(emails)
    found: dict[str, str] = {}
    for start in range(0, len(wanted), LOOKED_UP_AT_ONCE):
        some = wanted[start : start + LOOKED_UP_AT_ONCE]
        members = _members(course_id).subquery()
        query = select(members.c.email, members.c.role).where(members.c.email.in_(some))
        found |= {row.email: row.role for row in connection.execute(query)}
    return found


def remove_member(connection: Connection, course_id: UUID, email: str, now: datetime) -> bool:
    """Remove a member, who may join again with the code, except in `default`; return whether there was one."""
    if course_id == DEFAULT_COURSE:
        return exclude_member(connection, course_id, email, now)
    if email not in stored_roles(connection, course_id, [email]):
        return False
    connection.execute(delete(CourseMember).where(CourseMember.course_id == course_id, CourseMember.email == email))
    note_changed_members(connection, course_id)
    return True


def exclude_member(connection: Connection, course_id: UUID, email: str, now: datetime) -> bool:
    """Remove a member whom no join code lets in again; return whether there was one."""
    if email not in stored_roles(connection, course_id, [email]):
        return False
    values = {"course_id": course_id, "email": email, "role": REMOVED, "created_at": now}
    connection.execute(
        upsert(connection, CourseMember)
        .values(values)
        .on_conflict_do_update(index_elements=["course_id", "email"], set_={"role": REMOVED})
    )
    note_changed_members(connection, course_id)
    return True


def has_other_instructor(connection: Connection, course_id: UUID, emails: Collection[str]) -> bool:
    """Return whether a course has an instructor besides some addresses."""
    query = select(CourseMember.email).where(
        CourseMember.course_id == course_id, CourseMember.role == Role.INSTRUCTOR.label
    )
    return any(email not in emails for email in connection.scalars(query))


def members_after(connection: Connection, course_id: UUID, email: str, limit: int) -> Sequence[Member]:
    """Return the next page of a course's members after an address."""
    members = _members(course_id).subquery()
    query = select(members).where(members.c.email > email).order_by(members.c.email).limit(limit)
    return [Member(row.email, row.role, row.joined_at) for row in connection.execute(query)]


def all_members(connection: Connection, course_id: UUID) -> list[Member]:
    """Return the members of a course, ordered by e-mail address."""
    found: list[Member] = []
    page = members_after(connection, course_id, "", _READ_AT_ONCE)
    while page:
        found += page
        page = members_after(connection, course_id, page[-1].email, _READ_AT_ONCE)
    return found


def find_member(connection: Connection, course_id: UUID, email: str) -> Member | None:
    """Return the member with an address."""
    members = _members(course_id).subquery()
    row = connection.execute(select(members).where(members.c.email == email)).first()
    return None if row is None else Member(row.email, row.role, row.joined_at)


def _members(course_id: UUID) -> CompoundSelect[tuple[str, str, datetime | None]]:
    """Return the query of a course's members, with address, role and the time at which they joined."""
    joined_at = case(
        (User.confirmed_at.is_(None), null()),
        (User.confirmed_at > CourseMember.created_at, User.confirmed_at),
        else_=CourseMember.created_at,
    )
    rows = (
        select(CourseMember.email, CourseMember.role, type_coerce(joined_at, UtcDateTime()).label("joined_at"))
        .outerjoin(User, User.email == CourseMember.email)
        .where(CourseMember.course_id == course_id, CourseMember.role.in_(ROLES))
    )
    is_default = true() if course_id == DEFAULT_COURSE else false()
    without_row = select(User.email, literal(Role.STUDENT.label), User.created_at).where(is_default, ~has_courses())
    return union_all(rows, without_row)


def stored_role(connection: Connection, course_id: UUID, email: str) -> str | None:
    """Return the role of an address in a course, or None if it is not a member."""
    return stored_roles(connection, course_id, [email]).get(email)


def is_removed(connection: Connection, course_id: UUID, email: str) -> bool:
    """Return whether an instructor has removed an address from a course."""
    row = (CourseMember.course_id == course_id) & (CourseMember.email == email) & (CourseMember.role == REMOVED)
    return connection.scalar(select(CourseMember.email).where(row)) is not None
