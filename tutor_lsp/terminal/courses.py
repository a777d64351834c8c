"""`tutor courses` and `tutor join CODE`: the student's courses, and joining one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_lsp.terminal.exit_status import DONE, FAILED, Exit
from tutor_lsp.terminal.output import say
from tutor_lsp.terminal.service import choose, run
from tutor_lsp.tutors.course import NoCourse, NoSuchCode, join_course, list_courses

if TYPE_CHECKING:
    import argparse

NO_SERVICE = "Courses belong to a service, and you are in local mode. Sign in first: tutor sign-in --server URL"


def show(_options: argparse.Namespace) -> int:
    """Write the student's courses, one a line. Return the exit status."""
    try:
        courses = run(list_courses(choose()))
    except NoCourse:
        raise Exit(FAILED, NO_SERVICE) from None
    if not courses:
        say("You are in no course. Join one: tutor join CODE")
    width = max((len(course.slug) for course in courses), default=0)
    for course in courses:
        say(f"{course.role:<10}  {course.slug:<{width}}  {' '.join(course.title.split())}")
    return DONE


def join(options: argparse.Namespace) -> int:
    """Join the course that a code opens. Return the exit status."""
    try:
        course = run(join_course(choose(), options.code))
    except NoCourse:
        raise Exit(FAILED, NO_SERVICE) from None
    except NoSuchCode:
        raise Exit(FAILED, "This code opens no course. Check it, or ask your instructor for a new one.") from None
    say(f"You are in {' '.join(course.title.split())} ({course.slug}), as {course.role}.")
    return DONE
