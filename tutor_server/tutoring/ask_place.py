"""The place of an ask: its course and its module, from what the ask names and what the student may use."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from tutor_server.admission.limiter import CourseLimits
from tutor_server.errors import CourseNeeded, NotFound
from tutor_server.storage.background import NO_MODULE, NO_SESSION, course_of_session
from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.modules import find_modules, one_module
from tutor_server.storage.spending import Budgets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_protocol import Ask
    from tutor_server.clock import Clock
    from tutor_server.storage.background import Asker, Standing
    from tutor_server.storage.courses import StoredCourse
    from tutor_server.storage.database import Database
    from tutor_server.storage.modules import Module
    from tutor_server.tutoring.course_book import CourseBook

NO_COURSE = "This course does not exist."
KNOWN_MODULES = 1_000
KNOWN_SECONDS = 30.0
"""Seconds for which a process remembers to which modules a name leads. The opening transaction checks the module."""


@dataclass(frozen=True, slots=True)
class AskPlace:
    """The course of an ask, with the student's standing in it, and the id of the module."""

    course: StoredCourse
    standing: Standing
    module_id: str | None = None

    @property
    def limits(self) -> CourseLimits | None:
        """The limits of the course for this student, or None if it has none of its own."""
        own, course = self.standing.own_limits, self.course
        limits = CourseLimits(
            course_id=course.id,
            messages_per_minute=(own and own.messages_per_minute) or course.messages_per_minute,
            daily_messages=self.daily_messages,
            budgets=course.budgets,
        )
        is_unlimited = limits.messages_per_minute is None and limits.daily_messages is None
        return None if is_unlimited and limits.budgets == Budgets() else limits

    @property
    def daily_messages(self) -> int | None:
        """The student's daily cap in the course, or None if there is none."""
        own = self.standing.own_limits
        return (own and own.daily_messages) or self.course.daily_message_cap


class AskPlaces:
    """Finds the places of asks. Names of modules are remembered, so that a student's next ask needs no read."""

    def __init__(self, database: Database, book: CourseBook, clock: Clock) -> None:
        self._database = database
        self._book = book
        self._clock = clock
        self._modules: OrderedDict[str, tuple[float, Sequence[Module]]] = OrderedDict()

    async def place_of(self, asker: Asker, ask: Ask) -> AskPlace:
        """Return the place of an ask: the named course, or the module's, the only one, the session's, or `default`.

        Raise `NotFound` for a course, module or session that the student may not use, and `CourseNeeded` if the student
        is in several courses of which none is named.
        """
        if ask.course_id is not None:
            course = await self._course(ask.course_id)
            place = None if course is None else _place(asker, course)
            if place is None:
                raise NotFound(NO_COURSE)
            return place if ask.module_id is None else await self._in_module(ask.module_id, (place,))
        places = [place for standing in asker.standings if (place := await self._place_in(asker, standing.course_id))]
        if ask.module_id is not None:
            return await self._in_module(ask.module_id, places)
        if len(places) == 1:
            return places[0]
        course_id = DEFAULT_COURSE if ask.session_id is None else await self._course_of_session(asker, ask.session_id)
        found = next((place for place in places if place.course.id == course_id), None)
        if found is None:
            raise CourseNeeded if places else NotFound(NO_COURSE)
        return found

    async def _course(self, reference: str | UUID) -> StoredCourse | None:
        """Return a course; one that is unknown here may be a new one, so the book is read again."""
        course = self._book.find(reference)
        if course is None:
            await self._book.catch_up()
            course = self._book.find(reference)
        return course

    async def _place_in(self, asker: Asker, course_id: UUID) -> AskPlace | None:
        course = await self._course(course_id)
        return None if course is None else _place(asker, course)

    async def _in_module(self, name: str, places: Sequence[AskPlace]) -> AskPlace:
        """Return the place in the module that a name leads to in some courses."""
        by_course = {place.course.id: place for place in places}
        modules = [module for module in await self._modules_named(name) if module.course_id in by_course]
        module = one_module(modules)
        if module is None:
            raise CourseNeeded if modules else NotFound(NO_MODULE)
        return replace(by_course[module.course_id], module_id=module.id)

    async def _modules_named(self, name: str) -> Sequence[Module]:
        now = self._clock.monotonic()
        known = self._modules.get(name)
        if known is not None and now < known[0]:
            return known[1]
        found = await self._database.read(lambda connection: find_modules(connection, name))
        if found:  # Names that lead nowhere are not remembered: a client can invent any number of them.
            self._modules[name] = (now + KNOWN_SECONDS, [replace(module, statement="") for module in found])
            self._modules.move_to_end(name)
            if len(self._modules) > KNOWN_MODULES:
                self._modules.popitem(last=False)
        return found

    def forget_module(self, name: str | None) -> None:
        """Forget where a name of a module leads, because the module is not there any more."""
        if name is not None:
            self._modules.pop(name, None)

    async def _course_of_session(self, asker: Asker, text: str) -> UUID:
        try:
            session_id = UUID(text)
        except ValueError:
            raise NotFound(NO_SESSION) from None
        found = await self._database.read(lambda connection: course_of_session(connection, asker.id, session_id))
        if found is None:
            raise NotFound(NO_SESSION)
        return found


def _place(asker: Asker, course: StoredCourse) -> AskPlace | None:
    standing = asker.standing_in(course.id)
    return None if standing is None else AskPlace(course, standing)
