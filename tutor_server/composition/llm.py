"""Builds the chain of providers and the prices of its models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from tutor_server.ledger.max_call_cost import max_call_cost, unpriced_models
from tutor_server.llm.factory import build_chain
from tutor_server.llm.price_file import read_price_file
from tutor_server.llm.prices import Prices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor_analysis.analyst import Analyst
    from tutor_server.composition.inputs import Inputs
    from tutor_server.llm.call_queue import CallQueue
    from tutor_server.llm.chain import Chain
    from tutor_server.llm.model_profiles import ModelProfile, RemoteModel

    FindProfiles = Callable[[Sequence[RemoteModel]], Sequence[ModelProfile]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """The chain of providers, its prices, and the maximum cost of a call in nano-dollars."""

    chain: Chain
    prices: Prices
    max_call_cost: int
    unpriced: tuple[str, ...] = ()
    """The models whose price is not known."""


def build_llm(inputs: Inputs, analyst: Analyst, find_profiles: FindProfiles, queues: Mapping[str, CallQueue]) -> Models:
    """Build the chain of providers that the settings name. `queues` are the queues of providers by name.

    Raises `SettingsError` if the price file in the data folder is wrong, or if a budget is set but a price is unknown.
    """
    settings, clock = inputs.settings, inputs.clock
    profiles = find_profiles(settings.remote_models)
    prices = Prices.of(read_price_file(settings.data_dir), profiles)
    return Models(
        chain=build_chain(
            settings.chain,
            profiles,
            inputs.deadlines,
            lambda asked: analyst.explain(UUID(asked.user), asked.submission, asked.level, asked.student, asked.talk),
            queues=queues,
            clock=clock.monotonic,
        ),
        prices=prices,
        max_call_cost=max_call_cost(settings, profiles, prices, clock.now()),
        unpriced=unpriced_models(profiles, prices, clock.now()),
    )
