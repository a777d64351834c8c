"""Recognise a model that repeats its prompt: a marker word, or the fixed rules, in any case and spacing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.checks.canary import forms_of

if TYPE_CHECKING:
    from collections.abc import Iterable

ECHOED = 40
"""The number of characters of the fixed rules in a row that an answer must not repeat."""
_FEWEST_LETTERS = 24
"""The minimum number of letters and digits that are compared, so that a row of signs is no echo."""
_PLACEHOLDER = re.compile(r"\$\w+|\$\{\w+\}")


class FixedRules:
    """The fixed rules of all prompts, as the runs of letters and digits that an answer must not repeat.

    Every 40 characters of a rule hold at least one of these runs, whose `size` is computed from the texts.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        parts = [part for text in texts for part in _PLACEHOLDER.split(text)]
        self.size = max(
            _FEWEST_LETTERS, min((_fewest_letters(part) for part in parts if len(part) >= ECHOED), default=0)
        )
        bare = map(bare_of, parts)
        self.runs = frozenset(part[at : at + self.size] for part in bare for at in range(len(part) - self.size + 1))


class PromptEcho:
    """Checks the units of one answer. `exercise` is the course module's text, which may be quoted."""

    def __init__(self, rules: FixedRules, *, markers: Iterable[str] = (), exercise: str = "") -> None:
        self._rules = rules
        self._markers = tuple(form for marker in markers for form in forms_of(marker))
        self._exercise = bare_of(exercise)
        self._kept = max((rules.size, *map(len, self._markers))) - 1
        self._tail = ""

    def is_in(self, unit: str) -> bool:
        """Return whether the answer with this unit repeats the prompt. Earlier units are remembered at their end."""
        bare = bare_of(unit)
        if not bare:
            return False
        said = self._tail + bare
        self._tail = said[-self._kept :]
        return any(marker in said for marker in self._markers) or self._repeats_rules(said)

    def _repeats_rules(self, said: str) -> bool:
        size, runs = self._rules.size, self._rules.runs
        return any(
            run in runs and run not in self._exercise
            for run in (said[at : at + size] for at in range(len(said) - size + 1))
        )


def bare_of(text: str) -> str:
    """Return the letters and digits of a text, ignoring case."""
    return "".join(filter(str.isalnum, text)).casefold()


def _fewest_letters(text: str) -> int:
    """Return the fewest letters and digits that 40 characters in a row of a text hold."""
    is_letter = [*map(str.isalnum, text)]
    count = fewest = sum(is_letter[:ECHOED])
    for at in range(ECHOED, len(text)):
        count += is_letter[at] - is_letter[at - ECHOED]
        fewest = min(fewest, count)
    return fewest
