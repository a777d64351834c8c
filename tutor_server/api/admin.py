"""`/api/admin/usage`: usage and cost of the service, for holders of the admin key."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from aiohttp import web

from tutor_server.api import schemas
from tutor_server.api.keys import CLOCK, DATABASE
from tutor_server.api.routes import Access, Routes
from tutor_server.ledger.periods import Period, day_of, month_of, week_of
from tutor_server.storage.usage import usage_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from tutor_server.storage.usage import ModelUsage

routes = Routes("admin")

_NANO = Decimal(10) ** 9


@routes.add("GET /api/admin/usage", access=Access.ADMIN)
async def usage(request: web.Request) -> schemas.Usage:
    """Return calls, tokens and estimated cost for the current day, ISO week and month."""
    now = request.app[CLOCK].now()
    periods = (day_of(now), week_of(now), month_of(now))

    def read(connection: Connection) -> list[Sequence[ModelUsage]]:
        return [usage_between(connection, period.first, period.last) for period in periods]

    day, week, month = map(_summed, periods, await request.app[DATABASE].read(read))
    return schemas.Usage(day=day, week=week, month=month)


def _summed(period: Period, models: Sequence[ModelUsage]) -> schemas.PeriodUsage:
    return schemas.PeriodUsage(
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        calls=sum(model.calls for model in models),
        input_tokens=sum(model.input_tokens for model in models),
        output_tokens=sum(model.output_tokens for model in models),
        estimated_cost_usd=_dollars(sum(model.cost_nanodollars for model in models)),
        unpriced_calls=sum(model.unpriced_calls for model in models),
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
    )


def _dollars(nanodollars: int) -> float:
    return float(Decimal(nanodollars) / _NANO)
