"""Connects a platform's course with a course here: an instructor chooses it once, or makes a new one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_server.administration.join_codes import new_join_code
from tutor_server.errors import CourseTaken, NotFound
from tutor_server.lti.attempts import hash_of
from tutor_server.lti.enrolling import enrol
from tutor_server.lti.refusals import AGAIN, LaunchRefused
from tutor_server.storage import audit, lti, lti_people, members
from tutor_server.storage.courses import StoredCourse, add_course
from tutor_server.storage.lti import Context
from tutor_server.storage.memberships import Role, memberships_of, require_membership

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.administration.service import Actor, AdministrationService
    from tutor_server.lti.claims import Launch
    from tutor_server.lti.launches import Launches

_MOST_SLUGS = 50
_NOT_CONNECTED = "Your instructor has not connected this course with the tutor yet. Please try again later."


@dataclass(frozen=True, slots=True)
class Choice:
    """The courses that an instructor may connect, and whether a new one may be made."""

    courses: Sequence[StoredCourse]
    may_make: bool


@dataclass(frozen=True, slots=True)
class Connecting:
    """The use cases. Each raises `LaunchRefused` for somebody who is not an instructor of the platform's course."""

    launches: Launches
    administration: AdministrationService

    async def choices(self, launch: Launch, user_id: UUID) -> Choice:
        """Return what a signed-in person can connect the platform's course with."""
        _require_instructor(launch)

        def unit(connection: Connection) -> Choice:
            own = [each.course for each in memberships_of(connection, user_id) if each.role is Role.INSTRUCTOR]
            platform = lti.find_platform(connection, launch.platform_id)
            return Choice(own, platform is not None and platform.makes_courses)

        return await self.administration.database.read(unit)

    async def connect(self, actor: Actor, ticket: str, reference: str) -> StoredCourse:
        """Connect the platform's course of a launch with a course, or with a new one if `reference` is empty.

        Raise `LaunchRefused`, or `NotFound` for a course of which the person is no instructor.
        """
        launch, now = await self.launches.waiting(ticket), self.administration.clock.now()
        _require_instructor(launch)

        def unit(connection: Connection) -> StoredCourse:
            user_id = lti_people.user_of(connection, launch.platform_id, launch.subject)
            if user_id is None or user_id != actor.user_id:
                raise LaunchRefused(f"You are signed in as somebody else. {AGAIN}", "another person")
            if reference:
                course = require_membership(connection, user_id, reference, Role.INSTRUCTOR).course
            else:
                course = self._new_course(connection, launch)
                members.save_members(connection, course.id, {actor.name(connection): Role.INSTRUCTOR}, now)
            context = Context(launch.platform_id, launch.deployment, launch.context, course.id, launch.members_url)
            lti.connect_context(connection, context, now)
            enrol(connection, context, actor.name(connection), launch.role, now)
            if not lti_people.use_launch(connection, hash_of(ticket)):
                raise LaunchRefused(f"This launch was carried out already. {AGAIN}", "ticket")
            details = {"platform": str(launch.platform_id), "context": launch.context, "is_new": not reference}
            row = self.administration.action(
                connection, actor, "lti_course_connected", now, course_id=course.id, details=details
            )
            audit.record(connection, row)
            return course

        return await self.administration.commit("lti_course_connected", unit)

    def _new_course(self, connection: Connection, launch: Launch) -> StoredCourse:
        platform = lti.find_platform(connection, launch.platform_id)
        if platform is None or not platform.makes_courses:
            raise NotFound
        title = launch.title or "Course"
        for slug in _slugs(title):
            course = StoredCourse(id=self.administration.new_id(), slug=slug, title=title, join_code=new_join_code())
            if add_course(connection, course, self.administration.clock.now()):
                return course
        raise CourseTaken


def _require_instructor(launch: Launch) -> None:
    if launch.role is not Role.INSTRUCTOR or not launch.context:
        raise LaunchRefused(_NOT_CONNECTED, "not connected", status=404)


def _slugs(title: str) -> Sequence[str]:
    name = re.sub(r"[^a-z0-9]+", "-", title.lower())[:48].strip("-") or "course"
    return [name, *(f"{name}-{number}" for number in range(2, _MOST_SLUGS))]
