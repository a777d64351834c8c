"""What a call is estimated to cost, by the price list in genai-prices' wheel: nothing is looked up elsewhere."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from tutor_server.llm.provider import Usage

NANO_DOLLARS = 10**9


def estimated_cost(provider: str, model: str, usage: Usage, at: datetime) -> int | None:
    """Give the cost of a call in nano-dollars, by the tiers and cache rates in force at `at`.

    None: the model's price is not known, and the call is unpriced, which is not free. The offline tutor is free.
    """
    if provider == "offline":
        return 0
    import genai_prices  # noqa: PLC0415 - takes 0.16 s, which a service without models need not wait for

    cached = usage.cache_read_tokens + usage.cache_write_tokens
    counted = genai_prices.Usage(
        input_tokens=max(usage.input_tokens, cached),
        output_tokens=usage.output_tokens,
        cache_read_tokens=usage.cache_read_tokens,
        cache_write_tokens=usage.cache_write_tokens,
    )
    try:
        price = genai_prices.calc_price(counted, model, provider_id=provider, genai_request_timestamp=at)
    except LookupError:
        return None
    return int((price.total_price * NANO_DOLLARS).to_integral_value(ROUND_HALF_EVEN))
