"""The choice of test cases: those in which a common slip in the function would show, tried in the evaluator."""

from __future__ import annotations

import ast
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.parsing import parse
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import UNKNOWN, run
from tutor_pedagogy.offline.purposes.own_values import shown
from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, applied
from tutor_pedagogy.offline.rules.logic.trials.candidates import candidates_in
from tutor_pedagogy.offline.rules.logic.trials.context import Context, watched_in
from tutor_pedagogy.offline.rules.logic.trials.expectations import equal, is_plain
from tutor_pedagogy.offline.rules.logic.trials.outline import Outline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.evaluation import Run
    from tutor_pedagogy.offline.purposes.inputs import Case

_STEPS = 600
"""The maximum number of steps of one run. A case that needs more is kept, without a word on how it ends."""
_STEPS_OF_SLIPS = 1600
"""The maximum number of steps of all runs with a slip."""
_COMMON = 0.8
"""The weight from which a slip is common enough to be asked about."""
_MOST_SLIPS, _MOST_MADE = 8, 120
_LONGEST = 60
_FEWEST = 2
"""The number of cases beside which one in which no slip shows is left out."""
_ARRAYS = frozenset(("numpy", "pandas"))
"""Libraries whose values a list of numbers cannot stand for; what the evaluator cannot follow there is left out."""
_UNFIT = ("TypeError", "AttributeError")
"""Exceptions that show that a value has a type for which the function is not meant."""


def chosen(program: Program, function: Function, cases: Sequence[Case], most: int) -> list[Case]:
    """Return at most so many cases: first those in which a slip would show, last those that end with an exception.

    A case in which a slip would show names the line that decides it, and what would come out with the slip.
    """
    outline = Outline(program)
    tries = [each for case in cases if (each := _Try.of(outline, case)) is not None]
    if any("'a'" in each.case.code and each.exception == "ValueError" for each in tries):
        return []  # The function reads numbers from its text: an empty one or a word is no case for it.
    is_for_arrays = _imports(program) & _ARRAYS
    tries = [each for each in tries if not each.is_unfit and (each.is_known or each.is_raised or not is_for_arrays)]
    known = [each for each in tries if each.is_known]
    told = _telling(program, function, known, most) if known else []
    codes = {case.code for case in told}
    rest = [each.case for each in tries if not each.is_raised and each.case.code not in codes]
    failing = [
        replace(each.case, why=f"{each.case.why}, and where it ends with `{each.exception}` now")
        for each in tries
        if each.is_raised and each.exception != "AssertionError"
    ]
    return [*told, *rest, *failing][: max(len(told), _FEWEST) if told else most]


class _Try:
    """A case with the run of its call."""

    def __init__(self, case: Case, call: ast.expr, body: list[ast.stmt], watched: list[ast.AST]) -> None:
        self.case, self.call, self.body = case, call, body
        self.run = self._run(_STEPS, watched)
        self.is_raised = self.run.ending == "raised"
        self.exception = type(self.run.exception).__name__ if self.is_raised else ""
        self.is_known = self.run.ending == "finished" and self.run.is_certain and is_plain(self.run.value)
        self.is_unfit = self.exception in _UNFIT

    @classmethod
    def of(cls, outline: Outline, case: Case) -> _Try | None:
        """Return a case with its run; None if its code is no expression."""
        parsed = parse(case.code)
        statement = parsed.body[0] if isinstance(parsed, ast.Module) and len(parsed.body) == 1 else None
        if not isinstance(statement, ast.Expr):
            return None
        body = outline.needed_for(statement.value)
        return cls(case, statement.value, body, watched_in(body))

    def _run(self, steps: int, watched: Sequence[ast.AST] = ()) -> Run:
        tree = ast.Module(body=self.body, type_ignores=[])
        return run(tree, call=self.call, steps=steps, watched=watched)

    def with_slip(self, steps: int) -> tuple[Any, int]:
        """Return the result in the changed program and the steps that it took; `UNKNOWN` if it has none."""
        done = self._run(min(steps, 2 * self.run.steps + 60))
        is_known = done.ending == "finished" and done.is_certain and is_plain(done.value)
        return done.value if is_known else UNKNOWN, done.steps


def _telling(program: Program, function: Function, tries: list[_Try], most: int) -> list[Case]:
    """Return the cases in which common slips would show, at most one for each slip, the most common slip first."""
    left = _STEPS_OF_SLIPS
    found: list[Case] = []
    taken: set[str] = set()
    for slip in _slips(program, function, tries):
        for each in tries:
            if left <= 0 or len(found) == most:
                return found
            if each.case.code in taken or not each.run.ran.get(slip.line):
                continue
            with applied(slip):
                result, steps = each.with_slip(left)
            left -= steps
            if result is not UNKNOWN and not equal(result, each.run.value):
                found.append(_with_slip(program, each, slip, result))
                taken.add(each.case.code)
                break
    return found


def _slips(program: Program, function: Function, tries: list[_Try]) -> list[Candidate]:
    """Return the common slips that the function may have, the most common first, one for each place."""
    found: dict[ast.AST, Candidate] = {}
    for each in tries[:2]:
        context = Context(program, each.run)
        made = islice(candidates_in(program, [function], context), _MOST_MADE)
        for slip in made:
            if (
                slip.weight >= _COMMON
                and not _is_about_letters(slip.node)
                and (slip.node not in found or found[slip.node].weight < slip.weight)
            ):
                found[slip.node] = slip
    return sorted(found.values(), key=lambda slip: -slip.weight)[:_MOST_SLIPS]


def _is_about_letters(node: ast.AST) -> bool:
    """Return whether a part compares with single letters, such as the two ends of the alphabet."""
    parts = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
    return any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in parts)


def _with_slip(program: Program, tried: _Try, slip: Candidate, result: Any) -> Case:
    """Return a case with the line that decides it and, where both can be quoted, the two results."""
    line = program.shown(slip.line)
    mended = slip.write()
    text = mended.split("\n")[slip.line - 1].strip() if mended is not None else ""
    now, then = shown(tried.run.value), shown(result)
    other = ""
    if text and len(text) <= _LONGEST and "`" not in text and now and then and len(now) + len(then) <= _LONGEST:
        other = f"it gives {now} now, and {then} with {code_span(text)} on line {line}"
    return replace(tried.case, why=f"{tried.case.why}, and where line {line} decides", other=other)


def _imports(program: Program) -> set[str]:
    modules = {node.module or "" for node in program.each(ast.ImportFrom)}
    modules |= {each.name for node in program.each(ast.Import) for each in node.names}
    return {name.partition(".")[0] for name in modules}
