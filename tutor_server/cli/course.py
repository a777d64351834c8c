"""A course from the command line: its modules, the off switch, limits of single students."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from tutor_server.administration.desk import Actor, AdministrationDesk
from tutor_server.administration.module_files import ModuleFilesRefused, read_modules
from tutor_server.cli.database import OperatorRefused, opened_database
from tutor_server.clock import SystemClock
from tutor_server.errors import NotFound
from tutor_server.storage.modules import modules_in_order
from tutor_server.storage.switches import switched_off

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from tutor_server.settings import Settings
    from tutor_server.storage.modules import Module
    from tutor_server.storage.overrides import OwnLimits
    from tutor_server.storage.switches import Off

COMMAND = Actor("command")
MOST_MODULES = 10_000


async def import_modules(settings: Settings, folder: Path) -> Sequence[Module]:
    """Make or change a module for each Markdown file of a folder. Raises `OperatorRefused`."""
    try:
        modules = read_modules(folder)
    except ModuleFilesRefused as error:
        raise OperatorRefused(str(error)) from error
    async with _desk(settings) as desk:
        await desk.save_modules(COMMAND, modules)
    return modules


async def list_modules(settings: Settings) -> Sequence[Module]:
    """Give the modules in their order. Raises `OperatorRefused`."""
    async with opened_database(settings) as database:
        return await database.read(lambda connection: modules_in_order(connection, after=None, limit=MOST_MODULES))


async def remove_module(settings: Settings, module_id: str) -> None:
    """Remove a module with the progress in it. Raises `OperatorRefused`."""
    async with _desk(settings) as desk:
        await desk.remove_module(COMMAND, module_id)


async def switch_off(settings: Settings, module_id: str | None, message: str) -> None:
    """Switch the tutor off, for a module or for everything. Raises `OperatorRefused`."""
    async with _desk(settings) as desk:
        await desk.switch_off(COMMAND, module_id, message)


async def switch_on(settings: Settings, module_id: str | None) -> None:
    """Switch it on again. Raises `OperatorRefused`."""
    async with _desk(settings) as desk:
        await desk.switch_on(COMMAND, module_id)


async def what_is_off(settings: Settings) -> Sequence[Off]:
    """Give all that is switched off. Raises `OperatorRefused`."""
    async with opened_database(settings) as database:
        return await database.read(switched_off)


async def set_limits(settings: Settings, email: str, own: OwnLimits, hours: float) -> datetime:
    """Give a student limits of their own for some hours; give when they run out. Raises `OperatorRefused`."""
    expires_at = SystemClock().now() + timedelta(hours=hours)
    async with _desk(settings) as desk:
        await desk.set_limits(COMMAND, email.lower(), own, expires_at)
    return expires_at


async def remove_limits(settings: Settings, email: str) -> None:
    """Let everybody's limits hold for a student again. Raises `OperatorRefused`."""
    async with _desk(settings) as desk:
        await desk.remove_limits(COMMAND, email.lower())


@asynccontextmanager
async def _desk(settings: Settings) -> AsyncIterator[AdministrationDesk]:
    async with opened_database(settings) as database:
        try:
            yield AdministrationDesk(database, SystemClock(), uuid7)
        except NotFound as error:
            raise OperatorRefused(error.detail.rstrip(".")) from error
