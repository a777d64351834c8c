"""The maximum cost of a call, which the limiter reserves before the prompt is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_server.errors import SettingsError
from tutor_server.ledger.budgets import budgets_of
from tutor_server.llm.price_file import PRICE_FILE
from tutor_server.llm.provider import Usage
from tutor_server.storage.spending import Budgets

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from tutor_server.llm.model_profiles import ModelProfile
    from tutor_server.llm.prices import Prices
    from tutor_server.settings import Settings

INSTRUCTIONS_TOKENS = 3000
"""The number of tokens assumed for the parts of a prompt besides the student's context.

These are the instructions and the module's statement.
"""


def max_call_cost(settings: Settings, profiles: Iterable[ModelProfile], prices: Prices, now: datetime) -> int:
    """Return the nano-dollars that a call to one of these models is unlikely to exceed.

    Raises `SettingsError` if a budget is set but a price is not known, since calls without a price
    would never reach the budget.
    """
    prompt = settings.context_tokens + INSTRUCTIONS_TOKENS
    most = 0
    for model in profiles:
        thoughts = model.options.room_for_thoughts if model.options.asks_to_think else 0
        plain = Usage(prompt, model.options.longest_answer(settings.max_output_tokens) + thoughts)
        written = replace(plain, cache_write_tokens=prompt)
        costs = [prices.estimated_cost(model.provider, model.model, usage, now) for usage in (plain, written)]
        cost = max((each for each in costs if each is not None), default=None)
        if cost is None and budgets_of(settings) != Budgets():
            name = "TUTOR_MONTHLY_BUDGET_USD" if settings.daily_budget_usd is None else "TUTOR_DAILY_BUDGET_USD"
            raise SettingsError(
                f"{name}: no price is known for {model.model} of {model.provider}, so that no budget can hold; "
                f"put one into {settings.data_dir / PRICE_FILE}"
            )
        most = max(most, cost or 0)
    return most


def unpriced_models(profiles: Iterable[ModelProfile], prices: Prices, now: datetime) -> tuple[str, ...]:
    """Return the models whose price is not known."""
    return tuple(
        profile.model
        for profile in profiles
        if prices.estimated_cost(profile.provider, profile.model, Usage(1, 1), now) is None
    )
