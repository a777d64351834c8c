"""The cost of calls: exact, with price tiers, and unknown instead of zero if the price is unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import genai_prices
import pytest
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor_server.errors import SettingsError
from tutor_server.llm.model_prices import prices_at
from tutor_server.llm.price_file import read_price_file
from tutor_server.llm.price_list import listed_prices
from tutor_server.llm.prices import NANO_DOLLARS, Prices
from tutor_server.llm.provider import Usage
from tutor_server.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

LISTED = {
    (provider, model): prices
    for provider, model in (
        ("anthropic", "claude-haiku-5-5"),
        ("anthropic", "claude-sonnet-5-5"),
        ("anthropic", Settings().remote_model("anthropic").name),
        ("openai", "gpt-5.6-luna"),
        ("openai", "gpt-6.1-terra"),
        ("openai", Settings().remote_model("openai").name),
    )
    if (prices := listed_prices(provider, model)) is not None
}
estimated_cost = Prices({}, LISTED).estimated_cost


def dollars(cost: int | None) -> Decimal:
    """Return a cost in dollars."""
    assert cost is not None
    return Decimal(cost) / NANO_DOLLARS


@pytest.mark.parametrize(
    ("model", "usage", "expected"),
    [
        ("claude-haiku-5-5", Usage(100_000, 1_000), "0.0105"),
        ("claude-haiku-5-5", Usage(100_001, 1_000), "0.0525005"),
        ("claude-sonnet-5-5", Usage(3, 1), "0.000016"),
        ("claude-sonnet-5-5", Usage(10_000, 500, 6_000, 2_000), "0.0146"),
        ("claude-sonnet-5-5", Usage(0, 0), "0"),
    ],
)
def test_l6_prices_are_exact_by_tier(model: str, usage: Usage, expected: str) -> None:
    """L6: costs with tiers by prompt length, and with separate cache rates, have no rounding errors."""
    assert dollars(estimated_cost("anthropic", model, usage, NOW)) == Decimal(expected)


@settings(deadline=None)
@given(st.integers(0, 272_000), st.integers(0, 100_000), st.data())
def test_l6_costs_are_what_the_price_list_says(prompt: int, output: int, data: st.DataObject) -> None:
    """L6: for any token counts, the cost is the sum of counts times rates, exact to a nano-dollar."""
    read = data.draw(st.integers(0, prompt))
    written = data.draw(st.integers(0, prompt - read))
    million = Decimal(1_000_000)
    plain = prompt - read - written
    exact = (plain * 1 + read * Decimal("0.05") + written * Decimal("1.25") + output * 5) / million
    cost = estimated_cost("openai", "gpt-6.1-terra", Usage(prompt, output, read, written), NOW)
    assert abs(dollars(cost) - exact) <= Decimal("0.0000000005")


def test_l6_the_price_of_the_day_counts() -> None:
    """L6: the cost of a call is computed with the price that was valid at its time."""
    before, after = (
        estimated_cost("openai", "gpt-5.6-luna", Usage(200_000, 0), datetime(2026, month, 15, tzinfo=UTC))
        for month in (7, 8)
    )
    assert (dollars(before), dollars(after)) == (Decimal("0.2"), Decimal("0.04"))


PROVIDERS = ("anthropic", "openai", "deepseek", "google")
"""Test prices: one model whose prices change with the hour of the day, and one with tiers by prompt length."""
MODELS = [
    (provider.id, model.id)
    for provider in get_snapshot().providers
    if provider.id in PROVIDERS
    for model in provider.models
    if model.is_match(model.id)
]


@given(
    st.sampled_from(MODELS),
    st.tuples(*(st.integers(0, 300_000) for _ in range(4))),
    st.timedeltas(timedelta(days=-600), timedelta(days=600)),
    st.integers(-12, 14),
)
def test_l6_prices_are_those_of_genai_prices(
    listed: tuple[str, str], tokens: tuple[int, int, int, int], later: timedelta, hours: int
) -> None:
    """L6: for every model of the list and any counts and time, the cost equals that of genai-prices."""
    plain, output, read, written = tokens
    provider, model = listed
    time = (NOW + later).astimezone(timezone(timedelta(hours=hours)))
    counted = genai_prices.Usage(
        input_tokens=plain + read + written,
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_tokens=written,
    )
    exact = genai_prices.calc_price(counted, model, provider_id=provider, genai_request_timestamp=time).total_price

    periods = listed_prices(provider, model)

    assert periods is not None
    assert prices_at(periods, time).dollars(Usage(plain + read + written, output, read, written)) == exact


def test_a_model_that_is_priced_by_the_call_is_unpriced() -> None:
    """A model with a fixed price for each call is unpriced, since its cost cannot be computed from tokens."""
    assert listed_prices("perplexity", "sonar") is None


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
@pytest.mark.parametrize("model", ["llama3", "tutor-model", ""])
def test_l7_an_unknown_model_is_unpriced(provider: str, model: str) -> None:
    """L7: a call to an unknown model has an unknown cost, not zero."""
    assert listed_prices(provider, model) is None
    assert estimated_cost(provider, model, Usage(1_000, 1_000), NOW) is None


def test_an_unknown_provider_is_unpriced() -> None:
    """A model of a provider that the price list does not contain is unpriced."""
    assert estimated_cost("somebody", "claude-sonnet-5-5", Usage(1, 1), NOW) is None


def test_more_cached_than_read_is_counted_as_read() -> None:
    """If a provider reports more cached tokens than prompt tokens, the prompt's count is used."""
    assert dollars(estimated_cost("openai", "gpt-6.1-terra", Usage(10, 0, 20), NOW)) == Decimal("0.000001")


