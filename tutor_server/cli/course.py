"""The operator's use cases for a course: modules, the off switch, and single students' limits."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from tutor_server.administration.module_export import ExportRefused, write_modules
from tutor_server.administration.module_files import GivenModule, ModuleFilesRefused, read_modules
from tutor_server.administration.service import Actor, AdministrationService
from tutor_server.cli.database import OperatorRefused, opened_database
from tutor_server.clock import SystemClock
from tutor_server.errors import NotFound
from tutor_server.storage.module_files import exercise_of
from tutor_server.storage.modules import modules_in_order
from tutor_server.storage.switches import switched_off

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from tutor_server.settings import Settings
    from tutor_server.storage.modules import Module
    from tutor_server.storage.overrides import OwnLimits
    from tutor_server.storage.switches import Off

COMMAND = Actor("command")
MOST_MODULES = 10_000


async def import_modules(settings: Settings, folder: Path) -> Sequence[Module]:
    """Create or replace one module for each Markdown file of a folder. Raise `OperatorRefused`."""
    try:
        given = read_modules(folder)
    except ModuleFilesRefused as error:
        raise OperatorRefused(str(error)) from error
    async with _administration_service(settings) as administration:
        await administration.save_modules(COMMAND, given)
    return [one.module for one in given]


async def list_modules(settings: Settings) -> Sequence[Module]:
    """Return the modules in their order. Raise `OperatorRefused`."""
    async with opened_database(settings) as database:
        return await database.read(lambda connection: modules_in_order(connection, after=None, limit=MOST_MODULES))


async def export_modules(settings: Settings, folder: Path, *, with_reference: bool) -> Sequence[Module]:
    """Write every module with the files of its exercise into a folder. Raise `OperatorRefused`."""

    def read(connection: Connection) -> list[GivenModule]:
        return [
            GivenModule(module, exercise_of(connection, module.id, with_reference=with_reference))
            for module in modules_in_order(connection, after=None, limit=MOST_MODULES)
        ]

    async with opened_database(settings) as database:
        given = await database.read(read)
    try:
        write_modules(folder, given)
    except (ExportRefused, OSError) as error:
        raise OperatorRefused(str(error)) from error
    return [one.module for one in given]


async def remove_module(settings: Settings, module_id: str) -> None:
    """Delete a module with all progress in it. Raise `OperatorRefused`."""
    async with _administration_service(settings) as administration:
        await administration.remove_module(COMMAND, module_id)


async def switch_off(settings: Settings, module_id: str | None, message: str) -> None:
    """Switch the tutor off, for one module or for everything. Raise `OperatorRefused`."""
    async with _administration_service(settings) as administration:
        await administration.switch_off(COMMAND, module_id, message)


async def switch_on(settings: Settings, module_id: str | None) -> None:
    """Switch the tutor on again. Raise `OperatorRefused`."""
    async with _administration_service(settings) as administration:
        await administration.switch_on(COMMAND, module_id)


async def what_is_off(settings: Settings) -> Sequence[Off]:
    """Return everything that is switched off. Raise `OperatorRefused`."""
    async with opened_database(settings) as database:
        return await database.read(switched_off)


async def set_limits(settings: Settings, email: str, own: OwnLimits, hours: float) -> datetime:
    """Set a student's own limits for a number of hours. Return when they expire. Raise `OperatorRefused`."""
    expires_at = SystemClock().now() + timedelta(hours=hours)
    async with _administration_service(settings) as administration:
        await administration.set_limits(COMMAND, email.lower(), own, expires_at)
    return expires_at


async def remove_limits(settings: Settings, email: str) -> None:
    """Remove a student's own limits. Raise `OperatorRefused`."""
    async with _administration_service(settings) as administration:
        await administration.remove_limits(COMMAND, email.lower())


@asynccontextmanager
async def _administration_service(settings: Settings) -> AsyncIterator[AdministrationService]:
    async with opened_database(settings) as database:
        try:
            yield AdministrationService(database, SystemClock(), uuid7)
        except NotFound as error:
            raise OperatorRefused(error.detail.rstrip(".")) from error
