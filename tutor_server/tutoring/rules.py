"""The operator's settings that shape every answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How many asks a day, how far the hints go, how long prompt and answer may be, and what is stored."""

    daily_messages: int
    max_hint_level: int
    context_tokens: int
    """The longest prompt, without the instructions around the student's material."""
    max_output_tokens: int
    store_code: bool = True
