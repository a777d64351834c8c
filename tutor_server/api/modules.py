"""`/api/modules` and `/api/progress`: the modules of a course, and the caller's progress in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.keys import CLOCK, DATABASE, NEW_ID
from tutor_server.api.pages import Page, StoredInt
from tutor_server.api.routes import Routes
from tutor_server.errors import NotFound
from tutor_server.identity.access_tokens import AccessToken
from tutor_server.storage.memberships import roles_of
from tutor_server.storage.module_files import exercise_of
from tutor_server.storage.modules import module_named, modules_in_order, progress_of, set_progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.storage.module_files import Exercise
    from tutor_server.storage.modules import Module, StoredProgress

routes = Routes("modules")


@routes.add("GET /api/modules")
async def modules(request: web.Request, caller: AccessToken, query: Page[tuple[StoredInt, str]]) -> schemas.Modules:
    """Return the modules of the caller's courses in their order."""

    def read(connection: Connection) -> Sequence[Module]:
        courses = roles_of(connection, caller.user_id).keys()
        return modules_in_order(connection, courses=courses, after=query.after, limit=query.fetch)

    found = await request.app[DATABASE].read(read)
    items = [schemas.Module.model_validate(module) for module in found[: query.limit]]
    return schemas.Modules(items=items, next=query.next(len(found), items[-1].order, items[-1].id) if items else None)


@routes.add("GET /api/modules/{module_id}")
async def module(request: web.Request, caller: AccessToken, module_id: str) -> schemas.Module:
    """Return one module of the caller's courses, by its id, or by its slug if only one of the courses has it."""
    found = await request.app[DATABASE].read(lambda connection: require_module(connection, caller.user_id, module_id))
    return schemas.Module.model_validate(found)


@routes.add("GET /api/modules/{module_id}/files")
async def module_files(request: web.Request, caller: AccessToken, module_id: str) -> schemas.ModuleFiles:
    """Return the files of a module's exercise that students may see: those to start with, and the tests."""

    def read(connection: Connection) -> Exercise:
        return exercise_of(connection, require_module(connection, caller.user_id, module_id).id)

    return schemas.ModuleFiles.model_validate(await request.app[DATABASE].read(read))


@routes.add("GET /api/progress")
async def progress(request: web.Request, caller: AccessToken, query: Page[tuple[str]]) -> schemas.ProgressList:
    """Return the caller's progress, by module."""
    after = None if query.after is None else query.after[0]
    found = await request.app[DATABASE].read(
        lambda connection: progress_of(connection, caller.user_id, after=after, limit=query.fetch)
    )
    items = [schemas.Progress.model_validate(item) for item in found[: query.limit]]
    return schemas.ProgressList(items=items, next=query.next(len(found), items[-1].module_id) if items else None)


@routes.add("PUT /api/progress/{module_id}")
async def put_progress(
    request: web.Request, caller: AccessToken, module_id: str, body: schemas.ProgressChange
) -> schemas.Progress:
    """Store the caller's progress in a module."""
    new_id, now = request.app[NEW_ID](), request.app[CLOCK].now()

    def change(connection: Connection) -> StoredProgress:
        module = require_module(connection, caller.user_id, module_id)
        return set_progress(
            connection, new_id=new_id, user_id=caller.user_id, module_id=module.id, status=body.status, now=now
        )

    return schemas.Progress.model_validate(await request.app[DATABASE].commit(change))


def require_module(connection: Connection, user_id: UUID, name: str) -> Module:
    """Return a module of a user's courses by id or slug. Raise `NotFound`, also for another course's module."""
    found = module_named(connection, roles_of(connection, user_id).keys(), name)
    if found is None:
        raise NotFound
    return found
