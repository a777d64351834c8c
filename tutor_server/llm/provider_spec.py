"""What a provider's module declares, so that settings, prices, checks and the chain know the provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor_server.llm.endpoint import Endpoint
    from tutor_server.llm.provider import Provider
    from tutor_server.llm.upstream import Upstream


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyProbe:
    """A GET request that costs nothing and shows whether the provider takes the key: its list of models."""

    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """A provider of models. Its module is loaded with the settings, so it imports no HTTP client and no SDK.

    Its settings are named after it: `<NAME>_API_KEY`, `<NAME>_BASE_URL` and `TUTOR_<NAME>_MODEL`.
    """

    name: str
    """In lower case, as in `TUTOR_LLM_PROVIDERS`, in the ledger and in frames; the name of its module."""
    default_model: str
    build: Callable[[Upstream, str], Provider]
    """Builds the provider over the connections to its endpoint, for a model."""
    endpoint: Callable[[str | None, str | None], Endpoint]
    """Asks the provider's SDK for the endpoint, by API key and base URL. Runs in a process of its own."""
    key_probe: Callable[[str | None, str | None], KeyProbe]
    """Returns how `tutor-server check` tries the key, by API key and base URL."""
    price_list_name: str
    """Under which genai-prices lists the models."""
    works_without_key: bool = False
    """Whether a base URL alone is enough, as for a server on the operator's own machine."""

    @property
    def key_variable(self) -> str:
        """The environment variable of the API key."""
        return f"{self.name.upper()}_API_KEY"

    @property
    def base_url_variable(self) -> str:
        """The environment variable of the base URL."""
        return f"{self.name.upper()}_BASE_URL"

    @property
    def model_variable(self) -> str:
        """The environment variable of the model."""
        return f"TUTOR_{self.name.upper()}_MODEL"
