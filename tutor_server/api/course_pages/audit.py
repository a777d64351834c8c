"""The audit log with names: of a course for those who teach it, of everything for operators."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import ValidationError

from tutor_server.api import dashboard_forms
from tutor_server.api.admin_page import require_operator_of
from tutor_server.api.course_pages.page import course_page, read_course
from tutor_server.api.dashboard_visit import VISIT
from tutor_server.api.keys import DATABASE
from tutor_server.api.pages import Moment, Page
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.storage.audit import actions_before
from tutor_server.storage.audit_names import names_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.storage.audit import Action
    from tutor_server.storage.audit_names import Names
    from tutor_server.storage.memberships import Membership

routes = Routes("dashboard")

A_PAGE = 50
WORDS = {
    "course_made": "made the course",
    "course_changed": "changed the settings",
    "course_switched_off": "switched the course off",
    "course_switched_on": "switched the course on",
    "course_imported": "imported the course",
    "member_added": "added a member",
    "member_changed": "changed a role",
    "member_removed": "removed a member",
    "member_left": "left the course",
    "roster_imported": "imported a roster",
    "module_made": "made a module",
    "module_changed": "changed a module",
    "module_removed": "deleted a module",
    "limits_set": "set limits of a member",
    "limits_removed": "removed limits of a member",
    "switched_off": "switched the tutor off",
    "switched_on": "switched the tutor on",
    "signed_in": "signed in to the dashboard",
    "signed_out": "signed out of the dashboard",
}
"""What the page calls an action; another one is called by its name."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?\+00:00")
ACTORS = {"key": "the admin key", "command": "a command", "erased": "an erased account"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the audit log as the page shows it."""

    at: datetime
    actor: str
    way: str
    action: str
    concerned: str
    details: str


@routes.add("GET /admin/courses/{course_id}/audit", access=Access.DASHBOARD, produces=HTML)
async def show_course_audit(request: web.Request, course_id: str, query: dashboard_forms.Address) -> web.Response:
    """Show what was done in a course, newest first."""
    page = _page_of(query.after)

    def read(connection: Connection, membership: Membership) -> tuple[Sequence[Action], Names]:
        return _read(connection, page, membership.course.id)

    membership, (found, names) = await read_course(request, course_id, read)
    lines, following = _lines(page, found, names)
    return course_page(
        request, membership, "course_audit.html", "audit", lines=lines, next=following, is_first=not query.after
    )


@routes.add("GET /admin/audit", access=Access.DASHBOARD, produces=HTML)
async def show_audit(request: web.Request, query: dashboard_forms.Address) -> web.Response:
    """Show to operators what was done in all courses and to the service, newest first."""
    require_operator_of(request[VISIT])
    page = _page_of(query.after)
    found, names = await request.app[DATABASE].read(lambda connection: _read(connection, page, None))
    lines, following = _lines(page, found, names)
    return request[VISIT].page("audit.html", lines=lines, next=following, is_first=not query.after)


def _page_of(cursor: str) -> Page[Moment]:
    """Return the part of the log that a cursor names: the newest for an empty or a wrong one."""
    try:
        return Page[Moment].model_validate({"limit": A_PAGE, "cursor": cursor or None})
    except ValidationError:
        return Page[Moment](limit=A_PAGE)


def _read(connection: Connection, page: Page[Moment], course_id: UUID | None) -> tuple[Sequence[Action], Names]:
    found = actions_before(connection, page.after, page.fetch, course_id)
    return found, names_of(connection, found)


def _lines(page: Page[Moment], found: Sequence[Action], names: Names) -> tuple[list[Line], str | None]:
    shown = found[: page.limit]
    lines = [
        Line(
            at=action.at,
            actor=ACTORS.get(action.actor, action.actor),
            way=action.way,
            action=WORDS.get(action.action, action.action),
            concerned=names.concerned(action),
            details=", ".join(
                f"{name.replace('_', ' ')}: {_shown(value)}"
                for name, value in action.details.items()
                if value not in (None, "", [])
            ),
        )
        for action in shown
    ]
    return lines, page.next(len(found), shown[-1].at, shown[-1].id) if shown else None


def _shown(value: object) -> str:
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f"{value[:10]} {value[11:16]} UTC" if _TIME.fullmatch(value) else value
