"""`/api/admin/usage` and `/api/admin/courses`: usage and cost, and the courses, for operators."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from tutor_server.administration.join_codes import new_join_code
from tutor_server.api import course_schemas, schemas
from tutor_server.api.course_access import actor_of_course, as_course, require_settings
from tutor_server.api.keys import CLOCK, COURSE_BOOK, COURSES, DATABASE, NEW_ID
from tutor_server.api.pages import Page
from tutor_server.api.routes import Access, Routes
from tutor_server.errors import CourseTaken, NotFound, ValidationFailed
from tutor_server.ledger.periods import Period, day_of, month_of, week_of
from tutor_server.storage.courses import StoredCourse, all_courses, courses_after, find_course
from tutor_server.storage.memberships import Membership, Role
from tutor_server.storage.usage import usage_between, usage_by_course

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.storage.usage import ModelUsage

routes = Routes("admin")

_NANO = Decimal(10) ** 9


class UsageQuery(BaseModel):
    """The query of `GET /api/admin/usage`: the id or the slug of a course."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    course: Annotated[str | None, Field(max_length=64)] = None


@routes.add("GET /api/admin/usage", access=Access.OPERATOR, refuses=(NotFound,))
async def usage(request: web.Request, query: UsageQuery) -> course_schemas.UsageByCourse:
    """Return calls, tokens and estimated cost for the current day, ISO week and month: of all courses, or of one."""

    def read(connection: Connection) -> course_schemas.UsageByCourse:
        course = None if query.course is None else find_course(connection, query.course)
        if query.course is not None and course is None:
            raise NotFound
        return read_usage(connection, request.app[CLOCK].now(), course)

    return await request.app[DATABASE].read(read)


@routes.add("GET /api/admin/courses", access=Access.OPERATOR)
async def admin_courses(request: web.Request, query: Page[tuple[str]]) -> course_schemas.Courses:
    """Return all courses, ordered by slug."""
    after = query.after[0] if query.after else ""
    found = await request.app[DATABASE].read(lambda connection: courses_after(connection, after, query.fetch))
    items = [as_course(Membership(course, Role.OPERATOR)) for course in found[: query.limit]]
    return course_schemas.Courses(items=items, next=query.next(len(found), items[-1].slug) if items else None)


@routes.add("POST /api/admin/courses", access=Access.OPERATOR, status=201, refuses=(CourseTaken, ValidationFailed))
async def post_course(request: web.Request, body: course_schemas.NewCourse) -> course_schemas.Course:
    """Create a course."""
    new = StoredCourse(id=request.app[NEW_ID](), slug=body.slug, title=body.title)
    course = require_settings(request, new, body)
    if "join_code" not in body.model_fields_set:
        course = require_settings(request, course, course_schemas.CourseChange(join_code=new_join_code()))
    added = await request.app[COURSES].add(actor_of_course(request), course)
    await request.app[COURSE_BOOK].catch_up()
    return as_course(Membership(added, Role.OPERATOR))


def read_usage(connection: Connection, now: datetime, course: StoredCourse | None) -> course_schemas.UsageByCourse:
    """Return the usage of the current day, week and month: of all courses together, or of one."""
    slugs = {each.id: each.slug for each in ([course] if course is not None else all_courses(connection))}
    day, week, month = (
        _summed(connection, period, slugs, None if course is None else course.id)
        for period in (day_of(now), week_of(now), month_of(now))
    )
    return course_schemas.UsageByCourse(day=day, week=week, month=month)


def _summed(
    connection: Connection, period: Period, slugs: Mapping[UUID, str], course_id: UUID | None
) -> course_schemas.CoursesPeriodUsage:
    models = usage_between(connection, period.first, period.last, course_id)
    if course_id is None:
        by_course: Mapping[UUID, Sequence[ModelUsage]] = usage_by_course(connection, period.first, period.last)
    else:
        by_course = {course_id: models} if models else {}
    return course_schemas.CoursesPeriodUsage(
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        **_sums(models),
        by_model=[
            schemas.ModelUsage(
                provider=model.provider,
                model=model.model,
                calls=model.calls,
                input_tokens=model.input_tokens,
                output_tokens=model.output_tokens,
                estimated_cost_usd=_dollars(model.cost_nanodollars),
            )
            for model in models
        ],
        by_course=[
            course_schemas.CourseUsage(course_id=each, slug=slugs.get(each), **_sums(of_course))
            for each, of_course in by_course.items()
        ],
    )


def _sums(models: Sequence[ModelUsage]) -> dict[str, Any]:
    return {
        "calls": sum(model.calls for model in models),
        "input_tokens": sum(model.input_tokens for model in models),
        "output_tokens": sum(model.output_tokens for model in models),
        "estimated_cost_usd": _dollars(sum(model.cost_nanodollars for model in models)),
        "unpriced_calls": sum(model.unpriced_calls for model in models),
    }


def _dollars(nanodollars: int) -> float:
    return float(Decimal(nanodollars) / _NANO)
