"""`GET /metrics`: what Prometheus reads. The numbers are the database's sums, the same at every worker and for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api.keys import DATABASE
from tutor_server.api.routes import Access, Routes
from tutor_server.storage.guard_verdicts import verdict_totals
from tutor_server.storage.usage import usage_of_all_time
from tutor_server.telemetry.metrics import CONTENT_TYPE, Counter, exposition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from tutor_server.storage.guard_verdicts import VerdictTotal
    from tutor_server.storage.usage import ModelUsage

routes = Routes("admin")

_NANO = 1e9


@routes.add("GET /metrics", access=Access.ADMIN, produces="text/plain")
async def metrics(request: web.Request) -> web.Response:
    """Count calls, tokens and estimated cost by model, and the guard's verdicts, in the text format of Prometheus."""

    def read(connection: Connection) -> tuple[Sequence[ModelUsage], Sequence[VerdictTotal]]:
        return usage_of_all_time(connection), verdict_totals(connection)

    usage, verdicts = await request.app[DATABASE].read(read)
    counters = (*_usage(usage), _verdicts(verdicts))
    return web.Response(body=exposition(counters).encode(), headers={"Content-Type": CONTENT_TYPE})


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


def _verdicts(verdicts: Sequence[VerdictTotal]) -> Counter:
    about = "Answers of models by the guard's verdict: passed, or the rule that stopped them."
    names = ("provider", "model", "hint_level", "verdict")
    samples = [({name: getattr(total, name) for name in names}, total.answers) for total in verdicts]
    return Counter("tutor_guard_verdicts_total", about, samples)
