"""Courses side by side: a row each, with what happened in the last days and what is left of the budget."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tutor_server.api.cost_figures import first_day, start_of
from tutor_server.storage import course_figures
from tutor_server.storage.spending import Spent, spent_by_course

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from tutor_server.storage.courses import StoredCourse
    from tutor_server.storage.memberships import Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A course with its figures. Money is in US dollars; a course without a monthly budget has None."""

    course: StoredCourse
    role: str
    state: str
    members: int
    asks: int
    refused: int
    cost: float
    month_committed: float
    month_budget: float | None


def read_comparison(
    connection: Connection, memberships: Iterable[Membership], now: datetime, days: int
) -> Sequence[Compared]:
    """Return a row for each course; asks, refusals and cost are those of the last `days` days, including today."""
    first, last = first_day(now, days), now.date()
    since, until = start_of(first), start_of(last + timedelta(days=1))
    members = course_figures.members_by_course(connection)
    asks = course_figures.asks_by_course(connection, since, until)
    refused = course_figures.refusals_by_course_on(connection, first, last)
    costs = course_figures.cost_by_course(connection, first, last)
    spent = spent_by_course(connection, last)
    return [
        Compared(
            course=each.course,
            role=each.role.label,
            state=state_of(each.course, now),
            members=members.get(each.course.id, 0),
            asks=asks.get(each.course.id, 0),
            refused=refused.get(each.course.id, 0),
            cost=costs.get(each.course.id, 0) / 1e9,
            month_committed=spent.get(each.course.id, Spent(0, 0)).month / 1e9,
            month_budget=None if each.course.budgets.monthly is None else each.course.budgets.monthly / 1e9,
        )
        for each in memberships
    ]


def state_of(course: StoredCourse, now: datetime) -> str:
    """Return in words whether members can ask in a course."""
    if course.off_since is not None:
        return "switched off"
    if course.starts is not None and now < course.starts:
        return "not begun"
    if course.ends is not None and now >= course.ends:
        return "over"
    return "open"
