"""The courses and the modules of the service at which a student is signed in, with the student's progress."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tutor_lsp.capture.exercise import GivenFile, lay_exercise
from tutor_lsp.service.session import SignedOut
from tutor_lsp.sign_in.accounts import AccountService

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path
    from typing import TypeVar

    from tutor_lsp.capture.exercise import LaidFiles
    from tutor_lsp.sign_in.accounts import Course, Exercise, Module
    from tutor_lsp.tutors.choice import TutorChoice

    T = TypeVar("T")


NO_SUCH_CODE = "This code opens no course. Check it, or ask your instructor for a new one."


class NoCourse(Exception):
    """No service is in use, as in local mode, so there is no course."""


class NoSuchModule(Exception):
    """The course has no module with this id."""


class NoSuchCode(Exception):
    """No course has this join code, or the code has expired. The message is a sentence for the student."""

    def __init__(self, message: str = NO_SUCH_CODE) -> None:
        super().__init__(message)


class NoSuchCourse(Exception):
    """The student is in no course with this slug."""


async def as_student(
    choice: TutorChoice, server_url: str, work: Callable[[AccountService, str], Awaitable[T]]
) -> T | None:
    """Return the result of `work`, called with a service and an access token, or None if the student is not signed in.

    A token that the service rejects is refreshed once. Raise `ServiceFault` if the service cannot be used.
    """
    access = choice.access_to(server_url)
    if access is None:
        return None
    service, credentials = choice.sign_ins.service(server_url), access.credentials
    token = await credentials.access_token()
    try:
        return None if token is None else await work(service, token)
    except SignedOut:
        token = await credentials.renew(token or "")
        return None if token is None else await work(service, token)


async def list_modules(choice: TutorChoice) -> list[Module]:
    """Return the modules in their order. Raise `NoCourse`, or `ServiceFault` (if signed out: `SignedOut`)."""
    return await _in_course(choice, AccountService.modules)


async def list_courses(choice: TutorChoice) -> list[Course]:
    """Return the student's courses. Raise as `list_modules` does."""
    return await _in_course(choice, AccountService.courses)


async def join_course(choice: TutorChoice, code: str) -> Course:
    """Join the course that a code or a link opens, and return it. Raise `NoSuchCode`, or as `list_modules` does."""
    code = _code_in(code, choice.server_url)

    async def join(service: AccountService, access_token: str) -> Course:
        course = await service.join_course(access_token, code)
        if course is None:
            raise NoSuchCode
        return course

    return await _in_course(choice, join)


def _code_in(text: str, server_url: str | None) -> str:
    """Return the code in what a student has typed: the code itself, or a link that ends in it."""
    parts = urlsplit(text.strip())
    _, is_link, code = parts.path.rpartition("/join/")
    if not is_link:
        return text
    if parts.netloc and server_url and parts.netloc != urlsplit(server_url).netloc:
        raise NoSuchCode(f"This link is of another tutor service, {parts.netloc}. Open it in a browser.")
    return unquote(code.strip("/"))


async def leave_course(choice: TutorChoice, course: str) -> None:
    """Leave a course, by its slug. Raise `NoSuchCourse`, or as `list_modules` does."""
    if not await _in_course(choice, lambda service, access_token: service.leave_course(access_token, course)):
        raise NoSuchCourse


async def complete_module(choice: TutorChoice, module_id: str) -> Module:
    """Mark a module as completed by the student, and return it.

    Raise `NoSuchModule`, or the exceptions of `list_modules`.
    """

    async def complete(service: AccountService, access_token: str) -> Module:
        module = next((module for module in await service.modules(access_token) if module.id == module_id), None)
        if module is None:
            raise NoSuchModule
        return await service.complete_module(access_token, module)

    return await _in_course(choice, complete)


async def start_exercise(choice: TutorChoice, module_id: str, folder: Path) -> tuple[Exercise, LaidFiles]:
    """Lay the files of a module's exercise into a folder, and return the exercise and what was laid.

    Raise `NoSuchModule`, `Refused` if the folder cannot be used, or the exceptions of `list_modules`.
    """

    async def load(service: AccountService, access_token: str) -> Exercise:
        exercise = await service.exercise(access_token, module_id)
        if exercise is None:
            raise NoSuchModule
        return exercise

    exercise = await _in_course(choice, load)
    statement = GivenFile(f"{module_id}.md", f"# {' '.join(exercise.title.split())}\n\n{exercise.statement}\n")
    starter, tests = ([GivenFile(name, text) for name, text in files] for files in (exercise.starter, exercise.tests))
    return exercise, await asyncio.to_thread(lay_exercise, folder, module_id, statement, starter, tests)


async def _in_course(choice: TutorChoice, work: Callable[[AccountService, str], Awaitable[T]]) -> T:
    if choice.server_url is None:
        raise NoCourse
    outcome = await as_student(choice, choice.server_url, work)
    if outcome is None:
        raise SignedOut
    return outcome
