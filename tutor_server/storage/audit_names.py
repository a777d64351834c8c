"""Names for the people, modules and courses that lines of the audit log concern. The log itself holds ids only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from tutor_server.storage.models import Course, LearningModule, User

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from tutor_server.storage.audit import Action


@dataclass(frozen=True, slots=True)
class Names:
    """The addresses of accounts, and the slugs of modules and courses, by id."""

    people: Mapping[UUID, str]
    modules: Mapping[str, str]
    courses: Mapping[UUID, str]

    def concerned(self, action: Action) -> str:
        """Return what an action concerns: a person, a module, else the course. What is gone is called by its id."""
        if action.user_id is not None:
            return self.people.get(UUID(bytes=action.user_id.bytes), "an erased account")
        if action.action.startswith("member_"):
            return "an address without an account"
        if action.module_id is not None:
            return self.modules.get(action.module_id, action.module_id)
        if action.course_id is not None:
            return self.courses.get(UUID(bytes=action.course_id.bytes), "")
        return ""


def names_of(connection: Connection, actions: Iterable[Action]) -> Names:
    """Return the names that some lines need."""
    lines = list(actions)
    people = {line.user_id for line in lines if line.user_id is not None}
    modules = {line.module_id for line in lines if line.module_id is not None}
    courses = {line.course_id for line in lines if line.course_id is not None}
    emails = connection.execute(select(User.id, User.email).where(User.id.in_(people)))
    slugs = connection.execute(select(LearningModule.id, LearningModule.slug).where(LearningModule.id.in_(modules)))
    titles = connection.execute(select(Course.id, Course.slug).where(Course.id.in_(courses)))
    return Names(
        people={UUID(bytes=user_id.bytes): email for user_id, email in emails},
        modules={module_id: slug or module_id for module_id, slug in slugs},
        courses={UUID(bytes=course_id.bytes): slug for course_id, slug in titles},
    )
