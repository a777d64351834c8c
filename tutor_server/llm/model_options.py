"""The operator's options of one model, beyond its endpoint: how it thinks, its limits, and additions to the body."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_server.llm.provider import Request

ThinkingMode = Literal["off", "low", "medium", "high", "unmarked"]
THINKING_TOKENS = 4096
"""Tokens that a model that thinks gets beside the longest answer, since its thoughts count as output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions:
    """The options of one model. The defaults leave everything to what the provider finds out."""

    name: str | None = None
    """The provider's name in ledger, metrics and frames; None: that of its format."""
    key_name: str | None = None
    """The variable with the API key, as messages for the operator name it."""
    options_name: str | None = None
    """The setting with the additions to the body, as messages for the operator name it."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Fields that are merged into the body of each call."""
    thinking: ThinkingMode | None = None
    """`off`: asked not to think. An effort: asked to think that much. `unmarked`: its answers begin with thoughts that
    only `</think>` ends. None: asked not to think if the API has a way to say so."""
    thinking_tokens: int = THINKING_TOKENS
    max_output_tokens: int | None = None
    """The longest answer of this model; None: the service's."""
    context_tokens: int | None = None
    """The budget of the context for this model; None: the service's."""

    @property
    def asks_to_think(self) -> bool:
        """Whether the model thinks because the operator wants it to."""
        if self.thinking is not None:
            return self.thinking != "off"
        thinking, effort = self.body.get("thinking"), self.body.get("reasoning_effort")
        output = self.body.get("output_config")
        return (
            (isinstance(thinking, dict) and thinking.get("type") not in {"disabled", "between_tools"})
            or (isinstance(effort, str) and effort != "none")
            or (isinstance(output, dict) and "effort" in output)
        )

    @property
    def room_for_thoughts(self) -> int:
        """The tokens for thoughts beside the longest answer, once the model is known to think."""
        thinking = self.body.get("thinking")
        budget = thinking.get("budget_tokens") if isinstance(thinking, dict) else None
        return max(self.thinking_tokens, budget) if isinstance(budget, int) else self.thinking_tokens

    def fitted(self, request: Request) -> Request:
        """Return the request with a context of this model's size, if that is smaller than the service's."""
        if self.context_tokens is None or request.shorten is None or self.context_tokens >= request.context_tokens:
            return request
        return request.shorten(request, self.context_tokens)

    def longest_answer(self, tokens: int) -> int:
        """Return the longest answer of this model, in tokens, where the service allows so many."""
        return tokens if self.max_output_tokens is None else min(tokens, self.max_output_tokens)


def merged(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a body with the operator's fields merged into them, object by object."""
    result = dict(ours)
    for name, value in theirs.items():
        before = result.get(name)
        result[name] = merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return result
