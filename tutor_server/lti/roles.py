"""The role in a course here that the roles of a platform's course stand for (LTI 1.3 Core, appendix A.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.storage.memberships import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

_CONTEXT = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_TEACHING_ASSISTANT = "Instructor#TeachingAssistant"
_BY_NAME = {
    "Instructor": Role.INSTRUCTOR,
    "ContentDeveloper": Role.ASSISTANT,
    "Manager": Role.ASSISTANT,
    "Learner": Role.STUDENT,
}
"""Roles of the course alone. Roles in the institution or the system say nothing about a course."""
_STUDENT_OF_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student"
"""All that Open edX says about a student of a course before version 11.1 of its LTI component.

Canvas and Moodle send more roles for everybody, so that a stranger to their course is none here either.
"""


def role_of(roles: Iterable[object]) -> Role | None:
    """Return the role of somebody with these roles in a platform's course, or None if they give none.

    Platforms send a teaching assistant as an instructor, too. The lower one of both counts then. A platform that
    says nothing but that somebody is a student of the institution means a student of the course.
    """
    said = [role for role in roles if isinstance(role, str)]
    names = {name for role in said if (name := _name(role)) is not None}
    if _TEACHING_ASSISTANT in names:
        return Role.ASSISTANT
    if set(said) == {_STUDENT_OF_INSTITUTION}:
        return Role.STUDENT
    return max((_BY_NAME[name] for name in names & _BY_NAME.keys()), default=None)


def _name(role: str) -> str | None:
    """Return the name of a role of the course: `Learner`, or `Instructor#TeachingAssistant` with its sub-role."""
    if not role.startswith(("http:", "urn:")):
        return role  # A short name is allowed for roles of the course.
    if role.startswith(f"{_CONTEXT}#"):
        return role.removeprefix(f"{_CONTEXT}#")
    return role.removeprefix(f"{_CONTEXT}/") if role.startswith(f"{_CONTEXT}/") else None
