"""Reads a model's prices from the list in the package genai-prices. Loading the list takes some 30 MB and 0.2 s."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from genai_prices import Usage, calc_price
from genai_prices.types import ConditionalPrice, ModelPrice, StartDateConstraint, TieredPrices, TimeOfDateConstraint

from tutor_server.llm.model_prices import MILLION, ModelPrices, PricePeriod, Rates

if TYPE_CHECKING:
    from datetime import time
    from decimal import Decimal


def listed_prices(provider: str, model: str, base_url: str | None = None) -> tuple[PricePeriod, ...] | None:
    """Return the periods of a model's prices; a later period takes precedence.

    A base URL that the list knows names the vendor, such as Mistral; else it is `provider`.
    Return None if the list lacks the model or prices it by other units than tokens.
    """
    listed = _at(base_url, model) if base_url else None
    listed = listed or _of(provider, model)
    if listed is None:
        return None
    conditional = [ConditionalPrice(prices=listed)] if isinstance(listed, ModelPrice) else listed
    if any(_dollars(price.prices) for price in conditional):
        return None
    return tuple(_period(price) for price in conditional)


def _of(provider: str, model: str) -> ModelPrice | list[ConditionalPrice] | None:
    try:
        return calc_price(Usage(), model, provider_id=provider).model.prices
    except LookupError:
        return None


def _at(base_url: str, model: str) -> ModelPrice | list[ConditionalPrice] | None:
    try:
        return calc_price(Usage(), model, provider_api_url=base_url).model.prices
    except LookupError:
        return None


def _period(price: ConditionalPrice) -> PricePeriod:
    prices = _prices(price.prices)
    match price.constraint:
        case StartDateConstraint(start_date=first_day):
            return PricePeriod(prices=prices, first_day=first_day)
        case TimeOfDateConstraint(start_time=start, end_time=end):
            return PricePeriod(prices=prices, daily=(_utc(start), _utc(end)))
        case None:
            return PricePeriod(prices=prices)


def _prices(listed: ModelPrice) -> ModelPrices:
    tiered = [price for price in vars(listed).values() if isinstance(price, TieredPrices)]
    starts = sorted({tier.start for price in tiered for tier in price.tiers})
    return ModelPrices(rates=_rates(listed, 1), tiers=tuple((above, _rates(listed, above + 1)) for above in starts))


def _rates(listed: ModelPrice, prompt: int) -> Rates:
    """Return the rates for prompts of a given length. They are derived from calls that the list's rules price."""
    plain = _dollars(listed, input_tokens=prompt)
    return Rates(
        input=plain * MILLION / prompt,
        output=_dollars(listed, input_tokens=prompt, output_tokens=int(MILLION)) - plain,
        cache_read=_dollars(listed, input_tokens=prompt, cache_read_tokens=prompt) * MILLION / prompt,
        cache_write=_dollars(listed, input_tokens=prompt, cache_write_tokens=prompt) * MILLION / prompt,
    )


def _dollars(listed: ModelPrice, **tokens: int) -> Decimal:
    return listed.calc_price(Usage(**tokens))["total_price"]


def _utc(time_of_day: time) -> time:
    if time_of_day.tzinfo is None:
        return time_of_day
    return datetime.combine(date(1970, 1, 1), time_of_day).astimezone(UTC).time()
