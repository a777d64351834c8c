"""Modules with the files of their exercises, uploaded in the browser."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.administration.exercise_files import FileUnreadable
from tutor_server.administration.module_files import ModuleFilesRefused, parse_module
from tutor_server.administration.module_imports import import_modules
from tutor_server.administration.module_uploads import (
    MAX_MARKDOWN_CHARACTERS,
    UploadedModules,
    UploadRefused,
    modules_of,
    unpacked,
)
from tutor_server.api import dashboard_forms, schemas
from tutor_server.api.account_forms import FormProblem, Problem
from tutor_server.api.bodies import parse_json
from tutor_server.api.course_pages.modules import BAD_SLUG, modules_page
from tutor_server.api.course_pages.page import problem_of, read_course
from tutor_server.api.dashboard_visit import VISIT
from tutor_server.api.keys import COURSE_BOOK, COURSES
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import ValidationFailed
from tutor_server.storage.memberships import Role

if TYPE_CHECKING:
    from tutor_server.administration.module_files import GivenModule

routes = Routes("dashboard")

_NO_SLUG = "-"
"""No module id, so that the front matter must have one."""


@routes.add("POST /admin/courses/{course_id}/import-module", access=Access.DASHBOARD, produces=HTML)
async def import_module(request: web.Request, course_id: str, form: dashboard_forms.ModuleUpload) -> web.Response:
    """Import modules from files, an archive or a text: all of them or none. Show what that changed."""
    await read_course(request, course_id, lambda _connection, _course: None, Role.INSTRUCTOR)
    try:
        uploaded = await asyncio.to_thread(_uploaded, form)  # YAML is read slowly, and others must not wait.
    except (FormProblem, ValidationFailed) as error:
        return await modules_page(request, course_id, problem_of(error), form=form)
    except (UploadRefused, ModuleFilesRefused) as error:
        problem = Problem(f"Nothing was imported. {str(error).rstrip('.')}.")
        return await modules_page(request, course_id, problem, form=form)
    results = await import_modules(request.app[COURSES], request[VISIT].actor, course_id, uploaded.modules)
    await request.app[COURSE_BOOK].catch_up()
    return await modules_page(request, course_id, results=results, unused=uploaded.unused)


def _uploaded(form: dashboard_forms.ModuleUpload) -> UploadedModules:
    """Return the modules of a form.

    Raise `FormProblem`, `ValidationFailed`, `UploadRefused` or `ModuleFilesRefused`.
    """
    slug = form.slug.strip()
    if slug and not schemas.MODULE_ID.fullmatch(slug):
        raise FormProblem(BAD_SLUG)
    if not form.files:
        return _named(UploadedModules([_of_text(form.text, slug)], ()), slug)
    file = form.files[0]
    stem, _, kind = file.name.lower().rpartition(".")
    if len(form.files) == 1 and kind == "json":
        return UploadedModules([_of_json(file.content, slug or stem)], ())
    if len(form.files) == 1 and kind == "zip":
        return _named(modules_of(unpacked(file.content), slug), slug)
    return _named(modules_of(((each.name, each.content) for each in form.files), slug), slug)


def _of_text(text: str, slug: str) -> GivenModule:
    """Return the module of a pasted Markdown text. Raise `FormProblem`."""
    if not text.strip():
        raise FormProblem("Choose the files of a module, or paste its Markdown.")
    if len(text) > MAX_MARKDOWN_CHARACTERS:
        raise FormProblem(f"The Markdown is longer than {MAX_MARKDOWN_CHARACTERS:,} characters.")
    try:
        return parse_module(text, slug or _NO_SLUG, _nothing_beside)
    except ValueError as error:
        raise FormProblem(
            "Write the short name of the module, or give it as `id` in the front matter."
            if "is no module id" in str(error)
            else f"The Markdown: {error}."
        ) from None


def _nothing_beside(_name: str) -> bytes:
    raise FileUnreadable("is not there: choose it together with the Markdown file")


def _of_json(body: bytes, slug: str) -> GivenModule:
    """Return the module of the JSON that `PUT /api/courses/{course_id}/modules/{slug}` takes.

    Raise `FormProblem`, or `ValidationFailed` as that route does.
    """
    if not schemas.MODULE_ID.fullmatch(slug):
        raise FormProblem(BAD_SLUG)
    return parse_json(body, schemas.ModuleChange).as_given(slug)


def _named(uploaded: UploadedModules, slug: str) -> UploadedModules:
    """Return modules under the slug of the form, which is given for one module only."""
    if not slug:
        return uploaded
    (given,) = uploaded.modules
    return replace(uploaded, modules=[replace(given, module=replace(given.module, id=slug, slug=slug))])
