"""Reads the providers file: several providers by name, in the order in which they are tried.

Each error names the file, the table and the key, and says what to write.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

from tutor_server.errors import SettingsError
from tutor_server.llm.model_options import THINKING_TOKENS, ModelOptions, ThinkingMode
from tutor_server.llm.model_profiles import RemoteModel
from tutor_server.llm.offline import OFFLINE
from tutor_server.llm.price_file import prices_in
from tutor_server.llm.registry import KNOWN_NAMES, SPECS
from tutor_server.settings import values
from tutor_server.settings.model_options import options

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SETTING = "TUTOR_PROVIDERS_FILE"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
_MOST_TOKENS, _MOST_CALLS = 10_000_000, 10_000
_LONGEST_MODEL = 128
PROVIDER_KEYS = (
    *("name", "format", "base_url", "model", "key_variable", "thinking", "thinking_tokens", "context_tokens"),
    *("max_output_tokens", "concurrency", "options", "price"),
)


@dataclass(frozen=True, slots=True)
class ProviderTable:
    """The providers of the file. `chain` has their names in order, with `offline` at its end unless forbidden."""

    models: tuple[RemoteModel, ...]
    chain: tuple[str, ...]


def read_providers_file(path: Path, environment: Mapping[str, str | None]) -> ProviderTable:
    """Return the providers of a file; keys are taken from the variables that it names. Raises `SettingsError`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise SettingsError(f"{SETTING}: {path} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{SETTING}: {path} cannot be read ({type(error).__name__})") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{SETTING}: {path}: {error}") from error
    return _File(str(path), environment).table(content)


