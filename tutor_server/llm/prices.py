"""What a call is estimated to cost: by the operator's price file, else by the list in genai-prices' wheel."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from tutor_server.llm.price_file import PriceFile
    from tutor_server.llm.provider import Usage

NANO_DOLLARS = 10**9


class Prices:
    """Prices calls. Nothing is looked up outside the process."""

    def __init__(self, own: PriceFile | None = None) -> None:
        self._own = own or {}

    def estimated_cost(self, provider: str, model: str, usage: Usage, at: datetime) -> int | None:
        """Give the cost of a call in nano-dollars, by the tiers and cache rates in force at `at`.

        None: the model's price is not known, and the call is unpriced, which is not free. The offline tutor is free.
        """
        if provider == "offline":
            return 0
        own = self._own.get((provider, model))
        dollars = _listed(provider, model, usage, at) if own is None else own.dollars(usage)
        return None if dollars is None else int((dollars * NANO_DOLLARS).to_integral_value(ROUND_HALF_EVEN))


def _listed(provider: str, model: str, usage: Usage, at: datetime) -> Decimal | None:
    import genai_prices  # noqa: PLC0415 - takes 0.16 s, which a service without models need not wait for

    if not _is_listed(provider, model):
        return None
    cached = usage.cache_read_tokens + usage.cache_write_tokens
    counted = genai_prices.Usage(
        input_tokens=max(usage.input_tokens, cached),
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )
    return genai_prices.calc_price(counted, model, provider_id=provider, genai_request_timestamp=at).total_price


@cache
def _is_listed(provider: str, model: str) -> bool:
    """Tell whether a price is listed: the list is searched at each call for a model that is not on it."""
    import genai_prices  # noqa: PLC0415 - as above

    try:
        genai_prices.calc_price(genai_prices.Usage(), model, provider_id=provider)
    except LookupError:
        return False
    return True
