"""What the pages of a course share: who may see them, their frame, and how a problem is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_server.api.account_forms import FormProblem, Problem, sentence_of
from tutor_server.api.dashboard_visit import VISIT, go_to
from tutor_server.api.keys import COURSE_BOOK, DATABASE
from tutor_server.storage.memberships import Role, require_membership

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from aiohttp import web
    from sqlalchemy import Connection

    from tutor_server.errors import TutorError
    from tutor_server.storage.memberships import Membership

    T = TypeVar("T")

DONE: Mapping[str, str] = {
    "saved": "Saved.",
    "made": "The course is there. Give its join code to your students, or import a roster.",
    "code": "There is a new join code. The old one opens the course no more.",
    "closed": "No code opens this course any more.",
    "member": "The member is saved.",
    "removed": "Removed.",
    "limits": "The limits are set.",
    "off": "The course is switched off. Every process follows within 2 seconds.",
    "on": "The course is switched on.",
    "module": "The module is saved. Students see it from now on.",
}
"""The notes that a page can show, by the value of the query parameter `done`. Other values show none."""


async def read_course(
    request: web.Request, reference: str, read: Callable[[Connection, Membership], T], at_least: Role = Role.ASSISTANT
) -> tuple[Membership, T]:
    """Return a course with the visitor's role, and what a function reads about it.

    Raise `NotFound` unless the visitor has at least this role in the course.
    """
    user_id = request[VISIT].user_id

    def unit(connection: Connection) -> tuple[Membership, T]:
        membership = require_membership(connection, user_id, reference, at_least)
        return membership, read(connection, membership)

    return await request.app[DATABASE].read(unit)


def course_page(
    request: web.Request,
    membership: Membership,
    template: str,
    tab: str,
    problem: Problem | None = None,
    *,
    done: str = "",
    **values: Any,
) -> web.Response:
    """Return a page of a course. Only instructors and operators get its forms."""
    return request[VISIT].page(
        template,
        problem,
        course=membership.course,
        role=membership.role.label,
        may_change=membership.role >= Role.INSTRUCTOR,
        tab=tab,
        note=DONE.get(done),
        **values,
    )


def problem_of(error: FormProblem | TutorError) -> Problem:
    """Return the problem that a page shows for an error."""
    if isinstance(error, FormProblem):
        return Problem(str(error))
    return Problem(sentence_of(error), error.status, error.retry_after)


async def changed(request: web.Request, reference: str, where: str, done: str) -> web.Response:
    """Redirect to a page of a course after a change, which this process knows from now on."""
    await request.app[COURSE_BOOK].catch_up()
    return go_to(f"/admin/courses/{reference}{where}?done={done}")
