"""A rule for code that does not parse, and the decorator that turns a detector into a rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.rule import Rule, full_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate

    Detector = Callable[[Broken], Iterable[Candidate]]


@dataclass(frozen=True, slots=True)
class SyntaxRule(Rule):
    """A rule for code that does not parse: a pattern for CPython's messages, and a function that yields guesses."""

    message: re.Pattern[str]
    guess: Detector


def syntax_rule(name: str, *messages: str) -> Callable[[Detector], SyntaxRule]:
    """Return a decorator that turns a detector into a rule for messages that match one of these patterns."""
    pattern = re.compile("|".join(messages))

    def decorate(guess: Detector) -> SyntaxRule:
        return SyntaxRule(full_name(name, "syntax"), "syntax", pattern, guess)

    return decorate
