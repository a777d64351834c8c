"""The declaration of a provider, which settings, prices, checks and the chain read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor_server.llm.endpoint import Endpoint
    from tutor_server.llm.model_options import ModelOptions
    from tutor_server.llm.provider import Provider
    from tutor_server.llm.upstream import Upstream


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSpec:
    """The declaration of a provider. Its module is imported with the settings, so it imports no HTTP client or SDK.

    The settings are named after the provider: `<NAME>_API_KEY`, `<NAME>_BASE_URL`, `TUTOR_<NAME>_MODEL` and
    `TUTOR_<NAME>_OPTIONS`.
    """

    name: str
    """The name in lower case, as in `TUTOR_LLM_PROVIDERS`, the ledger and frames; also the name of the module."""
    default_model: str
    build: Callable[[Upstream, str, ModelOptions | None], Provider]
    """Builds the provider from the connections to its endpoint, the name of a model, and the operator's options."""
    endpoint: Callable[[str | None, str | None], Endpoint]
    """Returns the endpoint for an API key and a base URL, according to the SDK. Runs in a child process."""
    models_url: Callable[[str | None], str]
    """Returns the URL of the list of models at a base URL, which `tutor-server check` reads after a failed call."""
    other_base_urls: Callable[[str], Sequence[str]]
    """Returns the base URLs that the operator may have meant, from the URL of a call that found nothing there."""
    price_list_name: str
    """The provider's name in the price list of genai-prices."""
    works_without_key: bool = False
    """Whether a base URL suffices without a key, as for a server on the operator's own machine."""

    @property
    def key_variable(self) -> str:
        """The environment variable that holds the API key."""
        return f"{self.name.upper()}_API_KEY"

    @property
    def base_url_variable(self) -> str:
        """The environment variable that holds the base URL."""
        return f"{self.name.upper()}_BASE_URL"

    @property
    def options_variable(self) -> str:
        """The environment variable that holds the additions to the body of a call."""
        return f"TUTOR_{self.name.upper()}_OPTIONS"

    @property
    def model_variable(self) -> str:
        """The environment variable that holds the name of the model."""
        return f"TUTOR_{self.name.upper()}_MODEL"
