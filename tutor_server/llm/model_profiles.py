"""The profile of each model: its endpoint and its prices, from the providers' SDKs and the price list.

In a service process, the SDK and the list would take 23 MB for OpenAI, and 65 MB for both providers. So they are
loaded at the start in a short-lived child process.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_server.errors import SettingsError
from tutor_server.llm.model_options import ModelOptions
from tutor_server.llm.model_prices import PricePeriod
from tutor_server.llm.registry import SPECS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_server.llm.endpoint import Endpoint
    from tutor_server.llm.model_prices import ModelPrices
    from tutor_server.llm.provider_spec import ProviderSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteModel:
    """A model as named in the settings. `base_url` replaces the default of its format.

    `provider` is the name in ledger, metrics and frames. `format` is that of a spec in the registry; None: the
    provider's name. `place` says where in the providers file the model stands; None: in variables of its own.
    """

    provider: str
    name: str
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    format: str | None = None
    options: ModelOptions = field(default_factory=ModelOptions)
    prices: ModelPrices | None = None
    concurrency: int | None = None
    """The maximum number of calls at once, over all processes; None: that of all providers."""
    place: str | None = None

    @property
    def spec(self) -> ProviderSpec:
        """The declaration of the model's format."""
        return SPECS[self.format or self.provider]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProfile:
    """The endpoint and the prices of one model. `prices` is None if no price of the model is known."""

    provider: str
    model: str
    endpoint: Endpoint
    prices: tuple[PricePeriod, ...] | None
    format: str | None = None
    options: ModelOptions = field(default_factory=ModelOptions)


def load_model_profiles(models: Sequence[RemoteModel]) -> list[ModelProfile]:
    """Return the profile of each model. This loads the SDKs and the price list into this process."""
    from tutor_server.llm.price_list import listed_prices  # noqa: PLC0415 - this import loads the price list

    return [
        ModelProfile(
            provider=model.provider,
            model=model.name,
            endpoint=model.spec.endpoint(model.api_key, model.base_url),
            prices=(PricePeriod(prices=model.prices),)
            if model.prices is not None
            else listed_prices(model.spec.price_list_name, model.name, model.base_url),
            format=model.format,
            options=model.options,
        )
        for model in models
    ]


def profiles_by_child_process(models: Sequence[RemoteModel]) -> list[ModelProfile]:
    """Return the profile of each model without loading SDKs into this process. Keys are passed only through pipes.

    Raises `SettingsError` with the message of an SDK, which also reads proxies and certificates from the environment.
    """
    if not models:
        return []
    program = "from tutor_server.llm.model_profiles import answer; answer()"
    asked = subprocess.run(  # noqa: S603 - it runs our own program
        [sys.executable, "-P", "-c", program], input=pickle.dumps(models), capture_output=True, check=False
    )
    if asked.returncode:
        *_, said = asked.stderr.decode(errors="replace").splitlines() or [f"it ended with {asked.returncode}"]
        raise SettingsError(f"the providers' SDKs cannot be set up: {said}")
    profiles: list[ModelProfile] = pickle.loads(asked.stdout)  # noqa: S301 - the data comes from our own child process
    return profiles


def answer() -> None:
    """Read models from stdin and write their profiles to stdout. This is the program of the child process."""
    pickle.dump(load_model_profiles(pickle.load(sys.stdin.buffer)), sys.stdout.buffer)  # noqa: S301 - the data comes from our parent process
