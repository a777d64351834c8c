"""The operator's settings that shape every answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_pedagogy.ladder.policy import Ladder
    from tutor_server.storage.courses import StoredCourse


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
    providers: tuple[str, ...] | None = None
    """The names of the providers that may answer; None means the whole chain."""

    def in_course(self, course: StoredCourse) -> Rules:
        """Return the rules in a course. A course can lower the highest hint level, and name a ladder and providers."""
        return replace(
            self,
            max_hint_level=min(self.max_hint_level, course.max_hint_level or self.max_hint_level),
            ladder=course.ladder or self.ladder,
            providers=course.providers,
        )
