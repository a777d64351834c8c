"""The stage: runs of a program's expressions in the evaluator, under one budget of steps."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import UNKNOWN, Run, run
from tutor_pedagogy.offline.rules.logic.trials.expectations import PASSED, is_plain

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutor_pedagogy.offline.evaluation.frames import Scope
    from tutor_pedagogy.offline.rules.logic.trials.expectations import Expectation

STEPS = 3600
"""The maximum number of steps of all runs for one answer. A step takes about 1.5 microseconds."""

STEPS_OF_OUTPUT = 12_000
"""The steps that are added where a whole output is compared: each candidate runs the whole program."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an expectation's expression. `is_known` is false if the evaluator could not finish it."""

    result: Any
    run: Run
    is_known: bool


class Stage:
    """Evaluates expectations until the steps are used up."""

    def __init__(self, steps: int = STEPS) -> None:
        self.steps_left = steps
        self._scopes: dict[ast.AST, Scope] = {}

    def outcome(
        self,
        expectation: Expectation,
        *,
        limit: int | None = None,
        watched: Collection[ast.AST] = (),
        binds_names: bool = False,
    ) -> Outcome:
        """Evaluate an expectation's expression with at most `limit` steps.

        With `binds_names`, a function of the changed program may bind other names than the student's.
        """
        steps = min(self.steps_left, limit or self.steps_left)
        tree = ast.Module(body=list(expectation.body), type_ignores=[])
        scopes = {} if binds_names else self._scopes
        done = run(tree, call=expectation.call, steps=steps, watched=watched, scopes=scopes, inputs=expectation.entered)
        self.steps_left -= done.steps
        result: Any = UNKNOWN
        if done.ending == "finished":
            result = done.value if expectation.form in ("value", "shown") else _printed(expectation, done)
        return Outcome(result, done, done.ending == "finished" and is_plain(result))


def _printed(expectation: Expectation, done: Run) -> Any:
    if expectation.form == "passes":
        return PASSED
    if expectation.form == "printed":
        text = done.printed[-1] if done.printed else None
        return UNKNOWN if text is None else text.rstrip("\n")
    if done.output is None:
        return UNKNOWN
    if expectation.form == "output":
        return "\n".join(line.rstrip() for line in done.output.split("\n")).rstrip()
    if expectation.form == "ending":
        return done.output.rstrip()
    lines = done.output.split("\n")
    return lines[expectation.at] if expectation.at < len(lines) else ""
