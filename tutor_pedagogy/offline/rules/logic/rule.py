"""The class of rules for programs that run but give wrong results, and the decorator that registers a detector."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import UnionType
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.engine.rule import Rule, full_name
from tutor_pedagogy.offline.rules.logic.admitted import is_admitted

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Feature, Program

    Detector = Callable[..., Iterator[Match]]
    """A detector takes the program, or the program and one of its AST nodes, and yields matches."""

SURE = 0.5
"""The minimum certainty of rules that apply without a symptom."""
CERTAIN = 0.95
"""The minimum certainty at which a logic rule is reported unasked.

In 253 corrected student programs, such rules made one report.
"""
_GROUPS = (Function, Loop)


@dataclass(frozen=True, slots=True)
class LogicRule(Rule):
    """A rule for a program that runs: a code pattern that usually does something else than the student meant.

    `certainty` from 0 to 1 says how often the pattern is a mistake; below `SURE` it applies only with a symptom.
    `symptoms` are the kinds of wrong result that the mistake causes. `detect` is called only for programs that have all
    features in `needs`, because the pattern cannot occur in others. With `each`, it is called once for each such node.
    """

    certainty: float
    symptoms: frozenset[str]
    detect: Detector
    needs: frozenset[Feature] = field(default=frozenset(), hash=False)
    each: type[ast.AST] | UnionType | None = None

    def find(self, program: Program) -> Iterable[Match]:
        """Return all matches of the pattern in a program."""
        return self.search(program) if self.needs <= program.features else ()

    def find_unasked(self, program: Program) -> Iterator[Match]:
        """Yield the matches that are a mistake even if nothing is known about the results of the program."""
        found = (match for match in self.find(program) if not match.needs_symptom)
        return (match for match in found if not is_admitted(program, match))

    def search(self, program: Program) -> Iterator[Match]:
        """Yield all matches of the pattern without first checking the features in `needs`."""
        if self.each is None:
            yield from self.detect(program)
            return
        for node in _nodes(program, self.each):
            yield from self.detect(program, node)


def _nodes(program: Program, each: type[ast.AST] | UnionType) -> Iterable[ast.AST]:
    if each == Function:
        return program.functions.values()
    return program.each(*each.__args__) if isinstance(each, UnionType) else program.each(each)


def logic_rule(
    name: str,
    certainty: float,
    symptoms: str,
    *,
    needs: tuple[Feature, ...] = (),
    each: type[ast.AST] | UnionType | None = None,
) -> Callable[[Detector], LogicRule]:
    """Return a decorator that turns a detector into a rule. A name without a family becomes `logic.<name>`.

    `symptoms` is a string of words. With `each=Function`, only the last of several functions with one name is checked.
    """
    needed = {*needs, each} if each is not None and (each in _GROUPS or not isinstance(each, UnionType)) else {*needs}

    def decorate(detect: Detector) -> LogicRule:
        words = frozenset(symptoms.split())
        return LogicRule(full_name(name, "logic"), "logic", certainty, words, detect, frozenset(needed), each)

    return decorate
