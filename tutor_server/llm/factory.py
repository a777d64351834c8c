"""Builds the chain that the settings name."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, assert_never

from tutor_server.llm.chain import Chain
from tutor_server.llm.model_profiles import RemoteModel
from tutor_server.llm.offline import OfflineProvider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tutor_server.limits import Deadlines
    from tutor_server.llm.model_profiles import ModelProfile
    from tutor_server.llm.offline import Explain
    from tutor_server.llm.provider import Provider
    from tutor_server.settings import Settings


def remote_models(settings: Settings) -> list[RemoteModel]:
    """Give the models of the chain that are not in this process."""
    return list(_remote_models(settings))


def _remote_models(settings: Settings) -> Iterator[RemoteModel]:
    for name in settings.chain:
        match name:
            case "anthropic":
                key, model, base_url = settings.anthropic_api_key, settings.anthropic_model, settings.anthropic_base_url
            case "openai":
                key, model, base_url = settings.openai_api_key, settings.openai_model, settings.openai_base_url
            case "offline":
                continue
            case _:
                assert_never(name)
        api_key = key.get_secret_value() if key else None
        yield RemoteModel(provider=name, name=model, api_key=api_key, base_url=base_url)


def build_chain(
    settings: Settings,
    profiles: Iterable[ModelProfile],
    deadlines: Deadlines,
    explain: Explain,
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Chain:
    """Build the providers of `settings.chain`, each by its model's profile, and chain them.

    `explain` is the offline tutor's; `clock` gives monotonic seconds.
    """
    remote = {model.provider: _provider(model) for model in profiles}
    offline = OfflineProvider(explain)
    providers = [offline if name == "offline" else remote[name] for name in settings.chain]
    return Chain(providers, deadlines, offline=offline, clock=clock)


def _provider(profile: ModelProfile) -> Provider:
    if profile.provider == "openai":
        from tutor_server.llm.openai import OpenAIProvider  # noqa: PLC0415 - offline alone needs no client

        return OpenAIProvider(profile.endpoint, profile.model)
    from tutor_server.llm.anthropic import AnthropicProvider  # noqa: PLC0415 - likewise

    return AnthropicProvider(profile.endpoint, profile.model)
