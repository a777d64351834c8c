"""Metrics of each course, beside those of the whole service. A course is named by its slug."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.storage.call_failures import failures_by_course
from tutor_server.storage.courses import all_courses
from tutor_server.storage.figures import refusals_by_course
from tutor_server.storage.spending import Spent, spent_by_course
from tutor_server.storage.usage import calls_by_course
from tutor_server.telemetry.metrics import Counter, Gauge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

    from tutor_server.telemetry.metrics import Metric

_NANO = 1e9


def course_metrics(connection: Connection, today: date) -> Sequence[Metric]:
    """Return the calls, failures, cost, refusals, spending and budgets of each course."""
    courses = {course.id: course for course in all_courses(connection)}
    calls, spent = calls_by_course(connection), spent_by_course(connection, today)
    refusals = sorted(
        (courses[course_id].slug, limit, count)
        for (course_id, limit), count in refusals_by_course(connection).items()
        if course_id in courses
    )
    failures = sorted(
        (courses[course_id].slug, outcome, count)
        for (course_id, outcome), count in failures_by_course(connection).items()
        if course_id in courses
    )
    nothing = Spent(0, 0)
    spending, budgets = [], []
    for course_id, course in courses.items():
        committed = spent.get(course_id, nothing)
        for period, amount, bound in (
            ("day", committed.day, course.budgets.daily),
            ("month", committed.month, course.budgets.monthly),
        ):
            labels = {"course": course.slug, "period": period}
            spending.append((labels, amount / _NANO))
            if bound is not None:
                budgets.append((labels, bound / _NANO))
    return (
        Counter(
            "tutor_course_calls_total",
            "Calls to providers that were settled, by course.",
            [({"course": course.slug}, calls.get(course_id, (0, 0))[0]) for course_id, course in courses.items()],
        ),
        Counter(
            "tutor_course_cost_usd_total",
            "Estimated cost in US dollars, by course.",
            [({"course": course.slug}, calls.get(each, (0, 0))[1] / _NANO) for each, course in courses.items()],
        ),
        Counter(
            "tutor_course_refusals_total",
            "Asks that a limit or a budget refused, by course.",
            [({"course": slug, "limit": limit}, count) for slug, limit, count in refusals],
        ),
        Counter(
            "tutor_course_failures_total",
            "Calls to providers that failed, by course and reason.",
            [({"course": slug, "outcome": outcome}, count) for slug, outcome, count in failures],
        ),
        Gauge(
            "tutor_course_spending_usd",
            "What calls of a course in the running UTC day and month have cost, or may still cost.",
            spending,
        ),
        Gauge("tutor_course_budget_usd", "What they may cost; without a budget there is no sample.", budgets),
    )
