"""Judges whether the tutor recognises an ask's purpose, since not every student asks to find a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.figures import Figure, share
from benchmarks.teaching.bugs import is_claim
from benchmarks.teaching.generic import is_mistake
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import Explanation, explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.teaching.rows import Ask

PURPOSES = ("find", "explain", "start", "check", "improve", "other_language")


@dataclass(frozen=True, slots=True)
class JudgedAsk:
    """An ask with the tutor's answer."""

    ask: Ask
    answer: Explanation

    @property
    def found(self) -> str:
        """The purpose that the tutor has found."""
        return purpose_of(self.answer)

    def as_json(self) -> dict[str, Any]:
        """Return the result as JSON-compatible data."""
        answer = self.answer
        return {
            "id": self.ask.id,
            "purpose": self.ask.purpose,
            "found": self.found,
            "rule": answer.rule,
            "certainty": answer.certainty,
            "text": answer.text,
        }


def purpose_of(answer: Explanation) -> str:
    """Return the purpose of an answer by its rule: `purpose.explain…` means `explain`, a mistake means `find`."""
    if is_mistake(answer.rule):
        return "find"
    name = answer.rule.partition(".")[2].replace("-", "_")
    return next((purpose for purpose in PURPOSES if name.startswith(purpose)), name)


def judge(ask: Ask) -> JudgedAsk:
    """Return an ask with the tutor's answer at the first hint level."""
    return JudgedAsk(ask, explain(ask.submission, HintLevel.QUESTION, StudentLevels()))


def figures(asks: Sequence[JudgedAsk]) -> list[Figure]:
    """Return how often the purpose is recognised, and how often a mistake is claimed if the purpose is another one."""
    others = [judged for judged in asks if judged.ask.purpose != "find"]
    wanted = sorted({judged.ask.purpose for judged in asks})
    return [
        share("the expected purpose", [judged.found == judged.ask.purpose for judged in asks]),
        *(
            share(f"  {purpose}", [judged.found == purpose for judged in asks if judged.ask.purpose == purpose])
            for purpose in wanted
        ),
        share("a claim of a mistake where another purpose is asked", [is_claim(judged.answer) for judged in others]),
    ]
