"""The operator's settings that shape every answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_pedagogy.ladder.policy import Ladder


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The limits on asks, hint levels, prompts and answers, and whether code is stored."""

    daily_messages: int
    max_hint_level: int
    ladder: Ladder
    context_tokens: int
    """The maximum number of tokens of the student's material in a prompt, without the instructions around it."""
    max_output_tokens: int
    store_code: bool = True
