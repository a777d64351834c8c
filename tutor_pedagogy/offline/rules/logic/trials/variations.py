"""Variations of a failing call: other arguments, with which two corrections are compared."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, applied
from tutor_pedagogy.offline.rules.logic.trials.expectations import equal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.rules.logic.trials.expectations import Expectation
    from tutor_pedagogy.offline.rules.logic.trials.stage import Stage

STEPS = 1200
"""The number of steps for comparing corrections, apart from those of the search."""


def agree(stage: Stage, expectation: Expectation, first: Candidate, second: Candidate) -> bool:
    """Return whether two corrections give the same result for several variations of a call."""
    compared = 0
    for call in variations(expectation.call):
        varied = replace(expectation, call=call, form="shown" if expectation.form == "value" else expectation.form)
        results = [_result(stage, varied, candidate) for candidate in (first, second)]
        if results[0][0] != results[1][0] or not equal(results[0][1], results[1][1]):
            return False
        compared += results[0][0] == "finished"
    return compared > 2  # noqa: PLR2004 - fewer results are the same by chance


def _result(stage: Stage, expectation: Expectation, candidate: Candidate) -> tuple[str, Any]:
    with applied(candidate):
        outcome = stage.outcome(expectation, limit=300, binds_names=candidate.binds_names)
    ended = outcome.run.ending
    if ended == "raised":
        return type(outcome.run.exception).__name__, None
    return (ended, outcome.result) if outcome.is_known else ("unknown", object())


def variations(call: ast.expr | None) -> Iterator[ast.expr]:
    """Yield calls with other arguments: numbers one more or less, lists without an item or reversed, other strings."""
    match call:
        case ast.Call(func=function, args=arguments, keywords=[]) if arguments:
            pass
        case _:
            return
    for place, argument in enumerate(arguments):
        for other in _others(argument):
            yield ast.Call(func=function, args=[*arguments[:place], other, *arguments[place + 1 :]], keywords=[])


def _others(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Constant(value=value):
            for other in _other_values(value):
                yield ast.Constant(value=other)
        case ast.List(elts=items):
            for changed in (items[1:], items[::-1], [*items, *items[:1]], items[:1]):
                yield ast.List(elts=changed, ctx=ast.Load())
        case ast.Tuple(elts=items):
            for changed in (items[1:], items[::-1]):
                yield ast.Tuple(elts=changed, ctx=ast.Load())
        case ast.Dict(keys=keys, values=values) if len(keys) > 1:
            yield ast.Dict(keys=keys[1:], values=values[1:])
            yield ast.Dict(keys=keys, values=values[::-1])


def _other_values(value: object) -> tuple[Any, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int | float):
        return (value + 1, value + 2, value + 4, value - 1, value * 2, value // 2)
    return (value[1:], value[::-1], value + value[:1], value.upper()) if isinstance(value, str) else ()
