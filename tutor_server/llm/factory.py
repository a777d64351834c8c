"""Builds the chain that the settings name. A provider's SDK is imported only when that provider is in the chain."""

# ruff: noqa: PLC0415 - each SDK takes a good part of a second to import

from __future__ import annotations

import time
from typing import TYPE_CHECKING, assert_never

from tutor_server.llm.chain import Chain
from tutor_server.llm.offline import OfflineProvider

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_server.limits import Deadlines
    from tutor_server.llm.provider import Provider
    from tutor_server.settings import ProviderName, Settings


def build_chain(settings: Settings, deadlines: Deadlines, *, clock: Callable[[], float] = time.monotonic) -> Chain:
    """Build the providers of `settings.chain` and chain them. `clock` gives monotonic seconds."""
    providers = [build_provider(name, settings) for name in settings.chain]
    return Chain(providers, deadlines, clock=clock)


def build_provider(name: ProviderName, settings: Settings) -> Provider:
    """Build one provider from its settings."""
    match name:
        case "anthropic":
            from tutor_server.llm.anthropic import AnthropicProvider

            if settings.anthropic_api_key is None:
                raise ValueError("settings admit anthropic only with its key")
            return AnthropicProvider(
                api_key=settings.anthropic_api_key.get_secret_value(),
                model=settings.anthropic_model,
                base_url=settings.anthropic_base_url,
            )
        case "openai":
            from tutor_server.llm.openai import OpenAIProvider

            key = settings.openai_api_key
            return OpenAIProvider(
                api_key=key.get_secret_value() if key else None,
                model=settings.openai_model,
                base_url=settings.openai_base_url,
            )
        case "offline":
            return OfflineProvider()
    assert_never(name)
