"""The modules of the course at which a student is signed in, with the student's progress."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

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


class NoCourse(Exception):
    """No service is in use, as in local mode, so there is no course."""


class NoSuchModule(Exception):
    """The course has no module with this id."""


class NoSuchCode(Exception):
    """No course has this join code, or the code has expired."""


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
    """Join the course that a code opens, and return it. Raise `NoSuchCode`, or as `list_modules` does."""

    async def join(service: AccountService, access_token: str) -> Course:
        course = await service.join_course(access_token, code)
        if course is None:
            raise NoSuchCode
        return course

    return await _in_course(choice, join)


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
