"""Estimates the cost of a call from the operator's price file or, if that has no entry, from the price list."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN
from typing import TYPE_CHECKING, Self

from tutor_server.llm.model_prices import prices_at
from tutor_server.llm.offline import OFFLINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from tutor_server.llm.model_prices import PricePeriod
    from tutor_server.llm.model_profiles import ModelProfile
    from tutor_server.llm.price_file import PriceFile
    from tutor_server.llm.provider import Usage

NANO_DOLLARS = 10**9


class Prices:
    """Estimates costs for a given set of models, each identified by its provider and name."""

    def __init__(self, own: PriceFile, listed: Mapping[tuple[str, str], tuple[PricePeriod, ...]]) -> None:
        self._own = own
        self._listed = listed

    @classmethod
    def of(cls, own: PriceFile, profiles: Iterable[ModelProfile]) -> Self:
        """Build from the operator's price file and from the listed prices in the models' profiles."""
        return cls(own, {(model.provider, model.model): model.prices for model in profiles if model.prices is not None})

    def estimated_cost(self, provider: str, model: str, usage: Usage, at: datetime) -> int | None:
        """Return the cost of a call in nano-dollars, by the tiers and cache rates in force at `at`.

        Return None if the price is not known: the call is unpriced, not free. Only the offline tutor is free.
        """
        if provider == OFFLINE:
            return 0
        prices = self._own.get((provider, model))
        if prices is None and (periods := self._listed.get((provider, model))) is not None:
            prices = prices_at(periods, at)
        if prices is None:
            return None
        return int((prices.dollars(usage) * NANO_DOLLARS).to_integral_value(ROUND_HALF_EVEN))