class _File:
    def __init__(self, path: str, environment: Mapping[str, str | None]) -> None:
        self._path = path
        self._environment = environment

    def table(self, content: dict[str, Any]) -> ProviderTable:
        ends_offline, entries = content.pop("offline", None), content.pop("provider", None)
        if content:
            raise self._wrong(
                f"{min(content)} is not known here: write [[provider]] tables, and offline = true or false"
            )
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries) or not entries:
            raise self._wrong(
                "has no provider: write a [[provider]] table for each, in the order in which they are tried"
            )
        if ends_offline not in {None, True, False}:
            raise self._wrong("offline is true or false")
        models: list[RemoteModel] = []
        chain: list[str] = []
        for number, entry in enumerate(entries, start=1):
            place = f"provider {number}"
            name = self._name(entry, place, chain)
            chain.append(name)
            if self._format(entry, place, name) != OFFLINE:
                models.append(self._model(entry, f"{place} ({name})", name))
        if OFFLINE in chain and ends_offline is False:
            raise self._wrong("offline = false, but a provider is offline: leave one of them out")
        if OFFLINE not in chain and ends_offline is not False:
            chain.append(OFFLINE)
        if OFFLINE in chain[:-1]:
            raise self._wrong("offline never fails, so it can only be the last provider")
        return ProviderTable(tuple(models), tuple(chain))

    def _name(self, entry: dict[str, Any], place: str, earlier: list[str]) -> str:
        if unknown := sorted(set(entry) - set(PROVIDER_KEYS)):
            raise self._wrong(f"{place}: {unknown[0]} is not known here: write one of {', '.join(PROVIDER_KEYS)}")
        name = entry.get("name", OFFLINE if entry.get("format") == OFFLINE else None)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise self._wrong(f'{place}: name is up to 20 of a-z, 0-9, - and _, such as name = "gpu"')
        if name in earlier:
            raise self._wrong(f"{place}: name {name} is taken by an earlier provider: write another one")
        return name

    def _format(self, entry: dict[str, Any], place: str, name: str) -> str:
        known = f"{', '.join(KNOWN_NAMES[:-1])} or {KNOWN_NAMES[-1]}"
        kind = entry.get("format", name if name in KNOWN_NAMES else None)
        if kind not in KNOWN_NAMES:
            raise self._wrong(f"{place} ({name}): format is {known}; servers with an OpenAI-compatible API have openai")
        if (kind == OFFLINE) != (name == OFFLINE):
            raise self._wrong(f"{place} ({name}): the provider with format offline is named offline, and no other is")
        if kind == OFFLINE and (extra := sorted(set(entry) - {"name", "format"})):
            raise self._wrong(f"{place} ({name}): {extra[0]} means nothing for offline: leave it out")
        return str(kind)

    def _model(self, entry: dict[str, Any], place: str, name: str) -> RemoteModel:
        kind = entry.get("format", name)
        spec = SPECS[kind]
        base_url, variable = self._base_url(entry, place), self._key_variable(entry, place)
        key = None if variable is None else self._key(variable, place)
        if key is None and base_url is None:
            raise self._wrong(
                f'{place}: has neither base_url nor key_variable: write key_variable = "{spec.key_variable}"'
            )
        model = entry.get("model", spec.default_model if base_url is None else None)
        if not isinstance(model, str) or not 0 < len(model) <= _LONGEST_MODEL:
            raise self._wrong(
                f'{place}: model is the name of a model, as the server lists it, such as model = "qwen3:8b"'
            )
        return RemoteModel(
            provider=name,
            name=model,
            api_key=key,
            base_url=base_url,
            format=kind,
            options=self._options(entry, place, name, variable),
            prices=self._prices(entry, place),
            concurrency=self._number(entry, place, "concurrency", _MOST_CALLS),
            place=f"{place} of {self._path}",
        )

    def _base_url(self, entry: dict[str, Any], place: str) -> str | None:
        url = entry.get("base_url")
        if url is None:
            return None
        try:
            return values.web_address(url if isinstance(url, str) else "")
        except ValueError as error:
            raise self._wrong(f"{place}: base_url {error}") from None

    def _key_variable(self, entry: dict[str, Any], place: str) -> str | None:
        variable = entry.get("key_variable")
        if variable is None:
            return None
        if not isinstance(variable, str) or not _VARIABLE.fullmatch(variable):
            raise self._wrong(
                f'{place}: key_variable is the name of the variable that holds the key, such as "GPU_API_KEY", '
                "never the key itself"
            )
        return variable

    def _key(self, variable: str, place: str) -> str:
        key = self._environment.get(variable) or ""
        try:
            key = values.header_value(key)
        except ValueError as error:
            raise SettingsError(f"{variable}: {error}; {place} of {self._path} names it") from None
        if not key:
            raise self._wrong(
                f"{place}: key_variable names {variable}, which is not set: set it, or leave the line out"
            )
        return key

    def _options(self, entry: dict[str, Any], place: str, name: str, variable: str | None) -> ModelOptions:
        thinking = entry.get("thinking")
        modes = get_args(ThinkingMode)
        if thinking is not None and thinking not in modes:
            raise self._wrong(f"{place}: thinking is {', '.join(modes[:-1])} or {modes[-1]}")
        try:
            body = options(_plain(entry.get("options", {})))
        except ValueError as error:
            raise self._wrong(f"{place}: options {error}") from None
        return ModelOptions(
            name=name,
            key_name=variable or f"key_variable of {place} in {self._path}",
            options_name=f"options of {place} in {self._path}",
            body=body,
            thinking=thinking,
            thinking_tokens=self._number(entry, place, "thinking_tokens", _MOST_TOKENS) or THINKING_TOKENS,
            max_output_tokens=self._number(entry, place, "max_output_tokens", _MOST_TOKENS, least=50),
            context_tokens=self._number(entry, place, "context_tokens", _MOST_TOKENS, least=500),
        )

    def _prices(self, entry: dict[str, Any], place: str) -> Any:
        price = entry.get("price")
        if price is None:
            return None
        if not isinstance(price, dict):
            raise self._wrong(
                f"{place}: price is a table such as {{ input = 0.1, output = 0.3 }}, in dollars per million tokens"
            )
        return prices_in(dict(price), f"{place}: price", self._wrong)

    def _number(self, entry: dict[str, Any], place: str, key: str, most: int, *, least: int = 1) -> int | None:
        number = entry.get(key)
        if number is None:
            return None
        if type(number) is not int or not least <= number <= most:
            raise self._wrong(f"{place}: {key} is a number from {least} to {most}")
        return number

    def _wrong(self, problem: str) -> SettingsError:
        return SettingsError(f"{SETTING}: {self._path}: {problem}")


def _plain(value: Any) -> Any:
    """Return a value with its decimals as floating-point numbers, as JSON has them."""
    match value:
        case Decimal():
            return float(value)
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case _:
            return value
