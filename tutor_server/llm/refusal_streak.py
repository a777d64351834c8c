"""Notices that a provider refuses call after call: then the settings are wrong, and not the prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from tutor_server.llm.provider import FailureReason, Provider, ProviderFailure

log = structlog.get_logger(__name__)

CONCERNS_ONE_PROMPT: frozenset[FailureReason] = frozenset({"declined", "too_long"})
"""Failures that say nothing about other prompts."""
LEAVES_BREAKER_CLOSED = CONCERNS_ONE_PROMPT | {"bad_request"}
"""Failures that show that the provider can be reached: no other student is kept from it."""
REFUSALS_TO_REPORT = 5


class RefusalStreak:
    """Counts the calls to a provider that were refused one after another, in this process."""

    def __init__(self) -> None:
        self._refusals = 0

    def answered(self) -> None:
        """Note an answer: the settings are right."""
        self._refusals = 0

    def failed(self, provider: Provider, failure: ProviderFailure) -> None:
        """Note a failed call. If refusals keep coming, log an error for the operator, after 5, 10, 20, … of them."""
        if failure.reason not in LEAVES_BREAKER_CLOSED or failure.adapted:
            return
        self._refusals += 1
        times, rest = divmod(self._refusals, REFUSALS_TO_REPORT)
        if rest == 0 and times & (times - 1) == 0:
            log.error(
                "provider_refuses_calls",
                provider=provider.name,
                model=provider.model,
                in_a_row=self._refusals,
                outcome=failure.reason,
                upstream_status=failure.status,
                upstream_message=str(failure),
                advice="tutor-server check says what to change",
            )
