"""The student's courses: the list, joining and leaving one, and the course that a folder is assigned to."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from tutor_lsp import protocol
from tutor_lsp.capture.workspace_module import choose_course, workspace_place
from tutor_lsp.features.base import Feature
from tutor_lsp.features.modules import in_course
from tutor_lsp.lsp.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_lsp.features.base import Handler
    from tutor_lsp.features.status import StatusReport
    from tutor_lsp.sign_in.accounts import Course
    from tutor_lsp.tutors.choice import TutorChoice


class Courses(Feature):
    """Feature: the commands `tutor.courses`, `tutor.joinCourse`, `tutor.leaveCourse` and `tutor.chooseCourse`.

    Each raises `Refused`, with a sentence for the student, if the service cannot be reached or refuses.
    """

    def __init__(self, choice: TutorChoice, status: StatusReport) -> None:
        self._choice = choice
        self._status = status

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands."""
        return {
            protocol.COURSES: self.list,
            protocol.JOIN_COURSE: self.join,
            protocol.LEAVE_COURSE: self.leave,
            protocol.CHOOSE_COURSE: self.choose,
        }

    async def list(self, argument: protocol.ModulesArgument) -> protocol.CourseList:
        """Return the student's courses, and the chosen course of a document."""
        from tutor_lsp.tutors.course import list_courses  # noqa: PLC0415 - needed only with a service

        courses = await in_course(self._choice, list_courses)
        chosen = None if argument.uri is None else await asyncio.to_thread(_course_of, argument.uri)
        return protocol.CourseList(courses=[_as_message(course) for course in courses], chosen=chosen)

    async def join(self, argument: protocol.JoinCourse) -> protocol.StudentCourse:
        """Join the course that a code or a link opens, and return it."""
        from tutor_lsp.tutors.course import NoSuchCode, join_course  # noqa: PLC0415 - needed only with a service

        try:
            return _as_message(await in_course(self._choice, partial(join_course, code=argument.code)))
        except NoSuchCode as error:
            raise Refused(str(error)) from None

    async def leave(self, argument: protocol.LeaveCourse) -> None:
        """Leave a course."""
        from tutor_lsp.tutors.course import NoSuchCourse, leave_course  # noqa: PLC0415 - needed only with a service

        try:
            await in_course(self._choice, partial(leave_course, course=argument.course))
        except NoSuchCourse:
            raise Refused(f"You are in no course {argument.course}.") from None

    async def choose(self, argument: protocol.ChooseCourse) -> None:
        """Write a course into the `.tutor.toml` of a folder."""
        await asyncio.to_thread(choose_course, argument.folder, argument.course, argument.uri)
        self._status.is_in(argument.course)
        self._status.refresh()


def _as_message(course: Course) -> protocol.StudentCourse:
    return protocol.StudentCourse(
        slug=course.slug,
        title=" ".join(course.title.split()),
        role=course.role,
        remaining_today=course.remaining_today,
    )


def _course_of(uri: str) -> str | None:
    """Return the course of a document, or None. An invalid `.tutor.toml` is ignored, since an ask reports it."""
    try:
        return workspace_place(uri).course
    except Refused:
        return None
