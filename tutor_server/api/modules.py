"""`/api/modules` and `/api/progress`: the units of a course, and how far the caller is in them."""

from __future__ import annotations

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.bodies import answers, read_json
from tutor_server.api.caller import signed_in
from tutor_server.api.keys import CLOCK, DATABASE, NEW_ID
from tutor_server.api.pages import next_cursor, page_request
from tutor_server.errors import NotFound
from tutor_server.storage.modules import find_module, modules_in_order, progress_of, set_progress


@answers()
async def modules(request: web.Request) -> schemas.Modules:
    """List the modules in their order."""
    signed_in(request)
    page = page_request(request, int, str)
    after = None if page.after is None else (page.after[0], page.after[1])
    found = await request.app[DATABASE].read(
        lambda connection: modules_in_order(connection, after=after, limit=page.fetch)
    )
    items = [schemas.Module.model_validate(module) for module in found[: page.limit]]
    return schemas.Modules(
        items=items, next=next_cursor(page, len(found), items[-1].order, items[-1].id) if items else None
    )


@answers()
async def module(request: web.Request) -> schemas.Module:
    """Look at one module."""
    signed_in(request)
    module_id = request.match_info["module_id"]
    found = await request.app[DATABASE].read(lambda connection: find_module(connection, module_id))
    if found is None:
        raise NotFound
    return schemas.Module.model_validate(found)


@answers()
async def progress(request: web.Request) -> schemas.ProgressList:
    """List how far the caller is, by module."""
    caller = signed_in(request)
    page = page_request(request, str)
    after = None if page.after is None else page.after[0]
    found = await request.app[DATABASE].read(
        lambda connection: progress_of(connection, caller.user_id, after=after, limit=page.fetch)
    )
    items = [schemas.Progress.model_validate(item) for item in found[: page.limit]]
    return schemas.ProgressList(items=items, next=next_cursor(page, len(found), items[-1].module_id) if items else None)


@answers()
async def put_progress(request: web.Request) -> schemas.Progress:
    """Say how far the caller is in a module."""
    caller = signed_in(request)
    module_id = request.match_info["module_id"]
    body = await read_json(request, schemas.ProgressChange)
    new_id, now = request.app[NEW_ID](), request.app[CLOCK].now()
    changed = await request.app[DATABASE].commit(
        lambda connection: set_progress(
            connection, new_id=new_id, user_id=caller.user_id, module_id=module_id, status=body.status, now=now
        )
    )
    if changed is None:
        raise NotFound
    return schemas.Progress.model_validate(changed)


ROUTES = (
    web.get("/api/modules", modules),
    web.get("/api/modules/{module_id}", module),
    web.get("/api/progress", progress),
    web.put("/api/progress/{module_id}", put_progress),
)
