"""On which terms a model answers: where it is called, and what that costs. The SDKs and the price list know.

Those are big: of a process that has loaded them they hold 23 MB for OpenAI, and 65 MB for both providers. So a service
asks them as it starts, by a process of its own that ends with the answer.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor_server.llm.endpoint import Endpoint, anthropic_endpoint, openai_endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_server.llm.model_prices import PricePeriod

RemoteName = Literal["anthropic", "openai"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteModel:
    """A model as the settings name it. OpenAI's API goes without a key, and a base URL may be the provider's own."""

    provider: RemoteName
    name: str
    api_key: str | None = None
    base_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """The terms of one model; without `prices`, none are listed."""

    provider: RemoteName
    model: str
    endpoint: Endpoint
    prices: tuple[PricePeriod, ...] | None


def load_model_profiles(models: Sequence[RemoteModel]) -> list[ModelProfile]:
    """Give the terms of each model. Loads what knows them into this process."""
    from tutor_server.llm.price_list import listed_prices  # noqa: PLC0415 - loads the price list

    return [
        ModelProfile(
            provider=model.provider,
            model=model.name,
            endpoint=_endpoint(model),
            prices=listed_prices(model.provider, model.name),
        )
        for model in models
    ]


def _endpoint(model: RemoteModel) -> Endpoint:
    if model.provider == "openai":
        return openai_endpoint(model.api_key, model.base_url)
    if model.api_key is None:
        raise ValueError("settings admit anthropic only with its key")
    return anthropic_endpoint(model.api_key, model.base_url)


def profiles_by_child_process(models: Sequence[RemoteModel]) -> list[ModelProfile]:
    """Give the terms of each model, and load nothing. Keys go through pipes only.

    Raises `SettingsError` with what an SDK says, which reads more of the environment than we do: proxies, certificates.
    """
    if not models:
        return []
    program = "from tutor_server.llm.model_profiles import answer; answer()"
    asked = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-P", "-c", program], input=pickle.dumps(models), capture_output=True, check=False
    )
    if asked.returncode:
        from tutor_server.settings import SettingsError  # noqa: PLC0415 - that process has no use for settings

        *_, said = asked.stderr.decode(errors="replace").splitlines() or [f"it ended with {asked.returncode}"]
        raise SettingsError(f"the providers' SDKs cannot be set up: {said}")
    terms: list[ModelProfile] = pickle.loads(asked.stdout)  # noqa: S301 - of our own process
    return terms


def answer() -> None:
    """Be that process: take the models from stdin and write their terms to stdout."""
    pickle.dump(load_model_profiles(pickle.load(sys.stdin.buffer)), sys.stdout.buffer)  # noqa: S301 - as above
