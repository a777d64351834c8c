"""`/api/courses/{id}/modules`: the modules of a course, by their slug."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.course_access import actor_of_course, read_in_course
from tutor_server.api.keys import COURSES
from tutor_server.api.pages import Page, StoredInt
from tutor_server.api.routes import Access, Routes
from tutor_server.errors import NotFound, ValidationFailed
from tutor_server.storage.memberships import Role
from tutor_server.storage.modules import Module, module_named, modules_in_order

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tutor_server.storage.courses import StoredCourse

routes = Routes("courses")


@routes.add("GET /api/courses/{course_id}/modules", access=Access.COURSE)
async def course_modules(request: web.Request, course_id: str, query: Page[tuple[StoredInt, str]]) -> schemas.Modules:
    """Return the modules of a course in their order, to every member."""
    found = await read_in_course(
        request,
        course_id,
        Role.STUDENT,
        lambda connection, course: modules_in_order(
            connection, courses=(course.id,), after=query.after, limit=query.fetch
        ),
    )
    items = [schemas.Module.model_validate(module) for module in found[: query.limit]]
    return schemas.Modules(items=items, next=query.next(len(found), items[-1].order, items[-1].id) if items else None)


@routes.add("GET /api/courses/{course_id}/modules/{slug}", access=Access.COURSE)
async def course_module(request: web.Request, course_id: str, slug: str) -> schemas.Module:
    """Return a module of a course, to every member."""

    def read(connection: Connection, course: StoredCourse) -> Module:
        found = module_named(connection, (course.id,), slug)
        if found is None:
            raise NotFound
        return found

    return schemas.Module.model_validate(await read_in_course(request, course_id, Role.STUDENT, read))


@routes.add("PUT /api/courses/{course_id}/modules/{slug}", access=Access.COURSE, refuses=(ValidationFailed,))
async def put_course_module(
    request: web.Request, course_id: str, slug: str, body: schemas.ModuleChange
) -> schemas.Module:
    """Create a module of a course, or replace the module with the same slug."""
    await read_in_course(request, course_id, Role.INSTRUCTOR, lambda _connection, course: course)
    if not schemas.MODULE_ID.fullmatch(slug):
        raise ValidationFailed("slug: takes a-z, 0-9, '.', '_' and '-', at most 64.")
    given = body.as_given(slug)
    return schemas.Module.model_validate(
        await request.app[COURSES].save_module(actor_of_course(request), course_id, given)
    )


@routes.add("DELETE /api/courses/{course_id}/modules/{slug}", access=Access.COURSE)
async def delete_course_module(request: web.Request, course_id: str, slug: str) -> None:
    """Delete a module of a course, with every student's progress in it; conversations and costs stay."""
    await request.app[COURSES].remove_module(actor_of_course(request), course_id, slug)
