"""The modules of a course: written and previewed in the browser, and taken out as Markdown."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_server.administration.module_export import markdown_of
from tutor_server.api import dashboard_forms, schemas
from tutor_server.api.account_forms import FormProblem, Problem
from tutor_server.api.course_pages.page import changed, course_page, problem_of, read_course
from tutor_server.api.course_pages.reading import checked, whole_number
from tutor_server.api.course_pages.settings import LADDERS
from tutor_server.api.dashboard_visit import VISIT
from tutor_server.api.keys import COURSES
from tutor_server.api.markdown import html_of
from tutor_server.api.routes import HTML, MARKDOWN, Access, Routes
from tutor_server.errors import NotFound
from tutor_server.storage.memberships import Role
from tutor_server.storage.module_files import exercise_of
from tutor_server.storage.modules import Module, module_named, modules_in_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from tutor_server.administration.module_imports import ImportedModule
    from tutor_server.storage.memberships import Membership
    from tutor_server.storage.module_files import Exercise

routes = Routes("dashboard")

MOST_MODULES = 500
LABELS: Mapping[str, str] = {
    "title": "Title",
    "order": "Place in the course",
    "statement": "Statement",
    "objectives": "Objectives",
    "allowed_names": "Names that hints may give away",
    "max_hint_level": "Highest hint level",
    "ladder": "Hint levels",
}
BAD_SLUG = "Short name: takes a-z, 0-9, '.', '_' and '-', at most 64 characters."


@dataclass(frozen=True, slots=True)
class _Found:
    module: Module
    exercise: Exercise


@routes.add("GET /admin/courses/{course_id}/modules", access=Access.DASHBOARD, produces=HTML)
async def show_modules(request: web.Request, course_id: str, query: dashboard_forms.Address) -> web.Response:
    """Show the modules of a course in their order."""
    return await modules_page(request, course_id, done=query.done)


@routes.add("GET /admin/courses/{course_id}/new-module", access=Access.DASHBOARD, produces=HTML)
async def show_new_module(request: web.Request, course_id: str) -> web.Response:
    """Show the form for a new module."""

    def read(connection: Connection, membership: Membership) -> Sequence[Module]:
        return modules_in_order(connection, courses=(membership.course.id,), after=None, limit=MOST_MODULES)

    membership, modules = await read_course(request, course_id, read, Role.INSTRUCTOR)
    order = 10 + max((module.order for module in modules), default=0)
    return await _form_page(request, membership, dashboard_forms.ModuleText(order=str(order)))


@routes.add("POST /admin/courses/{course_id}/new-module", access=Access.DASHBOARD, produces=HTML)
async def make_module(request: web.Request, course_id: str, form: dashboard_forms.ModuleText) -> web.Response:
    """Make a module, or show how students will see it."""

    def read(connection: Connection, membership: Membership) -> Module | None:
        return module_named(connection, (membership.course.id,), form.slug.strip())

    membership, taken = await read_course(request, course_id, read, Role.INSTRUCTOR)
    try:
        module = _module_of(form, form.slug.strip(), taken)
    except FormProblem as error:
        return await _form_page(request, membership, form, problem_of(error))
    if form.action == "preview":
        return await _form_page(request, membership, form, preview=module)
    saved = await request.app[COURSES].write_module(request[VISIT].actor, course_id, module)
    return await changed(request, membership.course.slug, f"/modules/{saved.slug}", "module")


@routes.add("GET /admin/courses/{course_id}/modules/{slug}", access=Access.DASHBOARD, produces=HTML)
async def show_module(request: web.Request, course_id: str, slug: str, query: dashboard_forms.Address) -> web.Response:
    """Show a module; instructors can change it."""
    membership, found = await _found(request, course_id, slug)
    return await _form_page(request, membership, _written(found.module), done=query.done, found=found)


@routes.add("POST /admin/courses/{course_id}/modules/{slug}", access=Access.DASHBOARD, produces=HTML)
async def change_module(
    request: web.Request, course_id: str, slug: str, form: dashboard_forms.ModuleText
) -> web.Response:
    """Change a module, or show how students will see it. Its files stay."""
    membership, found = await _found(request, course_id, slug, Role.INSTRUCTOR)
    try:
        module = _module_of(form, found.module.slug)
    except FormProblem as error:
        return await _form_page(request, membership, form, problem_of(error), found=found)
    if form.action == "preview":
        return await _form_page(request, membership, form, found=found, preview=module)
    await request.app[COURSES].write_module(request[VISIT].actor, course_id, module)
    return await changed(request, membership.course.slug, f"/modules/{found.module.slug}", "module")


@routes.add("POST /admin/courses/{course_id}/modules/{slug}/remove", access=Access.DASHBOARD, produces=HTML)
async def remove_module(request: web.Request, course_id: str, slug: str, form: dashboard_forms.Form) -> web.Response:  # noqa: ARG001 - the form holds the CSRF token alone
    """Delete a module, with every student's progress in it."""
    membership, found = await _found(request, course_id, slug, Role.INSTRUCTOR)
    await request.app[COURSES].remove_module(request[VISIT].actor, course_id, found.module.slug)
    return await changed(request, membership.course.slug, "/modules", "removed")


