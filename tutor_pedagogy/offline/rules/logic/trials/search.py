"""The search: tries candidates in the order of suspicion, and keeps those with which every expectation holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, applied
from tutor_pedagogy.offline.rules.logic.trials.kinds import (
    FUNCTION,
    MISSING,
    NAME,
    NUMBER,
    RETURN,
    STEP,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.rules.logic.trials.expectations import Expectation
    from tutor_pedagogy.offline.rules.logic.trials.stage import Outcome, Stage

_LEEWAY = 60
_LEEWAY_OF_CASE = 800
"""A right program may do much more in a case than one that gets past the work."""
_ENDLESS = 250
"""The maximum number of steps of a changed program if the student's has no end."""
_TIMES = 2
"""A changed program may take twice the steps of the student's, and some more."""
NEAR = 0.65
"""The weight of a candidate, as a share of the best survivor's, from which it counts as a rival."""


_FAR = 0.4
"""The same for candidates of which so many are tried that one gives the right result by chance."""
_USUAL = 0.6
"""The weight from which a candidate of such a kind is common all the same, as an old value in a loop."""
ARBITRARY = frozenset((NUMBER, NAME, FUNCTION))
"""Kinds of which there are so many that one of them gives one right result by chance."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The expectations of a program with their outcomes in the student's version."""

    failing: Sequence[tuple[Expectation, Outcome]]
    holding: Sequence[tuple[Expectation, Outcome]]

    @property
    def all(self) -> list[tuple[Expectation, Outcome]]:
        """Every expectation: those that fail, the cheapest first, then those that hold."""
        return [*sorted(self.failing, key=lambda pair: pair[1].run.steps), *self.holding]


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates that passed, the most common slip first. `is_whole`: every rival was tried too."""

    survivors: Sequence[Candidate]
    is_whole: bool
    tried: int


def search(stage: Stage, evidence: Evidence, candidates: Sequence[Candidate]) -> Found:
    """Try candidates until the steps are used up, or until the rest is much less common than the best survivor."""
    survivors: list[Candidate] = []
    ordered = sorted(candidates, key=lambda candidate: -suspicion(candidate, evidence))
    for number, candidate in enumerate(ordered):
        if survivors and suspicion(candidate, evidence) < share_of(survivors[0]) * suspicion(survivors[0], evidence):
            return Found(survivors, is_whole=True, tried=number)
        if stage.steps_left <= 0:
            return Found(survivors, is_whole=False, tried=number)
        if _passes(stage, evidence, candidate):
            survivors.append(candidate)
    return Found(survivors, is_whole=stage.steps_left > 0, tried=len(ordered))


def share_of(best: Candidate) -> float:
    """Return the share of the best survivor's weight from which another candidate is its rival."""
    return _FAR if best.kind in ARBITRARY and best.weight < _USUAL else NEAR


def _passes(stage: Stage, evidence: Evidence, candidate: Candidate) -> bool:
    with applied(candidate):
        for expectation, before in evidence.all:
            ended = before.run.ending == "finished"
            leeway = _LEEWAY if expectation.case is None else _LEEWAY_OF_CASE
            limit = _TIMES * before.run.steps + leeway if ended else _ENDLESS
            outcome = stage.outcome(expectation, limit=limit, binds_names=candidate.binds_names)
            if not outcome.is_known or not expectation.holds(outcome.result):
                return False
    return True


def suspicion(candidate: Candidate, evidence: Evidence) -> float:
    """Return how likely a candidate is: how common its slip is, how it fits the wrong result, and which lines ran."""
    weight = candidate.weight * _fit(candidate.kind, evidence)
    line = candidate.line
    if evidence.holding and not any(outcome.run.ran.get(line) for _, outcome in evidence.holding):
        weight *= 1.25
    if not all(outcome.run.ran.get(line) for _, outcome in evidence.failing):
        weight *= 0.7
    return weight


def _speaks_of_none(outcome: Outcome) -> bool:
    """Return whether a run ended with an error about None; the text of an assertion's object may not be known."""
    error = outcome.run.exception
    return error is not None and not isinstance(error, AssertionError) and "NoneType" in str(error)


def _fit(kind: str, evidence: Evidence) -> float:
    """Return how well a kind of slip fits the way in which the first wrong result is wrong."""
    _, outcome = evidence.failing[0]
    result: Any = outcome.result if outcome.is_known else None
    is_none = (outcome.is_known and (result is None or result == "None")) or _speaks_of_none(outcome)
    if kind == RETURN:
        return 1.2 if is_none else 0.3
    if kind == MISSING:
        return 1.0 if outcome.run.ending == "stopped" else 0.3
    if is_none and kind in (STEP, NUMBER):
        return 0.6
    return 1.0
