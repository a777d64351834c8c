"""The rounds of a loop as a table: the values of the names that change, after each round."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.problem.tree_walk import walk
from tutor_pedagogy.run_trace.steps import LONGEST_NAME, RETURNED
from tutor_protocol.run_trace import MAX_NAMES, MAX_ROUNDS, Rounds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor_pedagogy.run_trace.program import Function, Loop, TracedProgram
    from tutor_pedagogy.run_trace.steps import Step, Trace

UNKNOWN = "-"
"""What stands in a table for a value that is not known."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round: the number of the step that begins it, of the one behind it, and the values after it."""

    start: int
    end: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LoopRun:
    """The recorded rounds of a loop in one call. `steps` are those of the call."""

    loop: Loop
    call: int
    steps: Sequence[Step]
    rounds: tuple[Round, ...]
    is_from_start: bool

    def table(self) -> Rounds | None:
        """Return the table of the last rounds; None if no value changes in them."""
        names = self._names()
        if not names or not self.rounds:
            return None
        shown = self.rounds[-MAX_ROUNDS:]
        rows = tuple(tuple(each.values.get(name, UNKNOWN) for name in names) for each in shown)
        first = len(self.rounds) - len(shown) + 1 if self.is_from_start else 0
        return Rounds(line=self.loop.lineno, names=tuple(names), rows=rows, first=first)

    def round_at(self, step: int) -> int:
        """Return the number of the shown round that a step of the call is in, from 1; 0 if it is in none."""
        if not self.is_from_start:
            return 0
        hidden = len(self.rounds) - MAX_ROUNDS
        numbers = (at for at, each in enumerate(self.rounds) if each.start <= step < each.end and at >= hidden)
        return next(numbers, -1) + 1

    def _names(self) -> list[str]:
        """Return the names of the table: the loop's own, those that it stores, and those whose values change."""
        targets = [*_stored(self.loop.target)] if isinstance(self.loop, ast.For | ast.AsyncFor) else []
        stored = [name for part in self.loop.body for name in _stored(part)]
        first = self.steps[self.rounds[0].start].values if self.rounds else {}
        states = [first, *(each.values for each in self.rounds)]
        seen = [name for state in states for name in state]
        changed = [name for name in dict.fromkeys(seen) if len({state.get(name) for state in states}) > 1]
        wanted = [name for name in dict.fromkeys((*targets, *stored, *changed)) if name in set(seen)]
        return [name for name in wanted if len(name) < LONGEST_NAME][:MAX_NAMES]


def loop_run(trace: Trace, program: TracedProgram, tested: str) -> LoopRun | None:
    """Return the run of the loop that shows most of a failing test; None if no loop has made two rounds.

    It is an outer loop before one inside it, and one of the function with the name `tested` before others. In a whole
    trace, a loop that changes what its function returns goes before one that only prepares it.
    """
    found = [run for loop in program.loops if (run := _last_run(trace, loop)) is not None]
    several = [run for run in found if len(run.rounds) > 1] or found

    def rank(run: LoopRun) -> tuple[bool, bool, int]:
        function = program.function_at(run.loop.lineno)
        is_other = function is None or function.name != tested
        prepares = function is not None and trace.is_whole and _returned(function).isdisjoint(_changed(run.loop))
        return is_other, prepares, run.loop.lineno

    return min(several, key=rank, default=None)


def _last_run(trace: Trace, loop: Loop) -> LoopRun | None:
    """Return the last run of a loop in the last call that came to it; None if it made no round."""
    if not loop.body or loop.body[0].lineno == loop.lineno:
        return None
    calls = [step.call for step in trace.steps if step.line == loop.lineno]
    if not calls:
        return None
    steps = trace.steps_of(calls[-1])
    heads = [at for at, step in enumerate(steps) if step.line == loop.lineno]
    span = range(loop.body[0].lineno, (loop.body[-1].end_lineno or loop.body[-1].lineno) + 1)
    is_cut = steps[0] is trace.steps[0] and not trace.is_whole
    rounds: list[Round] = []
    is_from_start = heads[0] > 0 or not is_cut
    for at, head in enumerate(heads):
        end = heads[at + 1] if at + 1 < len(heads) else _after(steps, head, span)
        inside = [steps[number].line in span for number in range(head + 1, end)]
        if not any(inside):
            continue
        if at and not all(inside):  # The loop has ended and was begun again, such as by a loop around it.
            rounds.clear()
            is_from_start = True
            continue
        rounds.append(Round(head, end, steps[min(end, len(steps) - 1)].values))
    return LoopRun(loop, calls[-1], steps, tuple(rounds), is_from_start) if rounds else None


def _after(steps: Sequence[Step], head: int, span: range) -> int:
    """Return the number of the first step behind the last round of a loop, or of the last step."""
    behind = (at for at in range(head + 1, len(steps)) if steps[at].line == RETURNED or steps[at].line not in span)
    return next(behind, len(steps) - 1)


def _returned(function: Function) -> set[str]:
    """Return the names in what a function returns."""
    results = [node.value for node in walk(function) if isinstance(node, ast.Return) and node.value is not None]
    return {node.id for result in results for node in walk(result) if isinstance(node, ast.Name)}


def _changed(loop: Loop) -> set[str]:
    """Return the names that the block of a loop stores, or on which it calls a method or stores a part."""
    found: set[str] = set()
    for part in loop.body:
        found.update(_stored(part))
        for node in walk(part):
            match node:
                case (
                    ast.Call(func=ast.Attribute(value=ast.Name(id=name)))
                    | ast.Subscript(value=ast.Name(id=name), ctx=ast.Store())
                ):
                    found.add(name)
    return found


def _stored(node: ast.AST) -> Iterator[str]:
    for part in walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
