"""What a rule for programs that run is, and the decorator that makes one of a detector."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import UnionType
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.engine.rule import Rule, full_name

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Feature, Program

    Detector = Callable[..., Iterator[Match]]
    """Takes a program, or a program and one of its nodes."""

SURE = 0.5
"""The certainty from which a rule counts without a symptom."""
_GROUPS = (Function, Loop)


@dataclass(frozen=True, slots=True)
class LogicRule(Rule):
    """A rule for a program that runs: a pattern in its tree that usually means something else than was meant.

    `certainty` from 0 to 1 says how often the pattern is a mistake; below `SURE` it counts only beside a symptom.
    `symptoms` are the ways of being wrong that it leads to. `detect` is called for a program that has every feature
    which the rule `needs`; the pattern cannot be in any other. With `each` it is called once for every such node.
    """

    certainty: float
    symptoms: frozenset[str]
    detect: Detector
    needs: frozenset[Feature] = field(default=frozenset(), hash=False)
    each: type[ast.AST] | UnionType | None = None

    def find(self, program: Program) -> Iterable[Match]:
        """Return every place where the pattern is."""
        return self.search(program) if self.needs <= program.features else ()

    def search(self, program: Program) -> Iterator[Match]:
        """Yield every place where the pattern is, whatever the program has."""
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
    """Return a decorator that makes a rule of a detector; a name without a family is one of `logic`.

    `symptoms` are words. Of functions with one name, `each=Function` takes the last.
    """
    needed = {*needs, each} if each is not None and (each in _GROUPS or not isinstance(each, UnionType)) else {*needs}

    def decorate(detect: Detector) -> LogicRule:
        words = frozenset(symptoms.split())
        return LogicRule(full_name(name, "logic"), "logic", certainty, words, detect, frozenset(needed), each)

    return decorate
