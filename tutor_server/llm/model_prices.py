"""The prices of one model: rates that depend on the prompt's length and on the time of the call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime, time

    from tutor_server.llm.provider import Usage

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Rates in dollars per million tokens."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelPrices:
    """The rates of a model. If a prompt exceeds the tokens of a tier, that tier's rates apply to the whole call."""

    rates: Rates
    tiers: tuple[tuple[int, Rates], ...] = ()
    """Pairs of a number of tokens and the rates for longer prompts, in ascending order."""

    def dollars(self, usage: Usage) -> Decimal:
        """Return the exact cost of a call in dollars."""
        cached = usage.cache_read_tokens + usage.cache_write_tokens
        prompt = max(usage.input_tokens, cached)
        rates = self.rates
        for above, tier in self.tiers:
            if prompt > above:
                rates = tier
        return (
            (prompt - cached) * rates.input
            + usage.cache_read_tokens * rates.cache_read
            + usage.cache_write_tokens * rates.cache_write
            + usage.output_tokens * rates.output
        ) / MILLION


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePeriod:
    """Prices and when they are in force: always, from a day on, or between two times of each day (all in UTC)."""

    prices: ModelPrices
    first_day: date | None = None
    daily: tuple[time, time] | None = None
    """The start and the exclusive end of the daily period; the end may be on the next day."""

    def holds(self, at: datetime) -> bool:
        """Return whether these prices are in force at a time."""
        utc = at.astimezone(UTC)
        if self.first_day is not None and utc.date() < self.first_day:
            return False
        if self.daily is None:
            return True
        start, end = self.daily
        if end < start:
            return not end <= utc.time() < start
        return start <= utc.time() < end


def prices_at(periods: tuple[PricePeriod, ...], at: datetime) -> ModelPrices:
    """Return the prices in force at a time: the last matching period, or the first period if none matches."""
    return next((period for period in reversed(periods) if period.holds(at)), periods[0]).prices
