"""`tutor courses`, `tutor join CODE` and `tutor leave COURSE`: the student's courses, and the one of a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_lsp.capture.workspace_module import choose_course, workspace_place
from tutor_lsp.lsp.refused import Refused
from tutor_lsp.terminal.exit_status import DONE, FAILED, WRONG_USE, Exit
from tutor_lsp.terminal.output import choose_way, is_interactive, say
from tutor_lsp.terminal.service import choose, run
from tutor_lsp.tutors.course import NoCourse, NoSuchCode, NoSuchCourse, join_course, leave_course, list_courses

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tutor_lsp.sign_in.accounts import Course

NO_SERVICE = "Courses belong to a service, and you are in local mode. Sign in first: tutor sign-in --server URL"
IN_NO_COURSE = "You are in no course. Join one: tutor join CODE"


def show(_options: argparse.Namespace) -> int:
    """Write the student's courses, one a line, with what is left today. Return the exit status."""
    courses = _courses()
    if not courses:
        say(IN_NO_COURSE)
    width = max((len(course.slug) for course in courses), default=0)
    here = _course_of(Path.cwd() / "any.py")
    for course in courses:
        notes = [] if course.remaining_today is None else [f"{course.remaining_today} left today"]
        notes += ["this folder's"] if course.slug == here else []
        say(" · ".join([f"{course.role:<10}  {course.slug:<{width}}  {_title(course)}", *notes]))
    return DONE


def join(options: argparse.Namespace) -> int:
    """Join the course that a code or a link opens. Return the exit status."""
    try:
        course = run(join_course(choose(), options.code))
    except NoCourse:
        raise Exit(FAILED, NO_SERVICE) from None
    except NoSuchCode as error:
        raise Exit(FAILED, str(error)) from None
    say(f"You are in {_title(course)} ({course.slug}), as {course.role}.")
    return DONE


def leave(options: argparse.Namespace) -> int:
    """Leave a course. Return the exit status."""
    try:
        run(leave_course(choose(), options.course))
    except NoCourse:
        raise Exit(FAILED, NO_SERVICE) from None
    except NoSuchCourse:
        raise Exit(FAILED, f"You are in no course {options.course!r}. `tutor courses` lists yours.") from None
    say(f"You have left {options.course}.")
    return DONE


def use(options: argparse.Namespace) -> int:
    """Choose a course for a folder. Return the exit status."""
    folder = Path(options.folder).absolute()
    if not folder.is_dir():
        raise Exit(WRONG_USE, f"{options.folder} is not a folder.")
    course = next((course for course in _courses() if course.slug == options.course), None)
    if course is None:
        raise Exit(FAILED, f"You are in no course {options.course!r}. `tutor courses` lists yours.")
    _keep(folder, course)
    return DONE


def choose_for(path: Path) -> None:
    """Let the student choose the course of a program's folder. Raise `Exit` if that cannot be asked, or for no."""
    courses = _courses()
    if not courses:
        raise Exit(FAILED, IN_NO_COURSE)
    if not is_interactive():
        names = ", ".join(course.slug for course in courses)
        raise Exit(FAILED, f"You are in several courses: {names}. Choose one for this folder: tutor courses use COURSE")
    ways = {str(number): _title(course) for number, course in enumerate(courses, 1)} | {"n": "stop"}
    way = choose_way(f"Which course is the folder {path.parent.name} for? It is kept there.", ways)
    if way == "n":
        raise Exit(FAILED, "Stopped.")
    _keep(path.parent, courses[int(way) - 1], path)


def _courses() -> Sequence[Course]:
    try:
        return run(list_courses(choose()))
    except NoCourse:
        raise Exit(FAILED, NO_SERVICE) from None


def _keep(folder: Path, course: Course, program: Path | None = None) -> None:
    """Write the choice into the `.tutor.toml` that counts for a program, else into that of the folder."""
    try:
        choose_course(folder.as_uri(), course.slug, None if program is None else program.as_uri())
    except Refused as refused:
        raise Exit(FAILED, str(refused)) from None
    say(f"Questions in {folder.name or os.sep} are now asked in {_title(course)}.")


def _course_of(path: Path) -> str | None:
    try:
        return workspace_place(path.as_uri()).course
    except Refused:
        return None


def _title(course: Course) -> str:
    return " ".join(course.title.split())
