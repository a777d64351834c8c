"""What a rule for programs that run is, and the decorator that makes one of a detector."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.rule import Rule, full_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Feature, Program

    Detector = Callable[[Program], Iterator[Match]]

SURE = 0.5
"""The certainty from which a rule counts without a symptom."""


@dataclass(frozen=True, slots=True)
class LogicRule(Rule):
    """A rule for a program that runs: a pattern in its tree that usually means something else than was meant.

    `certainty` from 0 to 1 says how often the pattern is a mistake; below `SURE` it counts only beside a symptom.
    `symptoms` are the kinds of wrong results that it leads to. `detect` is called for a program that has every
    feature which the rule `needs`; the pattern cannot be in any other.
    """

    certainty: float
    symptoms: frozenset[str]
    detect: Detector
    needs: frozenset[Feature] = field(default=frozenset(), hash=False)

    def find(self, program: Program) -> Iterable[Match]:
        """Return every place where the pattern is."""
        return self.detect(program) if self.needs <= program.features else ()


def logic_rule(
    name: str, certainty: float, symptoms: tuple[str, ...] | frozenset[str], *, needs: tuple[Feature, ...] = ()
) -> Callable[[Detector], LogicRule]:
    """Return a decorator that makes a rule of a detector; a name without a family is one of `logic`."""

    def decorate(detect: Detector) -> LogicRule:
        return LogicRule(full_name(name, "logic"), "logic", certainty, frozenset(symptoms), detect, frozenset(needs))

    return decorate
