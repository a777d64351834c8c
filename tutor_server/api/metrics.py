"""`GET /metrics`: metrics for Prometheus, from the database and the shared queues: all workers return the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api.course_metrics import course_metrics
from tutor_server.api.keys import BUDGETS, CLOCK, DATABASE, QUEUES
from tutor_server.api.queue_metrics import queue_metrics
from tutor_server.api.routes import Access, Routes
from tutor_server.storage.call_failures import failure_totals
from tutor_server.storage.figures import not_analysed_of_all_time, refusals_of_all_time
from tutor_server.storage.guard_verdicts import verdict_totals
from tutor_server.storage.ratings import rating_totals
from tutor_server.storage.spending import spent_on
from tutor_server.storage.usage import usage_of_all_time
from tutor_server.telemetry.metrics import CONTENT_TYPE, Counter, Gauge, exposition

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

    from tutor_server.storage.call_failures import FailureTotal
    from tutor_server.storage.guard_verdicts import VerdictTotal
    from tutor_server.storage.ratings import RatingTotal
    from tutor_server.storage.spending import Budgets, Spent
    from tutor_server.storage.usage import ModelUsage
    from tutor_server.telemetry.metrics import Metric

routes = Routes("admin")

_NANO = 1e9


@routes.add("GET /metrics", access=Access.ADMIN, produces="text/plain")
async def metrics(request: web.Request) -> web.Response:
    """Return model calls, their cost and their queues, verdicts, refusals and money, in Prometheus' text format."""
    today, budgets = request.app[CLOCK].now().date(), request.app[BUDGETS]

    def read(connection: Connection) -> Sequence[Metric]:
        return (
            *_usage(usage_of_all_time(connection)),
            _failures(failure_totals(connection)),
            _verdicts(verdict_totals(connection)),
            _ratings(rating_totals(connection)),
            _refusals(refusals_of_all_time(connection)),
            _not_analysed(not_analysed_of_all_time(connection)),
            *_money(spent_on(connection, today), budgets),
            *course_metrics(connection, today),
        )

    counted = await request.app[DATABASE].read(read)
    body = exposition((*counted, *await queue_metrics(request.app[QUEUES])))
    return web.Response(body=body.encode(), headers={"Content-Type": CONTENT_TYPE})


def _usage(usage: Sequence[ModelUsage]) -> list[Counter]:
    def counter(name: str, about: str, value: Callable[[ModelUsage], float]) -> Counter:
        samples = [({"provider": model.provider, "model": model.model}, value(model)) for model in usage]
        return Counter(f"tutor_model_{name}_total", about, samples)

    return [
        counter("calls", "Calls to providers that were settled.", lambda model: model.calls),
        counter("input_tokens", "Tokens of prompts.", lambda model: model.input_tokens),
        counter("output_tokens", "Tokens of answers.", lambda model: model.output_tokens),
        counter("cost_usd", "Estimated cost in US dollars.", lambda model: model.cost_nanodollars / _NANO),
        counter("unpriced_calls", "Calls to models without a known price.", lambda model: model.unpriced_calls),
    ]


def _failures(failures: Sequence[FailureTotal]) -> Counter:
    names = ("provider", "model", "outcome")
    samples = [({name: getattr(total, name) for name in names}, total.calls) for total in failures]
    return Counter("tutor_model_failures_total", "Calls to providers that failed, by reason.", samples)


def _verdicts(verdicts: Sequence[VerdictTotal]) -> Counter:
    about = "Answers of models by the guard's verdict: passed, or the rule that stopped them."
    names = ("provider", "model", "hint_level", "verdict")
    samples = [({name: getattr(total, name) for name in names}, total.answers) for total in verdicts]
    return Counter("tutor_guard_verdicts_total", about, samples)


def _ratings(ratings: Sequence[RatingTotal]) -> Gauge:
    samples: list[tuple[Mapping[str, str | int], float]] = [
        (
            {
                "provider": total.provider,
                "model": total.model,
                "hint_level": total.hint_level,
                "helpful": str(total.is_helpful).lower(),
            },
            total.answers,
        )
        for total in ratings
    ]
    return Gauge("tutor_ratings", "Answers by the students' latest rating.", samples)


def _refusals(refusals: Mapping[str, int]) -> Counter:
    samples = [({"limit": limit}, count) for limit, count in refusals.items()]
    return Counter("tutor_refusals_total", "Asks that a limit or a budget refused.", samples)


def _not_analysed(asks: int) -> Counter:
    return Counter("tutor_not_analysed_total", "Asks that got a generic hint: their code took too long.", [({}, asks)])


def _money(spent: Spent, budgets: Budgets) -> tuple[Gauge, Gauge]:
    committed = {"day": spent.day, "month": spent.month}
    bounds = {"day": budgets.daily, "month": budgets.monthly}
    return (
        Gauge(
            "tutor_spending_usd",
            "What calls of the running UTC day and month have cost, or may still cost.",
            [({"period": period}, nanodollars / _NANO) for period, nanodollars in committed.items()],
        ),
        Gauge(
            "tutor_budget_usd",
            "What they may cost; without a budget there is no sample.",
            [({"period": period}, bound / _NANO) for period, bound in bounds.items() if bound is not None],
        ),
    )
