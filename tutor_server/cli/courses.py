"""The operator's use cases for courses: making, listing, and moving them from one service to another."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from tutor_server.administration.course_rules import require_usable
from tutor_server.administration.course_transfer import TransferRefused, export_course, parse_course
from tutor_server.administration.courses import CourseAdministration
from tutor_server.administration.join_codes import new_join_code
from tutor_server.administration.module_files import GivenModule
from tutor_server.administration.roster import RosterRefused, read_roster
from tutor_server.administration.service import Actor, AdministrationService
from tutor_server.cli.database import OperatorRefused, opened_database
from tutor_server.clock import SystemClock
from tutor_server.errors import TutorError
from tutor_server.ledger.max_call_cost import unpriced_models
from tutor_server.llm.model_profiles import profiles_by_child_process
from tutor_server.llm.offline import OFFLINE
from tutor_server.llm.price_file import read_price_file
from tutor_server.llm.prices import Prices
from tutor_server.storage.courses import StoredCourse, all_courses, find_course
from tutor_server.storage.members import Member, all_members
from tutor_server.storage.memberships import Role
from tutor_server.storage.module_files import exercise_of
from tutor_server.storage.modules import modules_in_order

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from sqlalchemy import Connection

    from tutor_server.administration.roster_results import RowResult
    from tutor_server.settings import Settings
    from tutor_server.storage.database import Database

COMMAND = Actor("command")
MOST_MODULES = 10_000


async def add_course(settings: Settings, slug: str, title: str, instructors: Sequence[str]) -> StoredCourse:
    """Make a course with a join code and instructors. Raise `OperatorRefused`."""
    async with _courses(settings) as (_database, courses):
        new = StoredCourse(id=uuid7(), slug=slug, title=title, join_code=new_join_code())
        course = await courses.add(COMMAND, new)
        for email in instructors:
            await courses.set_member(COMMAND, slug, email.lower(), Role.INSTRUCTOR)
        return course


async def list_courses(settings: Settings) -> Sequence[StoredCourse]:
    """Return all courses. Raise `OperatorRefused`."""
    async with opened_database(settings) as database:
        return await database.read(all_courses)


async def set_role(settings: Settings, slug: str, email: str, role: Role) -> Member:
    """Make an address a member of a course. Raise `OperatorRefused`."""
    async with _courses(settings) as (_database, courses):
        return await courses.set_member(COMMAND, slug, email.lower(), role)


async def import_roster(
    settings: Settings, slug: str, content: bytes, parse_email: Callable[[str], str]
) -> tuple[bool, Sequence[RowResult]]:
    """Carry out a roster. Raise `OperatorRefused`."""
    try:
        rows = read_roster(content, parse_email)
    except RosterRefused as refused:
        raise OperatorRefused(str(refused)) from refused
    async with _courses(settings) as (_database, courses):
        return await courses.import_roster(COMMAND, slug, rows)


async def export(settings: Settings, slug: str) -> str:
    """Return a course as a document. Raise `OperatorRefused`."""

    def read(connection: Connection) -> str | None:
        course = find_course(connection, slug)
        if course is None:
            return None
        modules = modules_in_order(connection, courses=(course.id,), after=None, limit=MOST_MODULES)
        given = [GivenModule(module, exercise_of(connection, module.id, with_reference=True)) for module in modules]
        return export_course(course, given, all_members(connection, course.id))

    async with opened_database(settings) as database:
        document = await database.read(read)
    if document is None:
        raise OperatorRefused(f"there is no course {slug}")
    return document


async def import_course(settings: Settings, text: str, slug: str | None) -> StoredCourse:
    """Make a course from a document, or change the one with its slug. Nothing is removed. Raise `OperatorRefused`.

    Its providers must be the service's, and a budget needs prices, as over HTTP.
    """
    try:
        document = parse_course(text)
    except TransferRefused as refused:
        raise OperatorRefused(str(refused)) from refused
    has_budget = (document.daily_budget_nanodollars, document.monthly_budget_nanodollars) != (None, None)
    unpriced = await asyncio.to_thread(_unpriced, settings) if has_budget else ()
    async with _courses(settings) as (_database, courses):
        usable = {*settings.chain, OFFLINE}
        require_usable(document.providers or (), has_budget=has_budget, usable=usable, unpriced=unpriced)
        try:
            return await courses.take_over(COMMAND, document, slug or document.slug)
        except TransferRefused as refused:
            raise OperatorRefused(str(refused)) from refused


def _unpriced(settings: Settings) -> Sequence[str]:
    """Return the models of the service whose price is not known. Raise `SettingsError`."""
    if not settings.remote_models:
        return ()
    profiles = profiles_by_child_process(settings.remote_models)
    return unpriced_models(profiles, Prices.of(read_price_file(settings.data_dir), profiles), SystemClock().now())


@asynccontextmanager
async def _courses(settings: Settings) -> AsyncIterator[tuple[Database, CourseAdministration]]:
    async with opened_database(settings) as database:
        try:
            yield database, CourseAdministration(AdministrationService(database, SystemClock(), uuid7))
        except TutorError as error:
            raise OperatorRefused(error.detail.rstrip(".")) from error
