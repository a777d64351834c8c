"""`/api/admin` for instructors: modules, single students' limits, the off switch and the audit log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.administration.service import Actor
from tutor_server.api import schemas
from tutor_server.api.client_address import client_address
from tutor_server.api.keys import ADMINISTRATION, CLOCK, DATABASE, OFF_SWITCH
from tutor_server.api.pages import Moment, Page, StoredInt
from tutor_server.api.routes import Access, Routes
from tutor_server.errors import NotFound, ValidationFailed
from tutor_server.storage.audit import actions_before
from tutor_server.storage.modules import modules_in_order
from tutor_server.storage.overrides import OwnLimits, overrides_after
from tutor_server.storage.switches import switched_off

if TYPE_CHECKING:
    from tutor_server.storage.switches import Off

routes = Routes("administration")

LONGEST_OVERRIDE = timedelta(days=366)


@routes.add("GET /api/admin/modules", access=Access.ADMIN)
async def admin_modules(request: web.Request, query: Page[tuple[StoredInt, str]]) -> schemas.Modules:
    """Return the modules in their order."""
    found = await request.app[DATABASE].read(
        lambda connection: modules_in_order(connection, after=query.after, limit=query.fetch)
    )
    items = [schemas.Module.model_validate(module) for module in found[: query.limit]]
    return schemas.Modules(items=items, next=query.next(len(found), items[-1].order, items[-1].id) if items else None)


@routes.add("PUT /api/admin/modules/{module_id}", access=Access.ADMIN, refuses=(ValidationFailed,))
async def put_module(request: web.Request, module_id: str, body: schemas.ModuleChange) -> schemas.Module:
    """Create a module, or replace the module with the same id."""
    if not schemas.MODULE_ID.fullmatch(module_id):
        raise ValidationFailed("module_id: takes a-z, 0-9, '.', '_' and '-', at most 64.")
    given = body.as_given(module_id)
    await request.app[ADMINISTRATION].save_modules(actor_of(request), [given])
    return schemas.Module.model_validate(given.module)


@routes.add("DELETE /api/admin/modules/{module_id}", access=Access.ADMIN)
async def delete_module(request: web.Request, module_id: str) -> None:
    """Delete a module, with every student's progress in it; conversations and costs stay."""
    await request.app[ADMINISTRATION].remove_module(actor_of(request), module_id)


@routes.add("GET /api/admin/limits", access=Access.ADMIN)
async def limits(request: web.Request, query: Page[tuple[str]]) -> schemas.StudentLimitsList:
    """Return the students who have limits of their own at present."""
    now = request.app[CLOCK].now()
    found = await request.app[DATABASE].read(
        lambda connection: overrides_after(connection, query.after[0] if query.after else "", query.fetch, now)
    )
    items = [schemas.StudentLimits.model_validate(override) for override in found[: query.limit]]
    return schemas.StudentLimitsList(items=items, next=query.next(len(found), items[-1].email) if items else None)


@routes.add("PUT /api/admin/limits", access=Access.ADMIN, refuses=(NotFound, ValidationFailed))
async def put_limits(request: web.Request, body: schemas.StudentLimitsChange) -> schemas.StudentLimits:
    """Set a student's own limits, which replace the general ones until a given time."""
    require_limits(body, request.app[CLOCK].now())
    override = await request.app[ADMINISTRATION].set_limits(
        actor_of(request), body.email, OwnLimits(body.messages_per_minute, body.daily_messages), body.expires_at
    )
    return schemas.StudentLimits.model_validate(override)


@routes.add("POST /api/admin/limits/remove", access=Access.ADMIN, refuses=(NotFound,))
async def remove_limits(request: web.Request, body: schemas.StudentOfEmail) -> None:
    """Remove a student's own limits. The e-mail address is sent in the body, since URLs end up in logs."""
    await request.app[ADMINISTRATION].remove_limits(actor_of(request), body.email)


@routes.add("GET /api/admin/switch", access=Access.ADMIN)
async def switch(request: web.Request) -> schemas.SwitchedOff:
    """Return the modules that are switched off, and whether the whole tutor is."""
    return _switched_off(await request.app[DATABASE].read(switched_off))


@routes.add("PUT /api/admin/switch", access=Access.ADMIN, refuses=(NotFound,))
async def put_switch(request: web.Request, body: schemas.SwitchChange) -> schemas.SwitchedOff:
    """Switch the tutor off or on, for everything or for a module; every process follows within 5 seconds."""
    administration = request.app[ADMINISTRATION]
    if body.is_off:
        await administration.switch_off(actor_of(request), body.module_id, body.message)
    else:
        await administration.switch_on(actor_of(request), body.module_id)
    await request.app[OFF_SWITCH].catch_up()
    return _switched_off(await request.app[DATABASE].read(switched_off))


@routes.add("GET /api/admin/audit", access=Access.ADMIN)
async def audit(request: web.Request, query: Page[Moment]) -> schemas.AdminActions:
    """Return the actions of operators and instructors, newest first."""
    found = await request.app[DATABASE].read(lambda connection: actions_before(connection, query.after, query.fetch))
    items = [schemas.AdminAction.model_validate(action) for action in found[: query.limit]]
    return schemas.AdminActions(items=items, next=query.next(len(found), items[-1].at, items[-1].id) if items else None)


def actor_of(request: web.Request) -> Actor:
    """Return the acting operator: the holder of the admin key, with the client's address."""
    return Actor("api", client_address(request))


def _switched_off(found: list[Off]) -> schemas.SwitchedOff:
    return schemas.SwitchedOff(items=[schemas.Off.model_validate(off) for off in found])


def require_limits(body: schemas.StudentLimitsChange, now: datetime) -> None:
    """Raise `ValidationFailed` unless a body gives a limit, and a time at which it ends."""
    if body.messages_per_minute is None and body.daily_messages is None:
        raise ValidationFailed("body: give messages_per_minute or daily_messages.")
    if not now < body.expires_at <= now + LONGEST_OVERRIDE:
        raise ValidationFailed("expires_at: lies in the future, and not further than a year.")
