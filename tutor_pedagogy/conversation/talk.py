"""What an answer has to take into account of the conversation so far."""

from __future__ import annotations

from dataclasses import dataclass

from tutor_pedagogy.conversation.change import Comparison

NO_CHANGE = Comparison(change="none")


@dataclass(frozen=True, slots=True)
class Told:
    """An earlier answer: its hint level, and the question that it answers, if there was one."""

    hint_level: int
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The conversation in which an ask stands.

    `comparison` is the change since the last ask about the same unit. `follow_up_to` is the earlier answer that the
    student's question is about; None for an ask for a hint. `times` counts the earlier answers to the same problem at
    the same hint level. `said` are the digests of what was said in this session. If `is_opened`, the sentence about the
    change has been said already.
    """

    comparison: Comparison = NO_CHANGE
    follow_up_to: Told | None = None
    times: int = 0
    said: frozenset[bytes] = frozenset()
    is_opened: bool = False


NEW = Talk()
"""The conversation of a first ask."""