def test_the_offline_tutor_is_free() -> None:
    """Offline answers have a known cost of zero."""
    assert estimated_cost("offline", "offline-1", Usage(0, 0), NOW) == 0


def test_the_default_models_have_prices() -> None:
    """The price list contains the default models."""
    defaults = Settings()
    assert estimated_cost("anthropic", defaults.remote_model("anthropic").name, Usage(1_000, 100), NOW)
    assert estimated_cost("openai", defaults.remote_model("openai").name, Usage(1_000, 100), NOW)


OWN = """
[[price]]
provider = "openai"
model = "llama3.1:8b"
input = 0.1
output = 0.3
cache_read = 0.0123456789
[[price.tier]]
above = 8000
input = 0.7
output = 1

[[price]]
provider = "anthropic"
model = "claude-sonnet-5-5"
input = 0
output = 0
"""


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (Usage(8000, 10), "0.000803"),
        (Usage(8001, 10), "0.0056107"),
        (Usage(1000, 0, 1000), "0.000012346"),
        (Usage(1000, 0, 0, 1000), "0.0001"),
        (Usage(0, 0), "0"),
    ],
)
def test_l6_own_prices_are_exact_by_tier(usage: Usage, expected: str, tmp_path: Path) -> None:
    """L6: the operator's file sets prices, with tiers and cache rates, for a model that the list lacks."""
    (tmp_path / "prices.toml").write_text(OWN)
    prices = Prices(read_price_file(tmp_path), LISTED)

    assert dollars(prices.estimated_cost("openai", "llama3.1:8b", usage, NOW)) == Decimal(expected)


def test_own_prices_come_before_the_list(tmp_path: Path) -> None:
    """The operator's price replaces the list's, even if it is zero; other models keep the list's."""
    (tmp_path / "prices.toml").write_text(OWN)
    prices = Prices(read_price_file(tmp_path), LISTED)

    assert prices.estimated_cost("anthropic", "claude-sonnet-5-5", Usage(1000, 1000), NOW) == 0
    assert prices.estimated_cost("openai", "gpt-6.1-terra", Usage(1000, 0), NOW) == 1_000_000
    assert prices.estimated_cost("anthropic", "llama3.1:8b", Usage(1000, 0), NOW) is None


def test_without_a_file_there_are_no_own_prices(tmp_path: Path) -> None:
    """If there is no price file, the prices are those of the built-in list."""
    assert read_price_file(tmp_path) == {}


HEAD = '[[price]]\nprovider = "openai"\nmodel = "m"\n'
PRICED = f"{HEAD}input = 1\noutput = 1\n"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("input = ", "Invalid value"),
        ("[prices]\n", "holds [[price]] tables and nothing else"),
        ("price = 1\n", "holds [[price]] tables and nothing else"),
        ('[[price]]\nprovider = "offline"\nmodel = "m"\ninput = 1\noutput = 1\n', "price 1: provider is one of"),
        ('[[price]]\nprovider = ["openai"]\n', "price 1: provider is one of"),
        ('[[price]]\nprovider = "openai"\nmodel = 7\n', "price 1: model is"),
        (f"{HEAD}input = 1\n", "price 1: output is missing"),
        (f"{HEAD}input = -0.1\noutput = 1\n", "price 1: input is a number of dollars"),
        (f"{HEAD}input = nan\noutput = 1\n", "price 1: input is a number of dollars"),
        (f"{HEAD}input = true\noutput = 1\n", "price 1: input is a number of dollars"),
        (f'{HEAD}input = "1"\noutput = 1\n', "price 1: input is a number of dollars"),
        (f"{PRICED}inptu = 1\n", "price 1: inptu is not known"),
        (f"{PRICED}{PRICED}", "price 2: openai m has a price already"),
        (f"{PRICED}[[price.tier]]\ninput = 1\noutput = 1\n", "price 1, tier 1: above is"),
        (f"{PRICED}[[price.tier]]\nabove = 5\n", "price 1, tier 1: input is missing"),
        (f"{PRICED}tier = 5\n", "price 1: tier is written as"),
    ],
)
def test_a_wrong_price_file_is_refused_in_one_line(content: str, problem: str, tmp_path: Path) -> None:
    """The error for an invalid price file is one line with the setting, the file, the entry and the fault."""
    (tmp_path / "prices.toml").write_text(content)

    with pytest.raises(SettingsError) as refusal:
        read_price_file(tmp_path)

    assert str(refusal.value).startswith("TUTOR_DATA_DIR: prices.toml: ")
    assert problem in str(refusal.value)
    assert "\n" not in str(refusal.value)
