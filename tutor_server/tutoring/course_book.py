"""The courses as cached by this process: read from the database every second, and checked before every ask."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from tutor_server.errors import CourseOff, DatabaseUnavailable
from tutor_server.storage.courses import all_courses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.storage.courses import StoredCourse
    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()

POLL_SECONDS = 1.0
"""Seconds between two reads. A change takes effect in every process within 2 seconds."""
NOT_BEGUN = "This course has not begun yet."
OVER = "This course is over."


class CourseBook:
    """The cached courses. `run` updates them; while the database is unavailable, the last state applies."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._courses: Mapping[UUID, StoredCourse] = {}
        self._listeners: list[Callable[[frozenset[UUID]], object]] = []

    def find(self, reference: str | UUID) -> StoredCourse | None:
        """Return a course by id or slug, or None for one that this process does not know."""
        if isinstance(reference, UUID):
            return self._courses.get(reference)
        named = next((course for course in self._courses.values() if course.slug == reference), None)
        if named is not None:
            return named
        try:
            return self._courses.get(UUID(reference))
        except ValueError:
            return None

    def refusal(self, course_id: UUID) -> CourseOff | None:
        """Return the refusal of asks in a course that is off, has not begun or is over; or None."""
        course, now = self._courses.get(course_id), self._clock.now()
        if course is None:
            return None
        if course.off_since is not None:
            return CourseOff(course.off_reason or None, course_id=course_id)
        if course.starts is not None and now < course.starts:
            return CourseOff(NOT_BEGUN, course_id=course_id)
        if course.ends is not None and now >= course.ends:
            return CourseOff(OVER, course_id=course_id)
        return None

    def subscribe(self, listener: Callable[[frozenset[UUID]], object]) -> None:
        """Register a function that is called after each read, with the courses whose members have changed."""
        self._listeners.append(listener)

    async def run(self) -> None:
        """Read the courses regularly, until cancelled."""
        while True:
            try:
                await self.catch_up()
            except (DatabaseUnavailable, SQLAlchemyError) as error:
                log.warning("courses_unread", reason=type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    async def catch_up(self) -> None:
        """Read the courses, and call the listeners."""
        courses = {course.id: course for course in await self._database.read(all_courses)}
        changed = frozenset(
            course_id
            for course_id, known in self._courses.items()
            if course_id in courses and courses[course_id].members_version != known.members_version
        )
        self._courses = courses
        for listener in self._listeners:
            listener(changed)
