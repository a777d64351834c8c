"""Reads `prices.toml` in the data folder: the operator's own prices, for custom models or special contracts."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tutor_server.errors import SettingsError
from tutor_server.llm.model_prices import MILLION, ModelPrices, Rates
from tutor_server.llm.registry import SPECS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

PRICE_FILE = "prices.toml"

PriceFile = dict[tuple[str, str], ModelPrices]
"""Prices by provider and model."""


def read_price_file(folder: Path) -> PriceFile:
    """Return the prices in the file of a data folder, or none without a file. Raises `SettingsError` for a bad file."""
    try:
        text = (folder / PRICE_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(f"cannot be read ({type(error).__name__})") from error
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(str(error)) from error
    entries = content.pop("price", [])
    if content or not _is_tables(entries):
        raise _wrong("holds [[price]] tables and nothing else")
    prices: PriceFile = {}
    for number, entry in enumerate(entries, start=1):
        place = f"price {number}"
        key = _names(entry, place)
        if key in prices:
            raise _wrong(f"{place}: {key[0]} {key[1]} has a price already")
        prices[key] = prices_in(entry, place, _wrong)
    return prices


def _names(entry: dict[str, Any], place: str) -> tuple[str, str]:
    provider, model = entry.pop("provider", None), entry.pop("model", None)
    if not isinstance(provider, str) or provider not in SPECS:
        raise _wrong(f"{place}: provider is one of {', '.join(SPECS)}")
    if not isinstance(model, str) or not model:
        raise _wrong(f"{place}: model is the name of a model")
    return provider, model


def prices_in(entry: dict[str, Any], place: str, wrong: Callable[[str], SettingsError]) -> ModelPrices:
    """Return the prices of a table: its rates, and those of its tiers. `wrong` builds the error for a problem."""
    tables = entry.pop("tier", [])
    if not _is_tables(tables):
        raise wrong(f"{place}: tier is written as [[price.tier]]")
    tiers: dict[int, Rates] = {}
    for number, table in enumerate(tables, start=1):
        tier_place = f"{place}, tier {number}"
        above = table.pop("above", None)
        if type(above) is not int or above < 1 or above in tiers:
            raise wrong(f"{tier_place}: above is a number of prompt tokens, another one in each tier")
        tiers[above] = _rates(table, tier_place, wrong)
    return ModelPrices(rates=_rates(entry, place, wrong), tiers=tuple(sorted(tiers.items())))


def _rates(table: Mapping[str, Any], place: str, wrong: Callable[[str], SettingsError]) -> Rates:
    unknown = set(table) - {"input", "output", "cache_read", "cache_write"}
    if unknown:
        raise wrong(f"{place}: {min(unknown)} is not known here")
    given = {name: _rate(value, f"{place}: {name}", wrong) for name, value in table.items()}
    if missing := {"input", "output"} - set(given):
        raise wrong(f"{place}: {min(missing)} is missing")
    return Rates(
        input=given["input"],
        output=given["output"],
        cache_read=given.get("cache_read", given["input"]),
        cache_write=given.get("cache_write", given["input"]),
    )


def _rate(value: Any, place: str, wrong: Callable[[str], SettingsError]) -> Decimal:
    if type(value) is int or (isinstance(value, Decimal) and value.is_finite()):
        rate = Decimal(value)
        if 0 <= rate <= MILLION:
            return rate
    raise wrong(f"{place} is a number of dollars per million tokens, 0 or more")


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _wrong(problem: str) -> SettingsError:
    return SettingsError(f"TUTOR_DATA_DIR: {PRICE_FILE}: {problem}")
