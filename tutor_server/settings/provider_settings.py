"""Each provider's settings: its API key, base URL, model and options, in variables named after the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, create_model
from pydantic_settings import BaseSettings, NoDecode

from tutor_server.llm.model_options import ModelOptions
from tutor_server.llm.model_profiles import RemoteModel
from tutor_server.llm.registry import KNOWN_NAMES, SPECS
from tutor_server.settings import values
from tutor_server.settings.model_options import options_in_json

if TYPE_CHECKING:
    from collections.abc import Mapping


def _fit_for_a_header(value: SecretStr | None) -> SecretStr | None:
    key = "" if value is None else values.header_value(value.get_secret_value())
    return SecretStr(key) if key else None


def _web_address(value: str | None) -> str | None:
    return None if value is None else values.web_address(value)


ApiKey = Annotated[SecretStr | None, AfterValidator(_fit_for_a_header)]
BaseUrl = Annotated[str | None, AfterValidator(_web_address)]
Options = Annotated[dict[str, Any] | None, NoDecode, BeforeValidator(options_in_json)]
"""Fields that are merged into the body of each call, in JSON."""
ModelName = Annotated[str, Field(max_length=128)]
"""The name of a model; the database's columns limit its length."""


def _provider_fields() -> dict[str, tuple[Any, Any]]:
    """Return the settings fields of all providers, in the form that pydantic's `create_model` takes."""
    fields: dict[str, tuple[Any, Any]] = {}
    for name, spec in SPECS.items():
        fields[f"{name}_api_key"] = (ApiKey, Field(default=None, validation_alias=spec.key_variable))
        fields[f"{name}_base_url"] = (BaseUrl, Field(default=None, validation_alias=spec.base_url_variable))
        fields[f"{name}_model"] = (ModelName, spec.default_model)
        fields[f"{name}_options"] = (Options, Field(default=None, repr=False))
    return fields


if TYPE_CHECKING:
    ProviderSettings = BaseSettings
else:
    ProviderSettings = create_model("ProviderSettings", __base__=BaseSettings, **_provider_fields())


def field_names(provider: str) -> set[str]:
    """Return the names of one provider's settings fields."""
    return {f"{provider}_api_key", f"{provider}_base_url", f"{provider}_model", f"{provider}_options"}


def remote_model(provider: str, fields: Mapping[str, Any]) -> RemoteModel:
    """Return a provider's model, built from the values of its settings fields."""
    key: SecretStr | None = fields[f"{provider}_api_key"]
    return RemoteModel(
        provider=provider,
        name=fields[f"{provider}_model"],
        api_key=None if key is None else key.get_secret_value(),
        base_url=fields[f"{provider}_base_url"],
        options=ModelOptions(body=fields[f"{provider}_options"] or {}),
    )


def can_be_called(model: RemoteModel) -> bool:
    """Return whether a provider's required settings are there: its key, or only a base URL if it needs no key."""
    return bool(model.api_key or (model.base_url and SPECS[model.provider].works_without_key))


def known_providers() -> str:
    """Return the names of all providers, joined for use in a sentence."""
    return f"{', '.join(KNOWN_NAMES[:-1])} or {KNOWN_NAMES[-1]}"
