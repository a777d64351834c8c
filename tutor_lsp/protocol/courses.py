"""The courses of the student."""

from __future__ import annotations

from collections.abc import Sequence

import attrs


@attrs.frozen(kw_only=True)
class StudentCourse:
    """A course of the student. `role` is `student`, `assistant` or `instructor`."""

    slug: str
    title: str
    role: str
    remaining_today: int | None = None
    """How many messages the student may still send in the course today."""


@attrs.frozen(kw_only=True)
class CourseList:
    """The student's courses. `chosen` is the course that `.tutor.toml` sets for the document.

    If an ask ends with the code `COURSE_NEEDED`, the client lets the student choose one of them, calls
    `tutor.chooseCourse` and asks again.
    """

    courses: Sequence[StudentCourse]
    chosen: str | None = None


@attrs.frozen(kw_only=True)
class JoinCourse:
    """Join the course that a code opens."""

    code: str
    """The code, or the whole link that has it."""


@attrs.frozen(kw_only=True)
class LeaveCourse:
    """Leave a course."""

    course: str
    """The slug of the course."""


@attrs.frozen(kw_only=True)
class ChooseCourse:
    """Choose a course for all asks from a folder. The server writes it into the folder's `.tutor.toml`."""

    folder: str
    """A `file:` URI."""
    course: str
    """The slug of the course."""
    uri: str | None = None
    """A document. If a `.tutor.toml` in its folder or above counts for it, the course is written there."""
