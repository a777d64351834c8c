"""Where each model is called and what it costs. The providers' SDKs and the price list know.

Loaded into a service they would keep 23 MB for OpenAI, and 65 MB for both providers. So a service asks them as it
starts, in a child process that ends with the answer.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_server.errors import SettingsError
from tutor_server.llm.registry import SPECS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_server.llm.endpoint import Endpoint
    from tutor_server.llm.model_prices import PricePeriod


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteModel:
    """A model as the settings name it. `base_url` replaces the provider's own."""

    provider: str
    name: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """The endpoint and the prices of one model. Without `prices`, none are listed."""

    provider: str
    model: str
    endpoint: Endpoint
    prices: tuple[PricePeriod, ...] | None


def load_model_profiles(models: Sequence[RemoteModel]) -> list[ModelProfile]:
    """Return the profile of each model. This loads the SDKs and the price list into this process."""
    from tutor_server.llm.price_list import listed_prices  # noqa: PLC0415 - loads the price list

    return [
        ModelProfile(
            provider=model.provider,
            model=model.name,
            endpoint=SPECS[model.provider].endpoint(model.api_key, model.base_url),
            prices=listed_prices(SPECS[model.provider].price_list_name, model.name),
        )
        for model in models
    ]


def profiles_by_child_process(models: Sequence[RemoteModel]) -> list[ModelProfile]:
    """Return the profile of each model, and load nothing. Keys go through pipes only.

    Raises `SettingsError` with what an SDK says, which reads more of the environment than we do: proxies, certificates.
    """
    if not models:
        return []
    program = "from tutor_server.llm.model_profiles import answer; answer()"
    asked = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-P", "-c", program], input=pickle.dumps(models), capture_output=True, check=False
    )
    if asked.returncode:
        *_, said = asked.stderr.decode(errors="replace").splitlines() or [f"it ended with {asked.returncode}"]
        raise SettingsError(f"the providers' SDKs cannot be set up: {said}")
    profiles: list[ModelProfile] = pickle.loads(asked.stdout)  # noqa: S301 - of our own process
    return profiles


def answer() -> None:
    """Read models from stdin and write their profiles to stdout: what the child process does."""
    pickle.dump(load_model_profiles(pickle.load(sys.stdin.buffer)), sys.stdout.buffer)  # noqa: S301 - as above