@routes.add("GET /admin/courses/{course_id}/modules/{slug}/markdown", access=Access.DASHBOARD, produces=MARKDOWN)
async def download_module(request: web.Request, course_id: str, slug: str) -> web.Response:
    """Return a module as Markdown with front matter, without its files."""
    _, found = await _found(request, course_id, slug)
    return web.Response(
        text=markdown_of(found.module),
        content_type=MARKDOWN,
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.module.slug}.md"'},
    )


def _module_of(form: dashboard_forms.ModuleText, slug: str, taken: Module | None = None) -> Module:
    """Return the module of a form. Raise `FormProblem`, also if another module has taken the slug."""
    if not schemas.MODULE_ID.fullmatch(slug):
        raise FormProblem(BAD_SLUG)
    if taken is not None:
        raise FormProblem("Short name: another module of the course has it.")
    given = {
        "title": form.title.strip(),
        "order": whole_number(form.order, LABELS["order"]) or 0,
        "statement": form.statement.replace("\r\n", "\n").strip(),
        "objectives": [line.strip() for line in form.objectives.splitlines() if line.strip()],
        "allowed_names": [name for name in form.allowed_names.replace(",", " ").split() if name],
        "max_hint_level": whole_number(form.max_hint_level, LABELS["max_hint_level"]),
        "ladder": form.ladder or None,
    }
    return checked(schemas.ModuleChange, given, LABELS).as_given(slug).module


def _written(module: Module) -> dashboard_forms.ModuleText:
    """Return a module as the form shows it."""
    return dashboard_forms.ModuleText(
        slug=module.slug,
        title=module.title,
        order=str(module.order),
        statement=module.statement,
        objectives="\n".join(module.objectives),
        allowed_names=", ".join(module.allowed_names),
        max_hint_level="" if module.max_hint_level is None else str(module.max_hint_level),
        ladder=module.ladder or "",
    )


async def _found(
    request: web.Request, reference: str, slug: str, at_least: Role = Role.ASSISTANT
) -> tuple[Membership, _Found]:
    """Return a module of a course with the files that students see. Raise `NotFound`."""

    def read(connection: Connection, membership: Membership) -> _Found:
        module = module_named(connection, (membership.course.id,), slug)
        if module is None:
            raise NotFound
        return _Found(module, exercise_of(connection, module.id))

    return await read_course(request, reference, read, at_least)


async def modules_page(
    request: web.Request,
    reference: str,
    problem: Problem | None = None,
    *,
    done: str = "",
    form: dashboard_forms.ModuleUpload | None = None,
    results: Sequence[ImportedModule] = (),
    unused: Sequence[str] = (),
) -> web.Response:
    """Return the page of all modules. `form` is the upload with the problem, `results` what an upload has changed."""

    def read(connection: Connection, membership: Membership) -> Sequence[Module]:
        return modules_in_order(connection, courses=(membership.course.id,), after=None, limit=MOST_MODULES)

    membership, modules = await read_course(request, reference, read)
    return course_page(
        request,
        membership,
        "course_modules.html",
        "modules",
        problem,
        done=done,
        modules=modules,
        form=form or dashboard_forms.ModuleUpload(),
        results=results,
        unused=unused,
        labels=LABELS,
    )


async def _form_page(
    request: web.Request,
    membership: Membership,
    form: dashboard_forms.ModuleText,
    problem: Problem | None = None,
    *,
    done: str = "",
    found: _Found | None = None,
    preview: Module | None = None,
) -> web.Response:
    """Return the page of a module, or of a new one if `found` is None. Assistants read the module instead of a form."""
    is_read_only = membership.role < Role.INSTRUCTOR and found is not None
    shown = found.module if is_read_only and found is not None else preview
    return course_page(
        request,
        membership,
        "course_module.html",
        "modules",
        problem,
        done=done,
        module=None if found is None else found.module,
        exercise=None if found is None else found.exercise,
        form=form,
        shown=shown,
        statement=None if shown is None else await asyncio.to_thread(html_of, shown.statement, below=3),
        labels=LABELS,
        ladders=LADDERS,
        levels=[level.value for level in HintLevel],
    )
