"""The settings of a course, and new courses, which operators make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.ladder.policy import Ladder
from tutor_server.administration.join_codes import new_join_code
from tutor_server.api import course_schemas, dashboard_forms
from tutor_server.api.account_forms import FormProblem, Problem
from tutor_server.api.admin_page import require_operator_of
from tutor_server.api.course_access import require_settings
from tutor_server.api.course_pages.page import changed, course_page, problem_of, read_course
from tutor_server.api.course_pages.reading import amount, checked, moment, whole_number
from tutor_server.api.dashboard_visit import VISIT
from tutor_server.api.keys import COURSES, NEW_ID, SETTINGS
from tutor_server.api.routes import HTML, Access, Routes
from tutor_server.errors import CourseTaken, ValidationFailed
from tutor_server.llm.offline import OFFLINE
from tutor_server.storage.courses import StoredCourse
from tutor_server.storage.memberships import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_server.settings import Settings
    from tutor_server.storage.memberships import Membership

routes = Routes("dashboard")

LABELS: Mapping[str, str] = {
    "title": "Title",
    "slug": "Short name",
    "starts": "Begins",
    "ends": "Ends",
    "ladder": "Hint levels",
    "max_hint_level": "Highest hint level",
    "messages_per_minute": "Questions a minute",
    "daily_message_cap": "Questions a day",
    "daily_budget_usd": "Budget of a day",
    "monthly_budget_usd": "Budget of a month",
    "providers": "Models",
}
"""What the page calls the settings."""
LADDERS: Mapping[Ladder, str] = {
    Ladder.CODE: "each question about the same code goes one level up",
    Ladder.ATTEMPTS: "an attempt at the same problem keeps its level",
    Ladder.EARNED: "a level is earned by an edit, a run or an answer",
}
_REFUSALS = (FormProblem, ValidationFailed, CourseTaken)


@routes.add("GET /admin/courses/{course_id}/settings", access=Access.DASHBOARD, produces=HTML)
async def show_settings(request: web.Request, course_id: str, query: dashboard_forms.Address) -> web.Response:
    """Show the settings of a course; instructors can change them."""
    membership, _ = await read_course(request, course_id, lambda _connection, _membership: None)
    return _page(request, membership, written(membership.course), done=query.done)


@routes.add("POST /admin/courses/{course_id}/settings", access=Access.DASHBOARD, produces=HTML)
async def change_settings(request: web.Request, course_id: str, form: dashboard_forms.CourseSettings) -> web.Response:
    """Change the settings of a course."""
    membership, _ = await read_course(request, course_id, lambda _connection, _membership: None, Role.INSTRUCTOR)
    try:
        body = settings_in(form)
        after = await request.app[COURSES].change(
            request[VISIT].actor, course_id, lambda before: require_settings(request, before, body)
        )
    except _REFUSALS as error:
        return _page(request, membership, form, problem_of(error))
    return await changed(request, after.course.slug, "/settings", "saved")


@routes.add("GET /admin/new-course", access=Access.DASHBOARD, produces=HTML)
async def show_new_course(request: web.Request) -> web.Response:
    """Show the form for a new course to operators."""
    require_operator_of(request[VISIT])
    return _new_page(request, dashboard_forms.CourseSettings())


@routes.add("POST /admin/new-course", access=Access.DASHBOARD, produces=HTML)
async def make_course(request: web.Request, form: dashboard_forms.CourseSettings) -> web.Response:
    """Make a course with a join code."""
    require_operator_of(request[VISIT])
    new = StoredCourse(id=request.app[NEW_ID](), slug="", title="", join_code=new_join_code())
    try:
        course = require_settings(request, new, settings_in(form))
        await request.app[COURSES].add(request[VISIT].actor, course)
    except _REFUSALS as error:
        return _new_page(request, form, problem_of(error))
    return await changed(request, course.slug, "/members", "made")


def settings_in(form: dashboard_forms.CourseSettings) -> course_schemas.CourseChange:
    """Return the settings of a form. Raise `FormProblem`."""
    names = [name.strip() for name in form.providers.split(",") if name.strip()]
    return checked(
        course_schemas.NewCourse,
        {
            "title": form.title.strip(),
            "slug": form.slug.strip(),
            "starts": moment(form.starts, LABELS["starts"]),
            "ends": moment(form.ends, LABELS["ends"]),
            "ladder": form.ladder or None,
            "max_hint_level": whole_number(form.max_hint_level, LABELS["max_hint_level"]),
            "messages_per_minute": whole_number(form.messages_per_minute, LABELS["messages_per_minute"]),
            "daily_message_cap": whole_number(form.daily_message_cap, LABELS["daily_message_cap"]),
            "daily_budget_usd": amount(form.daily_budget_usd, LABELS["daily_budget_usd"]),
            "monthly_budget_usd": amount(form.monthly_budget_usd, LABELS["monthly_budget_usd"]),
            "providers": names or None,
        },
        LABELS,
    )


def written(course: StoredCourse) -> dashboard_forms.CourseSettings:
    """Return the settings of a course as the form shows them."""
    return dashboard_forms.CourseSettings(
        title=course.title,
        slug=course.slug,
        starts="" if course.starts is None else course.starts.strftime("%Y-%m-%dT%H:%M"),
        ends="" if course.ends is None else course.ends.strftime("%Y-%m-%dT%H:%M"),
        ladder=course.ladder or "",
        max_hint_level=_text(course.max_hint_level),
        messages_per_minute=_text(course.messages_per_minute),
        daily_message_cap=_text(course.daily_message_cap),
        daily_budget_usd=_money(course.budgets.daily),
        monthly_budget_usd=_money(course.budgets.monthly),
        providers=", ".join(course.providers or ()),
    )


def _page(
    request: web.Request,
    membership: Membership,
    form: dashboard_forms.CourseSettings,
    problem: Problem | None = None,
    *,
    done: str = "",
) -> web.Response:
    choices = _choices(request.app[SETTINGS])
    return course_page(
        request, membership, "course_settings.html", "settings", problem, done=done, form=form, **choices
    )


def _new_page(
    request: web.Request, form: dashboard_forms.CourseSettings, problem: Problem | None = None
) -> web.Response:
    choices = _choices(request.app[SETTINGS])
    return request[VISIT].page("course_new.html", problem, form=form, may_change=True, **choices)


def _choices(settings: Settings) -> dict[str, Any]:
    """Return what the form offers, and the service's own limits, which hold over all courses."""
    return {
        "labels": LABELS,
        "ladders": LADDERS,
        "levels": [level.value for level in HintLevel],
        "usable": sorted({*settings.chain, OFFLINE}),
        "service": {
            "ladder": settings.ladder,
            "max_hint_level": settings.max_hint_level.value,
            "messages_per_minute": settings.messages_per_minute,
            "daily_message_cap": settings.daily_message_cap,
        },
    }


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _money(nanodollars: int | None) -> str:
    return "" if nanodollars is None else f"{nanodollars / 1e9:.9f}".rstrip("0").rstrip(".")
