"""What the routes and pages of courses share: who acts, how a course is shown, and which settings it may have."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tutor_server.administration.course_rules import require_usable
from tutor_server.api import course_schemas
from tutor_server.api.caller import person_of
from tutor_server.api.keys import ACTOR, CLOCK, DATABASE, SETTINGS, UNPRICED
from tutor_server.errors import ValidationFailed
from tutor_server.ledger.budgets import NANODOLLARS
from tutor_server.llm.offline import OFFLINE
from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.memberships import Membership, Role, require_membership
from tutor_server.storage.spending import Budgets

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from aiohttp import web
    from sqlalchemy import Connection

    from tutor_server.administration.service import Actor
    from tutor_server.storage.courses import StoredCourse

    T = TypeVar("T")

_AS_THEY_ARE = ("starts", "ends", "ladder", "max_hint_level", "messages_per_minute", "daily_message_cap")
_JOINING = ("join_code", "join_code_expires_at")


async def read_in_course(
    request: web.Request, reference: str, at_least: Role, read: Callable[[Connection, StoredCourse], T]
) -> T:
    """Return what a function reads about a course. Raise `NotFound` unless the caller has this role in it."""
    person = person_of(request)

    def unit(connection: Connection) -> T:
        return read(connection, require_membership(connection, person, reference, at_least).course)

    return await request.app[DATABASE].read(unit)


def actor_of_course(request: web.Request) -> Actor:
    """Return who acts: the signed-in person, or the holder of the admin key."""
    return request[ACTOR]


def as_course(membership: Membership) -> course_schemas.Course:
    """Return a course as it is shown to somebody with a role in it."""
    course, role = membership.course, membership.role
    may_see_code = role >= Role.INSTRUCTOR
    return course_schemas.Course(
        id=course.id,
        slug=course.slug,
        title=course.title,
        **{name: getattr(course, name) for name in _AS_THEY_ARE},
        daily_budget_usd=_dollars(course.budgets.daily),
        monthly_budget_usd=_dollars(course.budgets.monthly),
        providers=None if course.providers is None else list(course.providers),
        off=course.off_since is not None,
        off_reason=course.off_reason,
        join_code=course.join_code if may_see_code else None,
        join_code_expires_at=course.join_code_expires_at if may_see_code else None,
        role=role.label,  # type: ignore[arg-type]  # a role's label is one of the names
    )


def require_settings(request: web.Request, course: StoredCourse, body: course_schemas.CourseChange) -> StoredCourse:
    """Return a course with the settings of a body. Raise `ValidationFailed` for a setting that it cannot have."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    _require_known(request, course, given)
    values: dict[str, Any] = {name: given[name] for name in (*_AS_THEY_ARE, *_JOINING) if name in given}
    values |= {name: given[name] for name in ("slug", "title") if given.get(name) is not None}
    values["budgets"] = Budgets(
        _nanodollars(given["daily_budget_usd"]) if "daily_budget_usd" in given else course.budgets.daily,
        _nanodollars(given["monthly_budget_usd"]) if "monthly_budget_usd" in given else course.budgets.monthly,
    )
    if "providers" in given:
        values["providers"] = None if given["providers"] is None else tuple(dict.fromkeys(given["providers"]))
    if given.get("off_reason") is not None:
        values["off_reason"] = given["off_reason"]
    if given.get("off") is not None:
        values |= switched(request, course, off=given["off"], reason=values.get("off_reason", course.off_reason))
    changed = replace(course, **values)
    if changed.starts is not None and changed.ends is not None and changed.ends <= changed.starts:
        raise ValidationFailed("ends: lies after starts.")
    return changed


def switched(request: web.Request, course: StoredCourse, *, off: bool, reason: str) -> dict[str, Any]:
    """Return the values of a course that is switched off or on."""
    if not off:
        return {"off_since": None, "off_reason": ""}
    return {"off_since": course.off_since or request.app[CLOCK].now(), "off_reason": reason}


def _require_known(request: web.Request, course: StoredCourse, given: dict[str, Any]) -> None:
    if course.id == DEFAULT_COURSE and given.get("slug") not in {None, course.slug}:
        raise ValidationFailed("slug: the course default keeps its slug.")
    unpriced = request.app[UNPRICED]
    require_usable(
        given.get("providers") or (),
        has_budget=any(given.get(name) is not None for name in ("daily_budget_usd", "monthly_budget_usd")),
        usable={*request.app[SETTINGS].chain, OFFLINE},
        unpriced=unpriced,
    )


def _nanodollars(dollars: float | None) -> int | None:
    return None if dollars is None else int(Decimal(str(dollars)) * NANODOLLARS)


def _dollars(nanodollars: int | None) -> float | None:
    return None if nanodollars is None else float(Decimal(nanodollars) / NANODOLLARS)
