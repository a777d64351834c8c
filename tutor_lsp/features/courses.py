"""The student's courses: the list, joining one by its code, and the course that a folder is assigned to."""

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
    from tutor_lsp.sign_in.accounts import Course
    from tutor_lsp.tutors.choice import TutorChoice


class Courses(Feature):
    """Feature: the commands `tutor.courses`, `tutor.joinCourse` and `tutor.chooseCourse`.

    Each raises `Refused`, with a sentence for the student, if the service cannot be reached or refuses.
    """

    def __init__(self, choice: TutorChoice) -> None:
        self._choice = choice

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands."""
        return {
            protocol.COURSES: self.list,
            protocol.JOIN_COURSE: self.join,
            protocol.CHOOSE_COURSE: self.choose,
        }

    async def list(self, argument: protocol.ModulesArgument) -> protocol.CourseList:
        """Return the student's courses, and the chosen course of a document."""
        from tutor_lsp.tutors.course import list_courses  # noqa: PLC0415 - needed only with a service

        courses = await in_course(self._choice, list_courses)
        chosen = None if argument.uri is None else await asyncio.to_thread(_course_of, argument.uri)
        return protocol.CourseList(courses=[_as_message(course) for course in courses], chosen=chosen)

    async def join(self, argument: protocol.JoinCourse) -> protocol.StudentCourse:
        """Join the course that a code opens, and return it."""
        from tutor_lsp.tutors.course import NoSuchCode, join_course  # noqa: PLC0415 - needed only with a service

        try:
            return _as_message(await in_course(self._choice, partial(join_course, code=argument.code)))
        except NoSuchCode:
            raise Refused("This code opens no course. Check it, or ask your instructor for a new one.") from None

    async def choose(self, argument: protocol.ChooseCourse) -> None:
        """Write a course into the `.tutor.toml` of a folder."""
        await asyncio.to_thread(choose_course, argument.folder, argument.course)


def _as_message(course: Course) -> protocol.StudentCourse:
    return protocol.StudentCourse(slug=course.slug, title=" ".join(course.title.split()), role=course.role)


def _course_of(uri: str) -> str | None:
    """Return the course of a document, or None. An invalid `.tutor.toml` is ignored, since an ask reports it."""
    try:
        return workspace_place(uri).course
    except Refused:
        return None
