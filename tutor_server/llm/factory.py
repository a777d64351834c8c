"""Builds the chain of providers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tutor_server.llm.chain import Chain
from tutor_server.llm.offline import OFFLINE, OfflineProvider
from tutor_server.llm.registry import SPECS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tutor_server.limits import Deadlines
    from tutor_server.llm.call_queue import CallQueue
    from tutor_server.llm.model_profiles import ModelProfile
    from tutor_server.llm.offline import Explain
    from tutor_server.llm.provider import Provider
    from tutor_server.llm.upstream import Upstream


def build_chain(
    names: Iterable[str],
    profiles: Iterable[ModelProfile],
    deadlines: Deadlines,
    explain: Explain,
    *,
    queues: Mapping[str, CallQueue] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Chain:
    """Build the providers with these names, each from its model's profile, and return their chain.

    `explain` is the offline tutor's function; `queues` are the queues of providers by name; `clock` returns monotonic
    seconds.
    """
    remote = {model.provider: build_remote(model) for model in profiles}
    offline = OfflineProvider(explain)
    providers = [offline if name == OFFLINE else remote[name] for name in names]
    return Chain(providers, deadlines, offline=offline, queues=queues, clock=clock)


def build_remote(profile: ModelProfile, upstream: Upstream | None = None) -> Provider:
    """Build the provider of a model's profile, with connections of its own or with `upstream`."""
    from tutor_server.llm.upstream import Upstream  # noqa: PLC0415 - the offline provider needs no HTTP client

    spec = SPECS[profile.format or profile.provider]
    return spec.build(upstream or Upstream(profile.endpoint), profile.model, profile.options)
